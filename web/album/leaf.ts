/**
 * One page of the board as an SVG: strokes and shapes are paths, texts are texts (their letters joined as their language
 * wants it), formulas are set. Made of elements, so that it is at once what is seen, what is printed and what is kept.
 */
import { HIGHLIGHTER, type Matrix, PAGE, type Page, type PageFacts, type Placed } from "../board/board";
import { compose, translation } from "../board/matrix";
import { linesOf } from "../board/paper";
import { isWritten, type Pictures } from "../board/sheet";
import { drawnOf } from "./paths";

const SVG = "http://www.w3.org/2000/svg";

/** The colours of a page by their names in `board.css`. */
export interface Palette {
  readonly paper: string;
  readonly ink: readonly string[];
  readonly marks: readonly string[];
  readonly rules: Readonly<Record<string, string>>;
}

/** How strongly marks cover what they mark (`board.css`). */
const MARKED = "0.6";
/** A ruling is so wide, units. */
const RULE = 6;
/** A formula or a text has no more room than this: SVG wants a size, and shows what goes beyond. */
const ROOM = { width: PAGE.width, height: PAGE.height };

function make(name: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  return element;
}

/** The page as it is; resolves when its formulas are set and its pictures are there. */
export async function leafOf(
  page: Page,
  facts: PageFacts,
  palette: Palette,
  pictures: Pictures,
): Promise<SVGElement> {
  const svg = make("svg", { viewBox: `0 0 ${PAGE.width} ${PAGE.height}`, xmlns: SVG });
  const [images, marks, words, ink] = [
    make("g", {}),
    make("g", { opacity: MARKED }),
    make("g", {}),
    make("g", {}),
  ];
  svg.append(make("rect", { width: PAGE.width, height: PAGE.height, fill: palette.paper }));
  for (const { weight, path } of linesOf(facts.paper, { x: 0, y: 0, scale: 1 }))
    svg.append(
      make("path", { d: path, fill: "none", stroke: palette.rules[weight] ?? "", "stroke-width": RULE }),
    );
  svg.append(images, marks, words, ink);
  const coming: Promise<void>[] = [];
  if (facts.picture) {
    const image = make("image", { ...ROOM, preserveAspectRatio: "xMidYMid meet" });
    images.append(image);
    coming.push(fetched(image, pictures(facts.picture)));
  }
  for (const placed of page.things.values()) {
    if (placed.gone) continue;
    if (placed.what.kind === "image") {
      const { x, y, w, h } = placed.what;
      const place = transform(placed.matrix);
      const image = make("image", {
        x,
        y,
        width: w,
        height: h,
        preserveAspectRatio: "none",
        transform: place,
      });
      images.append(image);
      coming.push(fetched(image, pictures(placed.what)));
    } else if (isWritten(placed.what)) coming.push(write(words, placed, palette));
    else if (placed.what.kind === "ink" && placed.what.tool === HIGHLIGHTER)
      draw(marks, placed, palette.marks);
    else draw(ink, placed, palette.ink);
  }
  await Promise.all(coming);
  return svg;
}

/** A picture that does not come leaves its place empty. */
async function fetched(image: SVGElement, address: Promise<string>): Promise<void> {
  const href = await address.catch(() => "");
  if (href) image.setAttribute("href", href);
}

function draw(into: SVGElement, { what, matrix }: Placed, colours: readonly string[]): void {
  if (isWritten(what)) return;
  for (const { name, attributes, text } of drawnOf(what, colours)) {
    const element = make(name, { ...attributes, transform: transform(matrix) });
    element.textContent = text;
    into.append(element);
  }
}

async function write(into: SVGElement, { what, matrix }: Placed, palette: Palette): Promise<void> {
  if (what.kind !== "text" && what.kind !== "formula") return;
  const at = compose(matrix, translation(what.x, what.y));
  const width = what.kind === "text" && what.w > 0 ? what.w : ROOM.width;
  const frame = make("foreignObject", { width, height: ROOM.height, transform: transform(at) });
  frame.style.overflow = "visible";
  const element = document.createElement(what.kind === "text" ? "p" : "div");
  element.className = `board-${what.kind}`;
  element.dir = what.kind === "text" ? "auto" : "ltr";
  element.style.fontSize = `${what.size}px`;
  element.style.color = palette.ink[what.colour] ?? "";
  frame.append(element);
  into.append(frame);
  if (what.kind === "text") {
    element.textContent = what.text;
    return;
  }
  const { setFormula } = await import("../board/formula");
  setFormula(element, what.tex);
}

function transform(matrix: Matrix): string {
  return `matrix(${matrix.join(" ")})`;
}
