import "../studio/studio.css";
import { Studio } from "../studio/element";

customElements.define("halqa-studio", Studio);
