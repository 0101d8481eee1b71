/** Beside the classroom's script, on a wall. */
import { readFacts } from "../ui/facts";
import { keepWall } from "../wall/kiosk";

const { wall } = readFacts();
const face = document.querySelector<HTMLElement>("halqa-classroom");
if (wall && face) keepWall(face, wall, new AbortController().signal);
