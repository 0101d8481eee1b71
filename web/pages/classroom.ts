import "../classroom/classroom.css";
import "../answer/answer.css";
import "../classroom/answering.css";
import "../classroom/floor.css";
import "../classroom/script.css";
import "../slate/slate.css";
import { Classroom } from "../classroom/element";

customElements.define("halqa-classroom", Classroom);
