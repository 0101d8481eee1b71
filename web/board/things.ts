/**
 * Shapes as what is drawn: paths and labels in board units. No DOM: canvas, SVG and PDF draw from the same list. Ends and
 * corners are round.
 */
import type { Shape } from "./board";
import { along } from "./curve";

export type Step =
  | readonly ["M" | "L", number, number]
  | readonly ["C", number, number, number, number, number, number]
  | readonly ["Z"];

export type Path = readonly Step[];

export type Primitive =
  | {
      readonly kind: "path";
      readonly path: Path;
      /** Places in the palette; null: not stroked, not filled. */
      readonly stroke: number | null;
      readonly width: number;
      readonly fill: number | null;
    }
  | {
      readonly kind: "label";
      readonly text: string;
      readonly x: number;
      /** The middle of its height. */
      readonly y: number;
      readonly size: number;
      readonly align: "left" | "middle" | "right";
      readonly colour: number;
    };

/** With more numbers a scale is a grey bar, whatever a hostile page says: then its ends alone are marked. */
const MOST_TICKS = 200;
/** Of an arrow's head, and of ticks, in widths of the line; and at least, in units. */
const HEAD = 4.5;
const LEAST_HEAD = 50;
const LARGEST_LABEL = 110;
const SMALLEST_LABEL = 30;
/** Handles of a cubic that is a quarter of a circle. */
const ROUND = 0.5522847498;

const cache = new WeakMap<Shape, readonly Primitive[]>();

/** What a shape is drawn with, in order. */
export function primitives(shape: Shape): readonly Primitive[] {
  const known = cache.get(shape);
  if (known) return known;
  const made = drawn(shape);
  cache.set(shape, made);
  return made;
}

function drawn(shape: Shape): Primitive[] {
  const { x1 = 0, y1 = 0, x2 = 0, y2 = 0, x = 0, y = 0, w = 0, h = 0 } = shape;
  switch (shape.kind) {
    case "line":
      return [
        lined(shape, [
          ["M", x1, y1],
          ["L", x2, y2],
        ]),
      ];
    case "arrow":
      return arrow(shape, x1, y1, x2, y2);
    case "rect":
      return [filled(shape, [["M", x, y], ["L", x + w, y], ["L", x + w, y + h], ["L", x, y + h], ["Z"]])];
    case "triangle":
      return [filled(shape, [["M", x + w / 2, y], ["L", x + w, y + h], ["L", x, y + h], ["Z"]])];
    case "ellipse":
      return [filled(shape, ellipse(x + w / 2, y + h / 2, w / 2, h / 2))];
    case "axes":
      return axes(shape, x, y, w, h);
    case "numbers":
      return numberLine(shape, x, y, w);
  }
}

function lined({ colour, width }: Shape, path: Path): Primitive {
  return { kind: "path", path, stroke: colour, width, fill: null };
}

function filled(shape: Shape, path: Path): Primitive {
  return { kind: "path", path, stroke: shape.colour, width: shape.width, fill: shape.fill ?? null };
}

function ellipse(x: number, y: number, a: number, b: number): Path {
  const [c, d] = [a * ROUND, b * ROUND];
  return [
    ["M", x + a, y],
    ["C", x + a, y + d, x + c, y + b, x, y + b],
    ["C", x - c, y + b, x - a, y + d, x - a, y],
    ["C", x - a, y - d, x - c, y - b, x, y - b],
    ["C", x + c, y - b, x + a, y - d, x + a, y],
    ["Z"],
  ];
}

/** A line with a head at its end; the line stops within the head, or its end would be blunt. */
function arrow(shape: Shape, x1: number, y1: number, x2: number, y2: number): Primitive[] {
  const length = Math.hypot(x2 - x1, y2 - y1);
  if (length === 0)
    return [
      lined(shape, [
        ["M", x1, y1],
        ["L", x2, y2],
      ]),
    ];
  const [ux, uy] = [(x2 - x1) / length, (y2 - y1) / length];
  const head = Math.min(length / 2, Math.max(LEAST_HEAD, HEAD * shape.width));
  const [bx, by] = [x2 - head * ux, y2 - head * uy];
  const half = head * 0.4;
  const tip: Path = [
    ["M", x2, y2],
    ["L", bx - half * uy, by + half * ux],
    ["L", bx + half * uy, by - half * ux],
    ["Z"],
  ];
  return [
    lined(shape, [
      ["M", x1, y1],
      ["L", x2 - (head / 2) * ux, y2 - (head / 2) * uy],
    ]),
    { kind: "path", path: tip, stroke: null, width: 0, fill: shape.colour },
  ];
}

function axes(shape: Shape, x: number, y: number, w: number, h: number): Primitive[] {
  const { left = 0, right = 1, bottom = 0, top = 1, step = 1 } = shape;
  // The axes cross where both are nought, or at the edge that is nearest to it.
  const across = Math.max(left, Math.min(right, 0));
  const up = Math.max(bottom, Math.min(top, 0));
  const atX = (value: number) => x + ((value - left) / (right - left)) * w;
  const atY = (value: number) => y + h - ((value - bottom) / (top - bottom)) * h;
  const [columns, rows] = [marks(left, right, step), marks(bottom, top, step)];
  const size = labelSize(Math.min(gap(columns, left, right, w), 2 * gap(rows, bottom, top, h)));
  const [ox, oy] = [atX(across), atY(up)];
  const tick = tickOf(shape);
  const out = [...arrow(shape, x, oy, x + w, oy), ...arrow(shape, ox, y + h, ox, y)];
  const ticks: Step[] = [];
  for (const value of columns) {
    if (value === across) continue;
    ticks.push(["M", atX(value), oy - tick], ["L", atX(value), oy + tick]);
    out.push(label(shape, value, atX(value), oy + tick + size * 0.7, size, "middle"));
  }
  for (const value of rows) {
    if (value === up) continue;
    ticks.push(["M", ox - tick, atY(value)], ["L", ox + tick, atY(value)]);
    out.push(label(shape, value, ox - tick - size * 0.3, atY(value), size, "right"));
  }
  if (across === 0 || up === 0)
    out.push(
      label(shape, across === 0 ? up : across, ox - tick - size * 0.3, oy + tick + size * 0.7, size, "right"),
    );
  if (ticks.length > 0) out.push(lined(shape, ticks));
  return out;
}

function numberLine(shape: Shape, x: number, y: number, w: number): Primitive[] {
  const { left = 0, right = 1, step = 1 } = shape;
  const values = marks(left, right, step);
  const size = labelSize(gap(values, left, right, w));
  const tick = tickOf(shape);
  const at = (value: number) => x + ((value - left) / (right - left)) * w;
  const ticks = values.flatMap((value): Step[] => [
    ["M", at(value), y - tick],
    ["L", at(value), y + tick],
  ]);
  // The arrow goes a little beyond the last number: the line does not end there.
  const out = arrow(shape, x, y, x + w + 2 * Math.max(LEAST_HEAD, HEAD * shape.width), y);
  if (ticks.length > 0) out.push(lined(shape, ticks));
  for (const value of values) out.push(label(shape, value, at(value), y + tick + size * 0.7, size, "middle"));
  return out;
}

/** The multiples of `step` from `low` to `high`; too many of them, the ends. */
function marks(low: number, high: number, step: number): number[] {
  // A hair's breadth beyond the ends: 0.1 three times is a little more than 0.3.
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  if (!(last - first < MOST_TICKS)) return [low, high];
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => round((first + i) * step));
}

function gap(values: readonly number[], low: number, high: number, length: number): number {
  const [first = low, second = high] = values;
  return Math.abs(((second - first) / (high - low)) * length);
}

function labelSize(gap: number): number {
  return Math.max(SMALLEST_LABEL, Math.min(LARGEST_LABEL, gap * 0.5));
}

function tickOf({ width }: Shape): number {
  return Math.max(18, 1.5 * width);
}

function label(
  { colour }: Shape,
  value: number,
  x: number,
  y: number,
  size: number,
  align: "left" | "middle" | "right",
): Primitive {
  // A minus sign, not a hyphen.
  return { kind: "label", text: String(value).replace("-", "−"), x, y, size, align, colour };
}

function round(value: number): number {
  return Number(value.toPrecision(12)) || 0;
}

/** A path as SVG writes it. */
export function svgOf(path: Path): string {
  return path
    .map(([step, ...numbers]) => step + numbers.map((one) => round(Math.round(one * 10) / 10)).join(" "))
    .join("");
}

/** Whatever draws paths: a canvas, a `Path2D`, a PDF. */
export interface Pencil {
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
  bezierCurveTo(x1: number, y1: number, x2: number, y2: number, x: number, y: number): void;
  closePath(): void;
}

export function trace(pencil: Pencil, path: Path): void {
  for (const step of path)
    switch (step[0]) {
      case "M":
        pencil.moveTo(step[1], step[2]);
        break;
      case "L":
        pencil.lineTo(step[1], step[2]);
        break;
      case "C":
        pencil.bezierCurveTo(step[1], step[2], step[3], step[4], step[5], step[6]);
        break;
      case "Z":
        pencil.closePath();
    }
}

/** A path as straight lines, x and y alternating, one a piece of it; a closed piece ends where it began. */
export function lines(path: Path): number[][] {
  const out: number[][] = [];
  for (const step of path) {
    if (step[0] === "M") out.push([]);
    const line = out.at(-1) as number[];
    if (step[0] === "M" || step[0] === "L") line.push(step[1], step[2]);
    else if (step[0] === "Z") line.push(line[0] as number, line[1] as number);
    else if (step[0] === "C") {
      const [, x1, y1, x2, y2, x3, y3] = step;
      const [x0, y0] = line.slice(-2) as [number, number];
      for (let k = 1; k <= 12; k++) line.push(...along([x0, y0, x1, y1, x2, y2, x3, y3], k / 12));
    }
  }
  return out;
}
