import { readFileSync } from "node:fs";
import { decode, encode } from "@msgpack/msgpack";
import { describe, expect, it } from "vitest";
import { BitWriter } from "./bits";
import type { Op, Points } from "./board";
import { decodeOps, decodeTip, MalformedBoard, unpackPoints } from "./decode";
import { encodeOps, encodeTip, packPoints } from "./encode";
import { FARTHEST, relative } from "./payload";
import { Storm } from "./storm";

/** ms: such a test has seconds of work where others use the machine. */
const PATIENT = 60_000;

const page = readFileSync("docs/protocol.md", "utf8");
const samples = (page.split("```board\n")[1] ?? "").split("\n```")[0]?.split("\n") ?? [];

function bytes(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(hex.replace(/\s/g, "").match(/../g) ?? [], (x) => Number.parseInt(x, 16));
}

/** What MessagePack holds, as the page shows it: points as `{"xy", "pressures"}`, a stroke by its members. */
function shown(said: unknown, within = "ops"): unknown {
  if (said instanceof Uint8Array) {
    if (within !== "ops") return plain(unpackPoints(said));
    const [op] = decodeOps(encode([said]));
    if (op?.op !== "ink" && op?.op !== "more") throw new Error("no stroke");
    const { points, from, span, op: what, ...rest } = op;
    return { [what]: { ...rest, from: from / 10, span: span / 10, points: plain(points) } };
  }
  if (Array.isArray(said)) return said.map((one) => shown(one, Array.isArray(one) ? "op" : within));
  if (typeof said !== "object" || said === null) return said;
  return Object.fromEntries(Object.entries(said).map(([name, one]) => [name, shown(one)]));
}

function plain({ xy, pressures }: Points): unknown {
  return pressures ? { xy, pressures } : { xy };
}

describe("the samples of docs/protocol.md", () => {
  it("are there", () => expect(samples.length).toBeGreaterThan(20));

  for (const line of samples) {
    const [what = "", hex = ""] = line.split(/ = (?=[0-9a-f ]+$)/);
    const payload = bytes(hex);
    const json = what.slice(what.indexOf(" ") + 1);
    if (what.startsWith("bad"))
      it(what, () => {
        expect(() => (what.startsWith("bad tip") ? decodeTip : decodeOps)(payload)).toThrow(MalformedBoard);
      });
    else if (what.startsWith("tip"))
      it(what, () => {
        expect(shown(decode(payload), "tip")).toEqual(JSON.parse(json));
        expect([...encodeTip(decodeTip(payload))]).toEqual([...payload]);
      });
    else if (what.startsWith("nothing"))
      it(what, () => {
        expect(shown(decode(payload))).toEqual(JSON.parse(json));
        expect(decodeOps(payload)).toEqual([]);
      });
    else
      it(what, () => {
        expect(what).toMatch(/^ops /);
        expect(shown(decode(payload))).toEqual(JSON.parse(json));
        const ops = decodeOps(payload);
        expect(ops.length).toBe(JSON.parse(json).length);
        expect([...encodeOps(ops)]).toEqual([...payload]);
      });
  }
});

describe("whatever is said is read", () => {
  for (let seed = 1; seed <= 100; seed++)
    it(`seed ${seed}`, () => {
      const storm = new Storm(seed);
      for (const page of [null, "1"]) {
        const ops = Array.from({ length: 30 }, () => storm.op(page, "sq4xz"));
        expect(decodeOps(encodeOps(ops))).toEqual(ops);
      }
      const points = storm.points();
      const tip = { page: "b2", id: 300, tool: 1, colour: 8, width: 40, points };
      expect(decodeTip(encodeTip(tip))).toEqual(tip);
      expect(unpackPoints(packPoints(points))).toEqual(points);
    });
});

it("packs what is beyond its bounds within them", () => {
  const points: Points = { xy: [Number.NaN, 4.6, 9e9, -9e9], pressures: [-3, 77.2] };
  expect(unpackPoints(packPoints(points))).toEqual({ xy: [0, 5, FARTHEST, -FARTHEST], pressures: [0, 15] });
  expect(relative({ xy: [10, 20, 13, 24], pressures: null }, 10, 20).xy).toEqual([0, 0, 3, 4]);
});

describe("what is hostile", () => {
  /** A stroke, its numbers replaced by others: [value, k] each. */
  const ink = (changed: Record<number, [value: number, k: number]>) => {
    const numbers: [number, number][] = [
      [1, 0],
      [1, 8],
      [0, 4],
      [10, 5],
      [0, 0],
      [0, 3],
      [12, 4],
      [2, 3],
      [2, 5],
      [4, 5],
    ];
    for (const [place, number] of Object.entries(changed)) numbers[Number(place)] = number;
    const bits = new BitWriter();
    for (const [value, k] of numbers) bits.number(value, k);
    return encode([bits.bytes()]);
  };
  const laser = (points: unknown) => encode([[20, 0, 10, points]]);
  const rect = { kind: "rect", x: 0, y: 0, w: 10, h: 10, colour: 0, width: 12 };
  const axes = { ...rect, kind: "axes", left: -5, right: 5, bottom: -5, top: 5, step: 1 };
  const thing = (changed: Record<string, unknown>, of: Record<string, unknown> = rect) =>
    encode([[3, 1, { ...of, ...changed }]]);
  /** One point, of these zigzag numbers. */
  const packed = (...numbers: number[]) => {
    const bits = [
      "1010",
      ...numbers.map((one) => [(one + 32).toString(2)].map((b) => "0".repeat(b.length - 6) + b)),
    ].join("");
    return Uint8Array.from(bits.padEnd(Math.ceil(bits.length / 8) * 8, "0").match(/.{8}/g) ?? [], (b) =>
      Number.parseInt(b, 2),
    );
  };
  const nested = (depth: number) => {
    const deep = new Uint8Array(depth + 1).fill(0x91);
    deep[depth] = 0xc0;
    return deep;
  };

  it("is well formed but for what is wrong in it", () => {
    for (const payload of [ink({}), laser(packed(2_000_000, 0)), thing({}), thing({}, axes)])
      expect(decodeOps(payload).length).toBe(1);
  });

  const bad: [string, Uint8Array][] = [
    ["nothing at all", new Uint8Array()],
    ["no array", encode(5)],
    ["an operation that is no array", encode([5])],
    ["an operation without a code", encode([[]])],
    ["2,001 operations", encode(Array.from({ length: 2001 }, () => [4, []]))],
    ["a text of a megabyte", thing({ kind: "text", size: 9, text: "a".repeat(1 << 20) })],
    ["a text of 10,001 characters", thing({ kind: "text", size: 9, text: "𝒜".repeat(10_001) })],
    ["a formula of 2,001 characters", thing({ kind: "formula", size: 9, tex: "x".repeat(2001) })],
    ["an id of 0", ink({ 1: [0, 8] })],
    ["an id that is half", encode([[4, [1.5]]])],
    ["a colour beyond the palette", ink({ 5: [9, 3] })],
    ["a width of 0", ink({ 6: [0, 4] })],
    ["a negative time", encode([[20, -1, 10, packed(1, 1)]])],
    ["a time that is no number", encode([[20, Number.NaN, 10, packed(1, 1)]])],
    ["a tool nobody has", ink({ 4: [2, 0] })],
    ["a stroke without points", ink({ 7: [0, 3] })],
    ["a stroke of more points than bits", ink({ 7: [200, 3] })],
    ["a stroke with a byte behind", ink({ 9: [4, 20] })],
    ["a stroke of nothing", encode([new Uint8Array()])],
    ["an id beyond all", encode([[4, [100_000_001]]])],
    ["points that are a text", laser("points")],
    ["points cut short", laser(packPoints({ xy: [1, 2, 3, 4], pressures: null }).subarray(0, 2))],
    ["points with a byte behind", laser(Uint8Array.of(0b10101000, 0b10000010, 0, 0))],
    ["points with a bit behind", laser(packed(40, 0).map((byte, i) => (i === 2 ? byte | 1 : byte)))],
    ["no points", laser(Uint8Array.of(0b10000000))],
    ["empty points", laser(new Uint8Array())],
    ["more points than bytes", laser(Uint8Array.of(0, 0, 0b01111111, 0xff, 0xff))],
    ["a number too large", laser(Uint8Array.of(0b10100000, 0, 0, 0, 0xff, 0xff, 0xff, 0xff))],
    ["nothing but noughts", laser(new Uint8Array(100_000))],
    ["a point out of bounds", laser(packed(2_000_002, 0))],
    ["a pressure beyond 15", laser(Uint8Array.of(0b10111000, 0b00100000, 0b00001000, 0b10000000))],
    ["a coordinate that is NaN", thing({ x: Number.NaN })],
    ["a coordinate that is infinite", thing({ y: Number.POSITIVE_INFINITY })],
    ["a coordinate that is a text", thing({ w: "10" })],
    ["a coordinate that is not there", thing({ h: undefined })],
    ["a scale without a step", thing({ step: 0 }, axes)],
    ["a scale that goes backwards", thing({ left: 6 }, axes)],
    ["a thing without a kind", encode([[3, 1, {}]])],
    ["a thing that is an array", encode([[3, 1, []]])],
    ["a picture of no size", thing({ kind: "image", sizes: {}, type: "image/webp" })],
    [
      "a picture of a hundred sizes",
      thing({
        kind: "image",
        sizes: Object.fromEntries(Array.from({ length: 100 }, (_, i) => [i + 1, 1])),
        type: "image/webp",
      }),
    ],
    ["a picture that is a page", thing({ kind: "image", sizes: { 320: 1 }, type: "text/html" })],
    ["a prototype", Uint8Array.of(0x91, 0x93, 3, 1, 0x81, 0xa9, ...Buffer.from("__proto__"), 0x80)],
    ["a matrix of five", encode([[6, [1], [1, 0, 0, 1, 0]]])],
    ["a matrix with NaN", encode([[6, [1], [1, 0, 0, 1, 0, Number.NaN]]])],
    ["a speaker who cannot be", encode([[4, [["a b", 1]]]])],
    ["a page that cannot be", encode([[17, "../etc"]])],
    ["parts that end before they begin", encode([[8, 1, [[5, 4]]]])],
    ["a view of no width", encode([[19, 0, 0, 0]])],
    ["100,000 deep", nested(100_000)],
    ["an array that says it is large", Uint8Array.of(0xdd, 0xff, 0xff, 0xff, 0xff)],
    ["large arrays in large arrays", new Uint8Array(1 << 20).fill(0xdc)],
    ["a map that says it is large", Uint8Array.of(0xdf, 0xff, 0xff, 0xff, 0xff)],
    ["a text that says it is long", Uint8Array.of(0x91, 0xdb, 0xff, 0xff, 0xff, 0xff, 0x61)],
    ["a byte that never is", Uint8Array.of(0x91, 0xc1)],
    ["something behind the end", Uint8Array.of(0x90, 0x90)],
  ];
  for (const [what, payload] of bad)
    it(what, () => {
      expect(() => decodeOps(payload)).toThrow(MalformedBoard);
    });

  it(
    "is never anything but read or refused, whatever the bytes",
    () => {
      const storm = new Storm(99);
      let refused = 0;
      for (let i = 0; i < 5_000; i++) {
        const ops: Op[] = [storm.op(storm.happens(0.3) ? null : "1", "a")];
        const payload = encodeOps(ops);
        for (let hits = storm.whole(1, 3); hits > 0; hits--)
          payload[storm.whole(0, payload.length - 1)] = storm.whole(0, 255);
        try {
          decodeOps(storm.happens(0.2) ? payload.subarray(0, storm.whole(0, payload.length)) : payload);
        } catch (error) {
          if (!(error instanceof MalformedBoard)) throw error;
          refused++;
        }
      }
      expect(refused).toBeGreaterThan(500);
    },
    PATIENT,
  );

  it("is refused in a tip too", () => {
    const tip = encodeTip({
      page: "1",
      id: 0,
      tool: 0,
      colour: 2,
      width: 20,
      points: { xy: [1, 2], pressures: null },
    });
    expect(decodeTip(tip).id).toBe(0);
    for (const payload of [
      new Uint8Array(5000),
      encode([]),
      encode(["1", 0, 0, 2, 20, null]),
      tip.subarray(1),
    ])
      expect(() => decodeTip(payload)).toThrow(MalformedBoard);
  });
});
