/** What every page loads: the design, and two small comforts. Pages are whole without it. */
import "../ui/fonts.css";
import "../ui/tokens.css";
import "../ui/base.css";
import "../ui/site.css";
import { closeMenus } from "../ui/menus";
import { watchOnAir } from "../ui/on-air";

closeMenus(document);
watchOnAir(document);
