/** The tools of the board as buttons: their markup once, and what of it changes. */
import { COLOURS, PAGE, PAPERS } from "../board/board";
import { icon } from "../ui/icons";
import { plain } from "../ui/plain";
import { word } from "../ui/words";
import { SHAPES, TOOLS, type ToolName } from "../write/bench";
import type { EaselState } from "./easel";
import { keyOf } from "./easel-keys";

/** A button that is an icon: its words are in its label and its tooltip, with its key. */
function button(act: string, value: string, name: string, look: string, more = ""): string {
  const key = keyOf(act, value);
  const title = plain(key ? `${word(name)} (${key})` : word(name));
  const keys = key ? ` aria-keyshortcuts="${key.replace("Ctrl", "Control")}"` : "";
  return `<button type="button" class="tool" data-do="${act}" data-value="${value}" aria-label="${plain(word(name))}" title="${title}"${keys}${more}>${icon(look)}</button>`;
}

export function toolsMarkup(): string {
  const tool = (name: ToolName) => button("tool", name, `studio.tool.${name}`, name, ' aria-pressed="false"');
  const tools = TOOLS.map((name) => (name === "shape" ? shapesMarkup() : tool(name))).join("");
  return `<div class="tools" role="toolbar" aria-orientation="vertical" aria-label="${plain(word("studio.tools"))}">
    ${tools}${button("ruler", "", "studio.tool.ruler", "ruler", ' aria-pressed="false"')}
    <span class="rule"></span>
    ${button("undo", "", "studio.undoing", "undo")}${button("redo", "", "studio.redoing", "redo")}
  </div>`;
}

function shapesMarkup(): string {
  const one = (name: string) => button("shape", name, `studio.shape.${name}`, name, ' aria-pressed="false"');
  return `<div class="shapes">
    <button type="button" class="tool more" data-do="fan" data-value="shape" aria-pressed="false" aria-expanded="false" aria-label="${plain(word("studio.tool.shape"))}" title="${plain(word("studio.tool.shape"))}">${icon("shape")}</button>
    <div class="fan" role="group" aria-label="${plain(word("studio.tool.shape"))}" hidden>${SHAPES.map(one).join("")}</div>
  </div>`;
}

/** Colours, widths and ways of the tool that is held; what can be done with what is chosen. */
export function dressMarkup(): string {
  const swatches = Array.from(
    { length: COLOURS },
    (_, i) =>
      `<button type="button" class="swatch" data-do="colour" data-value="${i}" aria-pressed="false" aria-label="${plain(word(`studio.colour.${i}`))}" title="${plain(word(`studio.colour.${i}`))}"><i></i></button>`,
  ).join("");
  const widths = ["fine", "middle", "broad"]
    .map(
      (name, i) =>
        `<button type="button" class="nib" data-do="width" data-value="${i}" aria-pressed="false" aria-label="${plain(word(`studio.width.${name}`))}" title="${plain(word(`studio.width.${name}`))}"><i></i></button>`,
    )
    .join("");
  const way = (value: string) => button("way", value, `studio.way.${value}`, value, ' aria-pressed="false"');
  return `<div class="dress board-colours" role="toolbar" data-keeps-focus aria-label="${plain(word("studio.dress"))}">
    <span class="ways" data-for="eraser">${way("things")}${way("area")}</span>
    <span class="ways" data-for="select">${way("box")}${way("loop")}</span>
    <span class="swatches">${swatches}</span>
    <span class="nibs">${widths}</span>
    <span class="with-choice" hidden>${button("turn", "-15", "studio.turnleft", "turnleft")}${button("turn", "15", "studio.turnright", "turnright")}${button("double", "", "studio.double", "double")}${button("remove", "", "studio.remove", "trash")}</span>
  </div>`;
}

export function stripMarkup(): string {
  const papers = PAPERS.map(
    (one) => `<option value="${one}">${plain(word(`studio.paper.${one}`))}</option>`,
  ).join("");
  return `<div class="strip">
    <ol class="frames" aria-label="${plain(word("studio.pages"))}"></ol>
    ${button("add-page", "", "studio.addpage", "add")}${button("slides", "", "studio.slides.title", "slides")}${button("image", "", "studio.image", "image")}
    <span class="push"></span>
    <select class="input" data-paper aria-label="${plain(word("studio.paper"))}" title="${plain(word("studio.paper"))}">${papers}</select>
    ${button("clear", "", "studio.clear", "wipe")}${button("remove-page", "", "studio.removepage", "trash")}
    <span class="rule"></span>
    ${button("further", "", "studio.further", "further")}
    <button type="button" class="tool scale" data-do="whole" dir="ltr" title="${plain(word("studio.whole"))} (0)" aria-label="${plain(word("studio.whole"))}"></button>
    ${button("closer", "", "studio.closer", "closer")}
    ${button("share", "", "studio.share", "share", ' aria-pressed="true"')}
  </div>`;
}

/** Which tools have a colour, and which a width. */
const COLOURED: readonly ToolName[] = ["pen", "marker", "shape", "text", "formula"];

export function paintBar(root: HTMLElement, state: EaselState): void {
  const { tool, setting, chosen } = state;
  const press = (selector: string, is: (value: string) => boolean) => {
    for (const one of root.querySelectorAll<HTMLElement>(selector))
      one.ariaPressed = String(is(one.dataset.value ?? ""));
  };
  const show = (selector: string, shown: boolean) => {
    for (const one of root.querySelectorAll<HTMLElement>(selector)) one.hidden = !shown;
  };
  const able = (act: string, is: boolean) => {
    const one = root.querySelector<HTMLButtonElement>(`[data-do="${act}"]`);
    if (one) one.disabled = !is;
  };
  root.dataset.tool = tool;
  press("[data-do=tool], [data-do=fan]", (value) => value === tool);
  press("[data-do=shape]", (value) => value === state.shape);
  press("[data-do=way]", (value) => value === state.ways.eraser || value === state.ways.select);
  press("[data-do=colour]", (value) => Number(value) === setting.colour && (tool !== "select" || chosen > 0));
  press("[data-do=width]", (value) => Number(value) === setting.width);
  press("[data-do=ruler]", () => state.ruler);
  press("[data-do=share]", () => state.shared);
  show(".fan", state.fan);
  show(".ways[data-for=eraser]", tool === "eraser");
  show(".ways[data-for=select]", tool === "select");
  show(".swatches", COLOURED.includes(tool) || (tool === "select" && chosen > 0));
  show(".nibs", tool !== "laser" && (tool !== "select" || chosen > 0));
  show(".with-choice", tool === "select" && chosen > 0);
  root.querySelector(".dress")?.classList.toggle("marking", tool === "marker");
  const look = root.querySelector<HTMLElement>(".tool.more");
  const drawn = tool === "shape" ? state.shape : "shape";
  if (look) look.ariaExpanded = String(state.fan);
  if (look && look.dataset.drawn !== drawn) {
    look.dataset.drawn = drawn;
    look.innerHTML = icon(drawn);
  }
  able("undo", state.canUndo);
  able("redo", state.canRedo);
  able("further", state.look.width < PAGE.width);
  able("whole", state.look.width < PAGE.width);
  const scale = root.querySelector<HTMLElement>(".scale");
  if (scale) scale.textContent = `${Math.round((PAGE.width / state.look.width) * 100)} %`;
  const paper = root.querySelector<HTMLSelectElement>("[data-paper]");
  if (paper) {
    paper.value = state.paper;
    paper.disabled = state.pictured;
  }
}

/** Beside a low stage the tools stand in two columns. */
export function fitTools(root: HTMLElement): void {
  const tools = root.querySelector<HTMLElement>(".tools");
  const stage = root.querySelector<HTMLElement>(".easel");
  if (!tools || !stage) return;
  const button = tools.querySelector<HTMLElement>(".tool")?.offsetHeight ?? 0;
  const count = tools.querySelectorAll(":scope > .tool, :scope > .shapes").length;
  // Two pixels between them, and a line.
  const low = stage.clientHeight < count * (button + 2) + 20;
  if (button > 0) tools.style.setProperty("--columns", low ? "2" : "1");
}
