/** The lines of a paper, as the paths of an SVG in CSS pixels. Pure. */
import { PAGE, type Paper } from "./board";

/** What of a page is shown, and how large: pixels per board unit. */
export interface Frame {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

interface Ruling {
  readonly weight: "hair" | "soft" | "firm";
  /** Units from line to line. */
  readonly step: number;
  readonly ways: "across" | "both";
}

/** Strongest last: it lies on the others. Every step divides the page's width, so that no line is half a line. */
const RULINGS: Readonly<Record<Paper, readonly Ruling[]>> = {
  plain: [],
  lines: [
    { weight: "hair", step: 80, ways: "across" },
    { weight: "soft", step: 320, ways: "both" },
    { weight: "firm", step: 320, ways: "across" },
  ],
  squares: [{ weight: "soft", step: 250, ways: "both" }],
  millimetre: [
    { weight: "hair", step: 50, ways: "both" },
    { weight: "soft", step: 250, ways: "both" },
    { weight: "firm", step: 500, ways: "both" },
  ],
};

/** Closer than this (CSS pixels) lines are no help, but a veil. */
const CLOSEST = 4;

export interface Lines {
  readonly weight: string;
  readonly path: string;
}

export function linesOf(paper: Paper, frame: Frame): Lines[] {
  return RULINGS[paper]
    .filter(({ step }) => step * frame.scale >= CLOSEST)
    .map(({ weight, step, ways }) => ({ weight, path: ruled(step, ways, frame) }));
}

function ruled(step: number, ways: Ruling["ways"], { x, y, scale }: Frame): string {
  const place = (units: number, from: number) => Math.round((units - from) * scale) + 0.5;
  const [left, right] = [place(0, x), place(PAGE.width, x)];
  const [top, bottom] = [place(0, y), place(PAGE.height, y)];
  let path = "";
  for (let at = step; at < PAGE.height; at += step) path += `M${left} ${place(at, y)}H${right}`;
  if (ways === "both")
    for (let at = step; at < PAGE.width; at += step) path += `M${place(at, x)} ${top}V${bottom}`;
  return path;
}
