/** Schools, rooms and their screens. Whole without it. */
import "../schools/schools.css";
import { watchPairing } from "../schools/waiting";

watchPairing(document);
