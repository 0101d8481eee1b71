import { describe, expect, it } from "vitest";
import type { Points } from "./board";
import { distance, flattened } from "./curve";
import { type Handwritten, handwriting } from "./handwriting";
import { type Decided, Simplifier } from "./simplify";
import { chance } from "./storm";

/** ms: such a test has seconds of work where others use the machine. */
const PATIENT = 60_000;

/** A stroke through the simplifier, taken whenever `takes` says so. */
function simplified(
  { touches }: Pick<Handwritten, "touches">,
  takes: (t: number) => boolean,
  pressed = true,
): Decided[] {
  const hand = new Simplifier(pressed);
  const out: (Decided | null)[] = [];
  for (const { x, y, pressure, t } of touches) {
    hand.add(x, y, pressure, t);
    if (takes(t)) out.push(hand.take());
  }
  out.push(hand.end());
  return out.filter((one) => one !== null);
}

function whole(pieces: readonly Decided[]): Points {
  return {
    xy: pieces.flatMap(({ points }) => points.xy),
    pressures: pieces.flatMap(({ points }) => points.pressures ?? []),
  };
}

function off(xy: readonly number[], x: number, y: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i + 3 < xy.length; i += 2)
    least = Math.min(least, distance(x, y, ...(xy.slice(i, i + 4) as [number, number, number, number])));
  return least;
}

function straight(n: number, dx: number, dy = 0, pressure = 0.6): Pick<Handwritten, "touches"> {
  return {
    touches: Array.from({ length: n }, (_, i) => ({ x: 100 + dx * i, y: 900 + dy * i, pressure, t: 8 * i })),
  };
}

describe("handwriting", () => {
  const strokes = [1, 2, 3].flatMap((seed) => [...handwriting(seed, 12_000)]);

  it(
    "keeps its line, in a quarter of its samples",
    () => {
      const [kept, seen, errors] = [[] as number[], [] as number[], [] as number[]];
      for (const stroke of strokes) {
        const { xy } = whole(simplified(stroke, () => false));
        const line = flattened(xy, 2).xy;
        kept.push(xy.length / 2);
        seen.push(stroke.touches.length);
        errors.push(...stroke.meant.map(([x, y]) => off(line, x, y)));
      }
      const sum = (list: readonly number[]) => list.reduce((all, one) => all + one, 0);
      expect(sum(kept)).toBeLessThan(sum(seen) / 4);
      errors.sort((a, b) => a - b);
      // The hand's own trembling, of 0.6 units and at times twice that, is in it.
      expect(sum(errors) / errors.length).toBeLessThan(0.75);
      expect(errors[Math.floor(errors.length * 0.97)]).toBeLessThan(1.5);
      expect(errors.at(-1)).toBeLessThan(4);
    },
    PATIENT,
  );

  it(
    "has the same points however it is cut into pieces",
    () => {
      const next = chance(5);
      for (const stroke of strokes.slice(0, 30)) {
        const uncut = whole(simplified(stroke, () => false));
        let due = 0;
        const cut = simplified(stroke, (t) => {
          if (t < due) return false;
          due = t + 400;
          return true;
        });
        expect(whole(cut)).toEqual(uncut);
        expect(whole(simplified(stroke, () => next() < 0.3))).toEqual(uncut);
        for (let i = 1; i < cut.length; i++)
          expect((cut[i] as Decided).begins).toBeGreaterThan((cut[i - 1] as Decided).ends);
      }
    },
    PATIENT,
  );

  it("begins and ends where the pen did, when it did", () => {
    for (const stroke of strokes.slice(0, 30)) {
      const pieces = simplified(stroke, () => false);
      const { xy } = whole(pieces);
      const [first, last] = [stroke.touches[0], stroke.touches.at(-1)];
      expect(
        Math.hypot((xy[0] as number) - (first?.x ?? 0), (xy[1] as number) - (first?.y ?? 0)),
      ).toBeLessThan(1);
      expect(
        Math.hypot((xy.at(-2) as number) - (last?.x ?? 0), (xy.at(-1) as number) - (last?.y ?? 0)),
      ).toBeLessThan(1.2);
      expect(pieces[0]?.begins).toBe(first?.t);
      expect(Math.abs((pieces.at(-1)?.ends ?? 0) - (last?.t ?? 0))).toBeLessThan(20);
    }
  });
});

it("needs few points for a straight line, but never leaves them far apart", () => {
  const { xy } = whole(simplified(straight(300, 9), () => false));
  expect(xy.length / 2).toBeLessThan(30);
  for (let i = 2; i < xy.length; i += 2)
    expect((xy[i] as number) - (xy[i - 2] as number)).toBeLessThanOrEqual(200);
  expect(xy.filter((_, i) => i % 2).every((y) => y === 900)).toBe(true);
});

it("smooths the pixels of a mouse away", () => {
  const slanting = straight(200, 3.1, 1.3).touches.map(({ x, y, ...rest }) => ({
    ...rest,
    x: 4 * Math.round(x / 4),
    y: 4 * Math.round(y / 4),
  }));
  const points = whole(simplified({ touches: slanting }, () => false, false));
  const line = flattened(points.xy, 2).xy;
  const rough = slanting.map(({ x, y }) => Math.abs(900 + ((x - 100) * 1.3) / 3.1 - y));
  for (let i = 0; i < line.length; i += 2)
    expect(Math.abs(900 + (((line[i] as number) - 100) * 1.3) / 3.1 - (line[i + 1] as number))).toBeLessThan(
      Math.max(...rough) + 1,
    );
  expect(points.xy.length / 2).toBeLessThan(slanting.length / 3);
  expect(points.pressures).toEqual([]);
});

it("keeps pressure where it changes on a line that does not", () => {
  const { touches } = straight(60, 3);
  const swelling = touches.map((one, i) => ({ ...one, pressure: i < 30 ? 0.2 : 0.9 }));
  const { pressures } = whole(simplified({ touches: swelling }, () => false));
  expect(pressures?.[0]).toBe(3);
  expect(Math.abs((pressures?.at(-1) ?? 0) - 13.5)).toBeLessThan(2);
  expect(pressures?.length).toBeGreaterThan(3);
});

it("makes a dot of a tap, and nothing of nothing", () => {
  const hand = new Simplifier(true);
  expect(hand.tip()).toBeNull();
  for (let t = 0; t < 100; t += 8) hand.add(500, 600, 0.5, t);
  hand.add(Number.NaN, 600, 0.5, 200);
  expect(hand.tip()?.xy).toEqual([500, 600]);
  expect(hand.end()?.points).toEqual({ xy: [500, 600], pressures: [8] });
  expect(hand.take()).toBeNull();
  expect(hand.tip()).toBeNull();
  expect(new Simplifier(true).end()).toBeNull();
});

it(
  "shows in the tip what was not taken, down to the pen",
  () => {
    for (const { touches } of [...handwriting(8, 1500)]) {
      const hand = new Simplifier(true);
      const taken: number[] = [];
      touches.forEach(({ x, y, pressure, t }, i) => {
        hand.add(x, y, pressure, t);
        if (i % 37 === 36) taken.push(...(hand.take()?.points.xy ?? []));
        const tip = hand.tip()?.xy ?? [];
        expect(Math.hypot((tip.at(-2) as number) - x, (tip.at(-1) as number) - y)).toBeLessThan(1);
        // With what was taken it is the whole stroke so far: no sample is far from it.
        const line = flattened([...taken, ...tip], 4).xy;
        for (const sample of touches.slice(0, i + 1))
          if (line.length > 2) expect(off(line, sample.x, sample.y)).toBeLessThan(5);
      });
    }
  },
  PATIENT,
);
