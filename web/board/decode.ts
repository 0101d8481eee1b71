/**
 * Board payloads to operations. What comes in may come from anybody: it is whole and within bounds when it leaves here, or
 * `MalformedBoard`.
 */
import { BitReader, MalformedBoard } from "./bits";
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
import {
  BACK,
  DRESSED,
  FARTHEST,
  FIRST_PRESSURE,
  GONE,
  INK,
  KEPT,
  LASER,
  MAX_OPS,
  MAX_PARTS,
  MAX_POINTS,
  MAX_REFS,
  MAX_TEX,
  MAX_TEXT,
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
  WHOLE_32,
} from "./payload";
import { skeletal } from "./skeleton";

export { MalformedBoard };

/** The protocol's bound on a passing payload. */
const MAX_TIP = 4_096;

const PAGE_NAME = /^[a-z0-9]{1,8}$/;
const SPEAKER = /^[A-Za-z0-9_.-]{1,32}$/;
const MEDIA_TYPE = /^image\/[a-z0-9.+-]{1,40}$/;
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

function unzigzag(value: number): number {
  return value % 2 ? -(value + 1) / 2 : value / 2;
}

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
