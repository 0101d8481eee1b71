/**
 * A stroke as a shape: its points, the curve through them, and around that the outline that pressure makes. Values in,
 * values out: the same points always give the same picture.
 */
import { getStroke } from "perfect-freehand";
import { HIGHLIGHTER, type Ink, type Parts, type Points } from "./board";
import { along, cubic, flattened, type Line } from "./curve";

export type Polygon = readonly (readonly [x: number, y: number])[];

/** What a mouse or a finger presses with, of 15: between a pen's light and heavy hand. */
const PRESSED = 10;
/** Without pressure the ends are a little thinner, over so many units: a line without any life looks like a ruler's. */
const ENDING = 40;
const THIN_ENDS = 0.75;
/** How much of the width pressure makes: at none a third of it is left. */
const THINNING = 0.5;
/** Straight pieces of an outline, in units: less than two pixels of a screen 4,000 wide. */
const STEP = 6;

const whole = new WeakMap<Ink, Points>();

/** All points of a stroke, its pieces one after the other. */
export function pointsOf(ink: Ink): Points {
  const known = whole.get(ink);
  if (known) return known;
  const points = joined(ink.pieces.map((piece) => piece.points));
  whole.set(ink, points);
  return points;
}

function joined(pieces: readonly Points[]): Points {
  if (pieces.length === 1) return pieces[0] as Points;
  const xy = pieces.flatMap((piece) => piece.xy);
  if (pieces.every((piece) => piece.pressures === null)) return { xy, pressures: null };
  const pressures = pieces.flatMap(
    (piece) => piece.pressures ?? new Array<number>(piece.xy.length >> 1).fill(PRESSED),
  );
  return { xy, pressures };
}

/** What of a stroke was drawn by `t` (lesson ms), its end between two points included; null: nothing yet. */
export function inkAt(ink: Ink, t: number): Points | null {
  const first = ink.pieces[0];
  if (!first || first.begins > t) return null;
  const all = pointsOf(ink);
  let drawn = 0;
  let since = first.begins;
  for (const { begins, ends, points } of ink.pieces) {
    const n = points.xy.length >> 1;
    // Not before what was drawn before it: pieces of a stroke do not overtake each other.
    const [from, to] = [Math.max(begins, since), Math.max(ends, since)];
    for (let i = 0; i < n; i++) {
      const when = n > 1 ? from + ((to - from) * i) / (n - 1) : from;
      if (when > t) return drawn === 0 ? null : cut(all, drawn, (t - since) / (when - since));
      since = when;
      drawn++;
    }
  }
  return all;
}

/** The first `n` points, and the way to the next up to `part` of it. */
function cut({ xy, pressures }: Points, n: number, part: number): Points {
  const [x, y] = along(cubic(xy, n - 1), part);
  const last = pressures && (pressures[n] as number);
  return {
    xy: [...xy.slice(0, 2 * n), x, y],
    pressures: pressures && [...pressures.slice(0, n), last as number],
  };
}

/** The outlines of what is left of a stroke; of `points` instead of all its points, if given (see `inkAt`). */
export function outlines(ink: Ink, points: Points = pointsOf(ink)): Polygon[] {
  if (ink.parts === null) return [outline(points, ink.width, ink.tool)];
  const line = pressed(points);
  return ink.parts
    .map(([from, to]) => between(line, from / 10, to / 10))
    .filter((part) => part !== null)
    .map((part) => around(part, ink.width, ink.tool));
}

/** The outline of a stroke: a closed polygon, to be filled (non-zero). `width`: where it was pressed fully. */
export function outline(points: Points, width: number, tool: number): Polygon {
  return around(pressed(points), width, tool);
}

/** A curve with a pressure, from 0 to 1, at each place. */
interface Pressed extends Line {
  readonly pressures: readonly number[];
}

function pressed(points: Points): Pressed {
  const line = flattened(points.xy, STEP);
  const given = points.pressures;
  if (given === null) return { ...line, pressures: lively(line) };
  const pressures = line.at.map((at) => {
    const i = Math.floor(at);
    const here = given[i] ?? PRESSED;
    return (here + ((given[i + 1] ?? here) - here) * (at - i)) / 15;
  });
  return { ...line, pressures };
}

function lively({ xy, at }: Line): number[] {
  const lengths = [0];
  for (let i = 1; i < at.length; i++) lengths.push((lengths[i - 1] as number) + step(xy, i));
  const all = lengths.at(-1) as number;
  const ending = Math.min(ENDING, all / 3);
  return lengths.map((length) => {
    const inside = ending === 0 ? 1 : Math.min(1, Math.min(length, all - length) / ending);
    return (PRESSED / 15) * (THIN_ENDS + (1 - THIN_ENDS) * inside);
  });
}

function step(xy: readonly number[], i: number): number {
  const [x, y] = [xy[2 * i] as number, xy[2 * i + 1] as number];
  return Math.hypot(x - (xy[2 * i - 2] as number), y - (xy[2 * i - 1] as number));
}

/** From one point of the stroke to another, both perhaps between two points. */
function between(line: Pressed, from: number, to: number): Pressed | null {
  const last = line.at.at(-1) as number;
  const [begin, end] = [Math.min(from, last), Math.min(to, last)];
  if (from > last || end < begin) return null;
  const xy: number[] = [];
  const at: number[] = [];
  const pressures: number[] = [];
  const add = (place: number): void => {
    const next = line.at.findIndex((one) => one >= place);
    const i = Math.max(1, next);
    const low = line.at[i - 1] ?? 0;
    const high = line.at[i] ?? low;
    const u = high === low ? 0 : (place - low) / (high - low);
    const mix = (list: readonly number[], k: number, wide: number): number => {
      const here = list[k] as number;
      return here + ((list[k + wide] ?? here) - here) * u;
    };
    xy.push(mix(line.xy, 2 * i - 2, 2), mix(line.xy, 2 * i - 1, 2));
    pressures.push(mix(line.pressures, i - 1, 1));
    at.push(place);
  };
  add(begin);
  for (let i = 0; i < line.at.length; i++) {
    const place = line.at[i] as number;
    if (place <= begin || place >= end) continue;
    xy.push(line.xy[2 * i] as number, line.xy[2 * i + 1] as number);
    pressures.push(line.pressures[i] as number);
    at.push(place);
  }
  if (end > begin) add(end);
  return { xy, at, pressures };
}

function around({ xy, pressures }: Pressed, width: number, tool: number): Polygon {
  const marker = tool === HIGHLIGHTER;
  if (pressures.length === 1) {
    const radius = marker ? width / 2 : (width / 2) * share(pressures[0] as number);
    return circle(xy[0] as number, xy[1] as number, radius);
  }
  const points = pressures.map((one, i) => [xy[2 * i] as number, xy[2 * i + 1] as number, marker ? 1 : one]);
  const thinning = marker ? 0 : THINNING;
  return getStroke(points, {
    // The library's radius at full pressure is half of size (1 + thinning).
    size: width / (1 + thinning),
    thinning,
    smoothing: 0.5,
    // No lag behind the hand: the curve is smooth already.
    streamline: 0,
    simulatePressure: false,
    start: { cap: true },
    end: { cap: true },
    last: true,
  });
}

/** How much of the width there is at a pressure; the library's law for lines. */
function share(pressure: number): number {
  return (1 - 2 * THINNING * (0.5 - pressure)) / (1 + THINNING);
}

function circle(x: number, y: number, radius: number): Polygon {
  return Array.from({ length: 24 }, (_, i) => {
    const angle = (i * Math.PI) / 12;
    return [x + radius * Math.cos(angle), y + radius * Math.sin(angle)] as const;
  });
}

/** A polygon as an SVG path, its corners rounded off through the middles of its sides. */
export function toSvgPath(polygon: Polygon): string {
  const [first] = polygon;
  const last = polygon.at(-1);
  if (!first || !last) return "";
  const tenth = (value: number) => String(Math.round(value * 10) / 10 || 0);
  const middle = (a: readonly [number, number], b: readonly [number, number]) =>
    `${tenth((a[0] + b[0]) / 2)} ${tenth((a[1] + b[1]) / 2)}`;
  const turns = polygon.map(
    (point, i) => `${tenth(point[0])} ${tenth(point[1])} ${middle(point, polygon[i + 1] ?? first)}`,
  );
  return `M${middle(last, first)}Q${turns.join(" ")}Z`;
}

/** The places in which what is left of a stroke runs, for finding and erasing: a line a part. */
export function runs(ink: Ink, parts: Parts | null = ink.parts): Line[] {
  const line = pressed(pointsOf(ink));
  if (parts === null) return [line];
  return parts.map(([from, to]) => between(line, from / 10, to / 10)).filter((part) => part !== null);
}
