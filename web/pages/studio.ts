import "../studio/studio.css";
import "../studio/asking.css";
import "../studio/schools.css";
import "../studio/slates.css";
import "../studio/easel.css";
import { Studio } from "../studio/element";

customElements.define("halqa-studio", Studio);
