import "../classroom/classroom.css";
import { Classroom } from "../classroom/element";

customElements.define("halqa-classroom", Classroom);
