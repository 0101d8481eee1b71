/**
 * Board payloads to operations and back. The page `docs/protocol.md` (Board payloads) is the law; its samples test this
 * file. What comes in may come from anybody: it is whole and within bounds when it leaves here, or `MalformedBoard`.
 */
import { decode, encode } from "@msgpack/msgpack";
import { BitReader, BitWriter, MalformedBoard } from "./bits";
import {
  COLOURS,
  type Image,
  type Matrix,
  type Op,
  PAPERS,
  type Paper,
  type Parts,
  type Picture,
  type Points,
  type Ref,
  type Thing,
} from "./board";

export { MalformedBoard };

/** The tip of the pen, on its way ahead of the timeline. `id` 0: the laser, wherever `page` is. */
export interface Tip {
  readonly page: string;
  readonly id: number;
  readonly tool: number;
  readonly colour: number;
  readonly width: number;
  readonly points: Points;
}

export const MAX_OPS = 2_000;
export const MAX_POINTS = 10_000;
export const MAX_REFS = 10_000;
export const MAX_PARTS = 10_000;
export const MAX_TEXT = 10_000;
export const MAX_TEX = 2_000;
/** Far beyond any page, and what moves thereby still is a number one can draw. */
export const FARTHEST = 1_000_000;
/** The protocol's bound on a passing payload. */
const MAX_TIP = 4_096;
/** Operations nest four deep; what is deeper is of no code known here, or garbage. */
const DEEPEST = 16;

const PAGE_NAME = /^[a-z0-9]{1,8}$/;
const SPEAKER = /^[A-Za-z0-9_.-]{1,32}$/;
const MEDIA_TYPE = /^image\/[a-z0-9.+-]{1,40}$/;
const WHOLE_32 = 0xffffffff;
/** Ids, and hundredths of a second. */
const MOST = 100_000_000;
/** ms: `from` and `span` are said in hundredths of a second, a byte each instead of three. */
const TIME = 10;

const MORE = 0;
const INK = 1;
const THING = 3;
const GONE = 4;
const BACK = 5;
const MOVED = 6;
const DRESSED = 7;
const KEPT = 8;
const PAGE = 16;
const TURNED = 17;
const PAGE_GONE = 18;
const VIEW = 19;
const LASER = 20;

// Points

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

/** The points of a byte string: the first counted from 0, 0. */
export function unpackPoints(bytes: Uint8Array): Points {
  const bits = new BitReader(bytes);
  const points = readPoints(bits);
  bits.end();
  return points;
}

function readPoints(bits: BitReader): Points {
  const head = bits.number(OF_HEAD);
  const n = head >> 1;
  if (n < 1 || n > MAX_POINTS) throw new MalformedBoard(`${n} points`);
  const xy = new Array<number>(2 * n);
  let x = 0;
  let y = 0;
  for (let i = 0; i < 2 * n; i += 2) {
    x += unzigzag(bits.number(OF_WAY));
    y += unzigzag(bits.number(OF_WAY));
    if (Math.abs(x) > FARTHEST || Math.abs(y) > FARTHEST) throw new MalformedBoard("a point out of bounds");
    xy[i] = x;
    xy[i + 1] = y;
  }
  const pressures = head % 2 === 1 ? new Array<number>(n) : null;
  let before = FIRST_PRESSURE;
  if (pressures)
    for (let i = 0; i < n; i++) {
      before += unzigzag(bits.number(OF_PRESSURE));
      if (before < 0 || before > 15) throw new MalformedBoard("a pressure from 0 to 15");
      pressures[i] = before;
    }
  return { xy, pressures };
}

/**
 * How many of a number's low bits are always written: what is small is short (Exp-Golomb). Of handwriting, ways between two
 * points are some 25 units to a side: measured, with these it takes a third less than whole bytes would (bench/ink.ts).
 */
const OF_HEAD = 3;
const OF_WAY = 5;
const OF_PRESSURE = 0;
const OF_CODE = 0;
const OF_ID = 8;
const OF_FROM = 4;
const OF_SPAN = 5;
const OF_TOOL = 0;
const OF_COLOUR = 3;
const OF_WIDTH = 4;
const FIRST_PRESSURE = 8;
/** The same points counted from another origin, as `more` wants them from the stroke's last point. */
export function relative(points: Points, x: number, y: number): Points {
  return { xy: points.xy.map((one, i) => one - (i % 2 ? y : x)), pressures: points.pressures };
}

function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}

function unzigzag(value: number): number {
  return value % 2 ? -(value + 1) / 2 : value / 2;
}

function bounded(value: number | undefined): number {
  // `|| 0` also makes 0 of NaN and of minus nought.
  return Math.max(-FARTHEST, Math.min(FARTHEST, Math.round(value ?? 0))) || 0;
}

function sixteenth(value: number | undefined): number {
  return Math.max(0, Math.min(15, Math.round(value ?? 0))) || 0;
}

// Operations out

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

// Operations in

/** What a payload says; operations (and things) of kinds unknown here are left out. */
export function decodeOps(payload: Uint8Array): Op[] {
  const ops = list(skeletal(payload), MAX_OPS);
  return ops
    .map((one) => (one instanceof Uint8Array ? readStroke(one) : read(list(one, WHOLE_32))))
    .filter((op) => op !== null);
}

function readStroke(bytes: Uint8Array): Op | null {
  const bits = new BitReader(bytes);
  const code = bits.number(OF_CODE);
  if (code !== INK && code !== MORE) return null;
  const common = {
    id: id(bits.number(OF_ID)),
    from: ms(bits.number(OF_FROM)),
    span: ms(bits.number(OF_SPAN)),
  };
  const dress = code === INK && {
    tool: whole(bits.number(OF_TOOL), 0, 1),
    colour: colour(bits.number(OF_COLOUR)),
    width: width(bits.number(OF_WIDTH)),
  };
  const points = readPoints(bits);
  bits.end();
  return dress ? { op: "ink", ...common, ...dress, points } : { op: "more", ...common, points };
}

function read(said: readonly unknown[]): Op | null {
  const [code, a, b, c, d] = said;
  switch (whole(code, 0, WHOLE_32)) {
    case THING: {
      const given = thing(b);
      return given && { op: "thing", id: id(a), thing: given };
    }
    case GONE:
      return { op: "gone", things: refs(a) };
    case BACK:
      return { op: "back", things: refs(a) };
    case MOVED:
      return { op: "moved", things: refs(a), by: matrix(b) };
    case DRESSED:
      return {
        op: "dressed",
        things: refs(a),
        colour: b === null ? null : colour(b),
        width: c === null ? null : width(c),
      };
    case KEPT:
      return { op: "kept", thing: ref(a), parts: b === null ? null : parts(b) };
    case PAGE:
      return {
        op: "page",
        page: page(a),
        place: number(b, -1e9, 1e9),
        paper: paper(c),
        picture: d === null ? null : picture(map(d)),
      };
    case TURNED:
      return { op: "turned", page: page(a) };
    case PAGE_GONE:
      if (typeof b !== "boolean") throw new MalformedBoard("gone or not");
      return { op: "page gone", page: page(a), gone: b };
    case VIEW:
      if (said.length === 1) return { op: "view", view: null };
      return { op: "view", view: { x: place(a), y: place(b), width: whole(c, 1, FARTHEST) } };
    case LASER:
      return { op: "laser", from: ms(a), span: ms(b), points: points(c) };
    default:
      return null;
  }
}

function thing(said: unknown): Thing | null {
  const given = map(said);
  const at = () => ({ x: place(given.x), y: place(given.y) });
  const box = () => ({ ...at(), w: place(given.w), h: place(given.h) });
  const dress = () => ({
    colour: colour(given.colour),
    width: width(given.width),
    ...(given.fill === undefined || given.fill === null ? {} : { fill: colour(given.fill) }),
  });
  const scale = () => {
    const [left, right] = [number(given.left, -1e9, 1e9), number(given.right, -1e9, 1e9)];
    if (left >= right) throw new MalformedBoard("left of a scale is less than right");
    return { left, right, step: number(given.step, 1e-9, 1e9) };
  };
  switch (given.kind) {
    case "line":
    case "arrow":
      return {
        kind: given.kind,
        x1: place(given.x1),
        y1: place(given.y1),
        x2: place(given.x2),
        y2: place(given.y2),
        ...dress(),
      };
    case "rect":
    case "ellipse":
    case "triangle":
      return { kind: given.kind, ...box(), ...dress() };
    case "axes": {
      const [bottom, top] = [number(given.bottom, -1e9, 1e9), number(given.top, -1e9, 1e9)];
      if (bottom >= top) throw new MalformedBoard("bottom of axes is less than top");
      return { kind: "axes", ...box(), ...scale(), bottom, top, ...dress() };
    }
    case "numbers":
      return { kind: "numbers", ...at(), w: place(given.w), ...scale(), ...dress() };
    case "text":
      return {
        kind: "text",
        ...at(),
        w: place(given.w),
        size: width(given.size),
        colour: colour(given.colour),
        text: text(given.text, MAX_TEXT),
      };
    case "formula":
      return {
        kind: "formula",
        ...at(),
        size: width(given.size),
        colour: colour(given.colour),
        tex: text(given.tex, MAX_TEX),
      };
    case "image":
      return { kind: "image", ...box(), ...picture(given) } satisfies Image;
    default:
      if (typeof given.kind !== "string") throw new MalformedBoard("a thing without a kind");
      return null;
  }
}

function picture(given: Record<string, unknown>): Picture {
  const sizes: Record<string, number> = {};
  const said = Object.entries(map(given.sizes));
  if (said.length < 1 || said.length > 16) throw new MalformedBoard(`${said.length} sizes`);
  for (const [pixels, seq] of said) {
    if (!/^[1-9]\d{0,4}$/.test(pixels)) throw new MalformedBoard("a width in pixels");
    sizes[pixels] = whole(seq, 1, WHOLE_32);
  }
  if (typeof given.type !== "string" || !MEDIA_TYPE.test(given.type))
    throw new MalformedBoard("a media type");
  return { sizes, type: given.type };
}

function points(said: unknown): Points {
  if (!(said instanceof Uint8Array)) throw new MalformedBoard("points are a byte string");
  return unpackPoints(said);
}

function parts(said: unknown): Parts {
  return list(said, MAX_PARTS).map((one) => {
    const [from, to] = list(one, 2);
    const begins = whole(from, 0, WHOLE_32);
    return [begins, whole(to, begins, WHOLE_32)] as const;
  });
}

function matrix(said: unknown): Matrix {
  const six = list(said, 6);
  if (six.length !== 6) throw new MalformedBoard("a matrix has six numbers");
  return six.map((one) => number(one, -1e9, 1e9)) as unknown as Matrix;
}

function refs(said: unknown): Ref[] {
  return list(said, MAX_REFS).map(ref);
}

function ref(said: unknown): Ref {
  if (!Array.isArray(said)) return id(said);
  const [speaker, given] = said as unknown[];
  if (typeof speaker !== "string" || !SPEAKER.test(speaker)) throw new MalformedBoard("a speaker");
  return [speaker, id(given)];
}

function page(said: unknown): string {
  if (typeof said !== "string" || !PAGE_NAME.test(said)) throw new MalformedBoard("the name of a page");
  return said;
}

function paper(said: unknown): Paper {
  const known = PAPERS.find((one) => one === said);
  if (known === undefined) throw new MalformedBoard("a paper");
  return known;
}

function text(said: unknown, most: number): string {
  if (typeof said !== "string") throw new MalformedBoard("a text");
  // A character beyond the 65,536 first is two for JavaScript.
  if (said.length > 2 * most || (said.length > most && [...said].length > most))
    throw new MalformedBoard(`a text of more than ${most} characters`);
  return said;
}

function id(said: unknown): number {
  return whole(said, 1, MOST);
}

function colour(said: unknown): number {
  return whole(said, 0, COLOURS - 1);
}

function width(said: unknown): number {
  return whole(said, 1, 10_000);
}

function place(said: unknown): number {
  return whole(said, -FARTHEST, FARTHEST);
}

function ms(said: unknown): number {
  return TIME * whole(said, 0, MOST);
}

function whole(said: unknown, least: number, most: number): number {
  const value = number(said, least, most);
  if (!Number.isInteger(value)) throw new MalformedBoard(`${value} is not whole`);
  return value;
}

function number(said: unknown, least: number, most: number): number {
  // Also false for NaN.
  if (typeof said !== "number" || !(said >= least && said <= most))
    throw new MalformedBoard(`a number from ${least} to ${most}`);
  return said || 0;
}

function list(said: unknown, most: number): readonly unknown[] {
  if (!Array.isArray(said) || said.length > most) throw new MalformedBoard(`an array of ${most} at most`);
  return said as readonly unknown[];
}

function map(said: unknown): Record<string, unknown> {
  if (typeof said !== "object" || said === null || Array.isArray(said) || said instanceof Uint8Array)
    throw new MalformedBoard("a map");
  return said as Record<string, unknown>;
}

// The tip

export function encodeTip(tip: Tip): Uint8Array<ArrayBuffer> {
  const { page, id, tool, colour, width, points } = tip;
  return encode([page, id, tool, colour, bounded(width), packPoints(points)]) as Uint8Array<ArrayBuffer>;
}

export function decodeTip(payload: Uint8Array): Tip {
  if (payload.length > MAX_TIP) throw new MalformedBoard("a passing payload of more than 4,096 bytes");
  const [named, given, tool, dressed, wide, packed] = list(skeletal(payload), WHOLE_32);
  return {
    page: page(named),
    id: whole(given, 0, MOST),
    tool: whole(tool, 0, 1),
    colour: colour(dressed),
    width: width(wide),
    points: points(packed),
  };
}

// MessagePack

function skeletal(payload: Uint8Array): unknown {
  walk(payload);
  try {
    return decode(payload);
  } catch (error) {
    throw new MalformedBoard(`no MessagePack: ${error}`);
  }
}

/** Bytes behind the head 0xc0 + i: of a number or a fixed extension whole, of the others those that give the length. */
const BEHIND = [
  0, -1, 0, 0, 1, 2, 4, 1, 2, 4, 4, 8, 1, 2, 4, 8, 1, 2, 4, 8, 2, 3, 5, 9, 17, 1, 2, 4, 2, 4, 2, 4,
];

/**
 * Throws unless the payload is one whole value, not too deep. The library believes an array that says it is large, and
 * makes room for it: a megabyte of such heads would take all memory. Here every item must have its byte first.
 */
function walk(payload: Uint8Array): void {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const open = [1];
  let at = 0;
  while (open.length > 0) {
    const left = open.pop() as number;
    if (left === 0) continue;
    open.push(left - 1);
    if (at >= view.byteLength) throw new MalformedBoard("cut short");
    const head = view.getUint8(at++);
    let items = 0;
    if (head >= 0x80 && head < 0x90) items = 2 * (head & 15);
    else if (head >= 0x90 && head < 0xa0) items = head & 15;
    else if (head >= 0xa0 && head < 0xc0) at += head & 31;
    else if (head >= 0xc0 && head < 0xe0) {
      const behind = BEHIND[head - 0xc0] as number;
      if (behind < 0 || at + behind > view.byteLength) throw new MalformedBoard("cut short");
      const sized = (head >= 0xc4 && head <= 0xc9) || head >= 0xd9;
      const length = !sized
        ? 0
        : behind === 1
          ? view.getUint8(at)
          : behind === 2
            ? view.getUint16(at)
            : view.getUint32(at);
      at += behind;
      if (head >= 0xde) items = 2 * length;
      else if (head >= 0xdc) items = length;
      else at += length + (head >= 0xc7 && head <= 0xc9 ? 1 : 0);
    }
    if (at + items > view.byteLength) throw new MalformedBoard("cut short");
    if (items > 0) {
      open.push(items);
      if (open.length > DEEPEST) throw new MalformedBoard("too deep");
    }
  }
  if (at !== view.byteLength) throw new MalformedBoard("bytes behind the end");
}
