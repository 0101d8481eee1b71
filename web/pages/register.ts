/** Tables for teachers; of a lesson on air they are kept true. Whole without it. */
import "../register/register.css";
import { keepFresh } from "../register/fresh";

keepFresh(document);
