/** Operations on the board to payloads. */
import { encode } from "@msgpack/msgpack";
import { BitWriter } from "./bits";
import type { Op, Points, Thing } from "./board";
import {
  BACK,
  DRESSED,
  FARTHEST,
  FIRST_PRESSURE,
  GONE,
  INK,
  KEPT,
  LASER,
  MORE,
  MOST,
  MOVED,
  OF_CODE,
  OF_COLOUR,
  OF_FROM,
  OF_HEAD,
  OF_ID,
  OF_PRESSURE,
  OF_SPAN,
  OF_TOOL,
  OF_WAY,
  OF_WIDTH,
  PAGE,
  PAGE_GONE,
  THING,
  TIME,
  type Tip,
  TURNED,
  VIEW,
} from "./payload";

/** Points as a byte string, the first counted from 0, 0. */
export function packPoints(points: Points): Uint8Array<ArrayBuffer> {
  const bits = new BitWriter();
  writePoints(bits, points);
  return bits.bytes();
}

function writePoints(bits: BitWriter, { xy, pressures }: Points): void {
  const n = xy.length >> 1;
  bits.number(2 * n + (pressures ? 1 : 0), OF_HEAD);
  let x = 0;
  let y = 0;
  for (let i = 0; i < n; i++) {
    const nextX = bounded(xy[2 * i]);
    const nextY = bounded(xy[2 * i + 1]);
    bits.number(zigzag(nextX - x), OF_WAY);
    bits.number(zigzag(nextY - y), OF_WAY);
    x = nextX;
    y = nextY;
  }
  let before = FIRST_PRESSURE;
  if (pressures)
    for (let i = 0; i < n; i++) {
      const pressure = sixteenth(pressures[i]);
      bits.number(zigzag(pressure - before), OF_PRESSURE);
      before = pressure;
    }
}

function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}

function bounded(value: number | undefined): number {
  // `|| 0` also makes 0 of NaN and of minus nought.
  return Math.max(-FARTHEST, Math.min(FARTHEST, Math.round(value ?? 0))) || 0;
}

function sixteenth(value: number | undefined): number {
  return Math.max(0, Math.min(15, Math.round(value ?? 0))) || 0;
}

export function encodeOps(ops: readonly Op[]): Uint8Array<ArrayBuffer> {
  return encode(ops.map(wire)) as Uint8Array<ArrayBuffer>;
}

function wire(op: Op): unknown {
  switch (op.op) {
    case "ink":
    case "more":
      return stroke(op);
    case "thing":
      return [THING, op.id, thingOut(op.thing)];
    case "gone":
      return [GONE, op.things];
    case "back":
      return [BACK, op.things];
    case "moved":
      return [MOVED, op.things, op.by];
    case "dressed":
      return [DRESSED, op.things, op.colour, op.width === null ? null : bounded(op.width)];
    case "kept":
      return [KEPT, op.thing, op.parts];
    case "page":
      return [
        PAGE,
        op.page,
        op.place,
        op.paper,
        op.picture && { sizes: op.picture.sizes, type: op.picture.type },
      ];
    case "turned":
      return [TURNED, op.page];
    case "page gone":
      return [PAGE_GONE, op.page, op.gone];
    case "view":
      return op.view ? [VIEW, bounded(op.view.x), bounded(op.view.y), bounded(op.view.width)] : [VIEW];
    case "laser":
      return [LASER, time(op.from), time(op.span), packPoints(op.points)];
  }
}

/** What there is most of is said in bits. */
function stroke(op: Op & { readonly op: "ink" | "more" }): Uint8Array {
  const bits = new BitWriter();
  bits.number(op.op === "ink" ? INK : MORE, OF_CODE);
  bits.number(op.id, OF_ID);
  bits.number(time(op.from), OF_FROM);
  bits.number(time(op.span), OF_SPAN);
  if (op.op === "ink") {
    bits.number(op.tool, OF_TOOL);
    bits.number(op.colour, OF_COLOUR);
    bits.number(bounded(op.width), OF_WIDTH);
  }
  writePoints(bits, op.points);
  return bits.bytes();
}

function time(ms: number): number {
  return Math.max(0, Math.min(MOST, Math.round(ms / TIME))) || 0;
}

const WHOLE_MEMBERS = ["x1", "y1", "x2", "y2", "x", "y", "w", "h", "width", "size"] as const;
const OTHER_MEMBERS = [
  "left",
  "right",
  "bottom",
  "top",
  "step",
  "colour",
  "fill",
  "text",
  "tex",
  "sizes",
  "type",
] as const;

function thingOut(thing: Thing): Record<string, unknown> {
  const given = thing as unknown as Record<string, unknown>;
  const out: Record<string, unknown> = { kind: thing.kind };
  for (const member of WHOLE_MEMBERS)
    if (typeof given[member] === "number") out[member] = bounded(given[member]);
  for (const member of OTHER_MEMBERS) if (given[member] !== undefined) out[member] = given[member];
  return out;
}

export function encodeTip(tip: Tip): Uint8Array<ArrayBuffer> {
  const { page, id, tool, colour, width, points } = tip;
  return encode([page, id, tool, colour, bounded(width), packPoints(points)]) as Uint8Array<ArrayBuffer>;
}
