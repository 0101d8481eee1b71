/** What a thing covers and where it is touched, wherever it was moved to. Of texts and formulas an estimate: only fonts know. */
import type { Matrix, Placed } from "./board";
import { distance } from "./curve";
import { runs } from "./ink";
import { apply, invert, scaleOf } from "./matrix";
import { lines, primitives } from "./things";

export interface Bounds {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

type What = Placed["what"];

/** A mean letter's width, and a line's height, by the size of the letters. */
const LETTER = 0.55;
const LINE = 1.35;

/** Lines that a thing runs along, how wide they are, and whether what they go around belongs to it. */
interface Trait {
  readonly xy: readonly number[];
  readonly width: number;
  readonly full: boolean;
}

const traits = new WeakMap<What, readonly Trait[]>();

function traitsOf(what: What): readonly Trait[] {
  const known = traits.get(what);
  if (known) return known;
  const made = traced(what);
  traits.set(what, made);
  return made;
}

function traced(what: What): Trait[] {
  switch (what.kind) {
    case "ink":
      return runs(what).map(({ xy }) => ({ xy, width: what.width, full: false }));
    case "image":
      return [area(what.x, what.y, what.w, what.h)];
    case "text": {
      const rows = what.text
        .split("\n")
        .map((row) => Math.ceil(([...row].length * LETTER * what.size) / Math.max(what.w, what.size)) || 1);
      return [area(what.x, what.y, what.w, rows.reduce((sum, one) => sum + one, 0) * LINE * what.size)];
    }
    case "formula":
      return [
        area(what.x, what.y, Math.max(1, what.tex.length) * LETTER * what.size * 0.7, LINE * what.size),
      ];
    default:
      return primitives(what).flatMap((one): Trait[] => {
        if (one.kind === "path")
          return lines(one.path).map((xy) => ({ xy, width: one.width, full: one.fill !== null }));
        const wide = one.text.length * LETTER * one.size;
        const left = one.x - { left: 0, middle: wide / 2, right: wide }[one.align];
        return [area(left, one.y - one.size / 2, wide, one.size)];
      });
  }
}

function area(x: number, y: number, w: number, h: number): Trait {
  return { xy: [x, y, x + w, y, x + w, y + h, x, y + h, x, y], width: 0, full: true };
}

/** What a thing covers on its page; null: nothing is left of it. */
export function boundsOf({ what, matrix }: Placed): Bounds | null {
  let [x1, y1, x2, y2] = [
    Number.POSITIVE_INFINITY,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ];
  for (const { xy, width } of traitsOf(what)) {
    const half = (width / 2) * stretch(matrix);
    for (let i = 0; i + 1 < xy.length; i += 2) {
      const [x, y] = apply(matrix, xy[i] as number, xy[i + 1] as number);
      x1 = Math.min(x1, x - half);
      y1 = Math.min(y1, y - half);
      x2 = Math.max(x2, x + half);
      y2 = Math.max(y2, y + half);
    }
  }
  return x1 > x2 ? null : { x1, y1, x2, y2 };
}

/** What a length is multiplied with, in the direction in which it grows most. */
function stretch([a, b, c, d]: Matrix): number {
  const sum = a * a + b * b + c * c + d * d;
  return Math.sqrt((sum + Math.sqrt(Math.max(0, sum * sum - 4 * (a * d - b * c) ** 2))) / 2);
}

/** Whether a finger of this radius, in units of the page, touches it. */
export function hits({ what, matrix, gone }: Placed, x: number, y: number, radius: number): boolean {
  const home = invert(matrix);
  if (gone || !home) return false;
  const [ownX, ownY] = apply(home, x, y);
  const near = radius / scaleOf(matrix);
  return traitsOf(what).some(
    ({ xy, width, full }) => off(xy, ownX, ownY) <= near + width / 2 || (full && encloses(xy, ownX, ownY)),
  );
}

function off(xy: readonly number[], x: number, y: number): number {
  if (xy.length === 2) return Math.hypot(x - (xy[0] as number), y - (xy[1] as number));
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i + 3 < xy.length; i += 2) {
    const [ax, ay, bx, by] = xy.slice(i, i + 4) as [number, number, number, number];
    least = Math.min(least, distance(x, y, ax, ay, bx, by));
  }
  return least;
}

/** Whether a place is within a line that closes (even-odd). */
export function encloses(xy: readonly number[], x: number, y: number): boolean {
  let within = false;
  const n = xy.length >> 1;
  for (let i = 0, j = n - 1; i < n; j = i++) {
    const [ax, ay] = [xy[2 * i] as number, xy[2 * i + 1] as number];
    const [bx, by] = [xy[2 * j] as number, xy[2 * j + 1] as number];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) within = !within;
  }
  return within;
}

/** Of a thing's lines so much must be within a lasso to be caught by it: hands cut corners. */
const CAUGHT = 0.7;

/** Whether a lasso (x and y alternating, closed by itself) goes around a thing. */
export function caught({ what, matrix, gone }: Placed, lasso: readonly number[]): boolean {
  if (gone) return false;
  let [all, within] = [0, 0];
  for (const { xy } of traitsOf(what)) {
    const n = xy.length >> 1;
    for (let i = 0; i < n; i++) {
      // Long straight lines count by their length, not by their ends.
      const [x, y] = [xy[2 * i] as number, xy[2 * i + 1] as number];
      const [nextX, nextY] = [xy[2 * i + 2] ?? x, xy[2 * i + 3] ?? y];
      const cuts = Math.min(64, Math.max(1, Math.ceil(Math.hypot(nextX - x, nextY - y) / 60)));
      for (let k = 0; k < cuts; k++) {
        const [pageX, pageY] = apply(matrix, x + ((nextX - x) * k) / cuts, y + ((nextY - y) * k) / cuts);
        all++;
        if (encloses(lasso, pageX, pageY)) within++;
      }
    }
  }
  return all > 0 && within / all >= CAUGHT;
}

/** The lasso that a rectangle is, drawn from any corner to the opposite one. */
export function rectangle(x1: number, y1: number, x2: number, y2: number): number[] {
  return [x1, y1, x2, y1, x2, y2, x1, y2];
}
