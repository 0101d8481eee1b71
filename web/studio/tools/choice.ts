/** The frame around what is chosen: where its corners and its handle are, and what pulling at them does. No DOM. */
import type { Matrix, Placed } from "../../board/board";
import { type Box, carried, holds, joined } from "../../board/box";
import { angleOf, apply, compose, rotation, scaling, translation } from "../../board/matrix";

export interface Place {
  readonly x: number;
  readonly y: number;
}

/** A box, and how it is turned on the page: as what it goes around is. */
export interface Frame {
  readonly box: Box;
  readonly at: Matrix;
}

export type Corner = "nw" | "ne" | "sw" | "se";
/** Where the handle is that turns: above, or where the page still shows it. */
export type Side = "above" | "below" | "within";

/** One thing: what it covers in its own units, and where that was moved to. */
export interface Covered {
  readonly box: Box;
  readonly matrix: Matrix;
}

/** Degrees at which things are even. */
const EVEN = 15;
const DEGREE = Math.PI / 180;

/** How far these are turned, radians; 0 when they are not all turned alike. */
export function angleOfAll(things: readonly Pick<Placed, "matrix">[]): number {
  const [first = 0, ...others] = things.map((one) => angleOf(one.matrix));
  return others.every((one) => Math.cos(one - first) > 1 - 1e-9) ? first : 0;
}

/** Around all of these, turned by so much; null: there is nothing. */
export function frameOf(things: readonly Covered[], angle: number): Frame | null {
  if (things.length === 0) return null;
  const upright = rotation(-angle, 0, 0);
  const box = things.map((one) => carried(one.box, compose(upright, one.matrix))).reduce(joined);
  return { box, at: rotation(angle, 0, 0) };
}

/** What a hand holds moves its frame too. */
export function held({ box, at }: Frame, by: Matrix): Frame {
  return { box, at: compose(by, at) };
}

export function centreOf({ box, at }: Frame): Place {
  return placed(at, (box.x1 + box.x2) / 2, (box.y1 + box.y2) / 2);
}

/** The corners, once around. */
export function cornersOf({ box: { x1, y1, x2, y2 }, at }: Frame): readonly (readonly [Corner, Place])[] {
  return [
    ["nw", placed(at, x1, y1)],
    ["ne", placed(at, x2, y1)],
    ["se", placed(at, x2, y2)],
    ["sw", placed(at, x1, y2)],
  ];
}

export function isWithin({ box, at: [a, b, c, d, e, f] }: Frame, { x, y }: Place): boolean {
  // It was only turned and moved: back is across.
  const [dx, dy] = [x - e, y - f];
  return holds(box, a * dx + b * dy, c * dx + d * dy);
}

/** The handle on this side, and the place on the frame to which it is tied. `far`: units between them. */
export function handleOf(
  { box, at }: Frame,
  side: Side,
  far: number,
): { readonly knob: Place; readonly foot: Place } {
  const middle = (box.x1 + box.x2) / 2;
  const edge = side === "below" ? box.y2 : box.y1;
  const away = side === "above" ? -far : far;
  return { knob: placed(at, middle, edge + away), foot: placed(at, middle, edge) };
}

/** Above, unless that is beyond what is looked at. `margin`: units which it needs there. */
export function sideOf(frame: Frame, looked: Box, far: number, margin: number): Side {
  const seen = (side: Side) => {
    const { x, y } = handleOf(frame, side, far).knob;
    return holds(looked, x, y, -margin);
  };
  return (["above", "below", "within"] as const).find(seen) ?? "above";
}

// What pulling does

export function carriedBy(from: Place, to: Place, straight: boolean): Matrix {
  let [dx, dy] = [Math.round(to.x - from.x), Math.round(to.y - from.y)];
  if (straight && Math.abs(dx) > Math.abs(dy)) dy = 0;
  else if (straight) dx = 0;
  return translation(dx, dy);
}

/** Larger or smaller about the corner that lies opposite, in its proportions. */
export function sizedBy(frame: Frame, corner: Corner, from: Place, to: Place): Matrix {
  const corners = cornersOf(frame);
  const opposite = (corners.findIndex(([name]) => name === corner) + 2) % 4;
  const [, { x, y }] = corners[opposite] as readonly [Corner, Place];
  const before = Math.hypot(from.x - x, from.y - y) || 1;
  const along = ((to.x - x) * (from.x - x) + (to.y - y) * (from.y - y)) / before;
  const factor = Math.max(0.1, Math.round((along / before) * 1000) / 1000);
  return scaling(factor, factor, x, y);
}

/** By how much (radians) a hand turns what is turned by `angle` already. `even`: up to a multiple of 15 degrees. */
export function turnedBy(frame: Frame, angle: number, from: Place, to: Place, even: boolean): number {
  const { x, y } = centreOf(frame);
  const turn = Math.atan2(to.y - y, to.x - x) - Math.atan2(from.y - y, from.x - x);
  if (!even) return turn;
  const step = EVEN * DEGREE;
  return Math.round((angle + turn) / step) * step - angle;
}

/** By how much to turn to the next multiple of so many degrees; below nought: anticlockwise. */
export function stepFrom(angle: number, degrees: number): number {
  const step = degrees * DEGREE;
  // What is a hair's breadth before a multiple is at it.
  return (Math.floor(angle / step + 1e-6) + 1) * step - angle;
}

/** Turned by so much about the middle of its frame. */
export function turnOf(frame: Frame, angle: number): Matrix {
  const { x, y } = centreOf(frame);
  return rotation(angle, x, y);
}

/** As mathematics counts: degrees, anticlockwise, from -179 to 180. */
export function told(angle: number): number {
  const degrees = Math.round(-angle / DEGREE);
  return 180 - ((((180 - degrees) % 360) + 360) % 360);
}

function placed(matrix: Matrix, ownX: number, ownY: number): Place {
  const [x, y] = apply(matrix, ownX, ownY);
  return { x, y };
}
