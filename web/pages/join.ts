import "../answer/answer.css";
import "../pupil/pupil.css";
import "../slate/slate.css";
import { Pupil } from "../pupil/element";
import { readyForm } from "../pupil/join";

const form = document.querySelector<HTMLFormElement>("[data-join]");
if (form) readyForm(form);
customElements.define("halqa-pupil", Pupil);
