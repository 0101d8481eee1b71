import "../classroom/classroom.css";
import "../classroom/panel.css";
import "../classroom/controls.css";
import { Classroom } from "../classroom/element";

customElements.define("halqa-classroom", Classroom);
