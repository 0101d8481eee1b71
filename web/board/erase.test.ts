import { describe, expect, it } from "vitest";
import type { Ink, Parts } from "./board";
import { eraseAlong, eraseFrom } from "./erase";
import { runs } from "./ink";
import { IDENTITY, rotation } from "./matrix";
import { Storm } from "./storm";

function stroke(xy: readonly number[], parts: Parts | null = null): Ink {
  const pieces = [{ begins: 0, ends: 0, points: { xy, pressures: null } }];
  return { kind: "ink", tool: 0, colour: 0, width: 8, pieces, parts };
}

const level = stroke([0, 0, 100, 0, 200, 0, 300, 0]);

describe("an eraser", () => {
  it("cuts a stroke where it crosses it", () => {
    expect(eraseAlong(level, [150, -200, 150, 200], 17)).toEqual([
      [0, 13],
      [17, 30],
    ]);
    expect(eraseAlong(level, [150, -200, 150, -100], 17)).toBe("untouched");
    expect(eraseAlong(level, [], 17)).toBe("untouched");
    expect(eraseAlong(level, [300, 5], 17)).toEqual([[0, 28]]);
    expect(eraseAlong(level, [-50, 0, 350, 0], 17)).toBe("nothing left");
  });

  it("leaves what was erased before erased", () => {
    const before: Parts = [
      [0, 10],
      [20, 30],
    ];
    expect(eraseAlong(stroke([0, 0, 100, 0, 200, 0, 300, 0], before), [150, 0], 30)).toBe("untouched");
    expect(eraseAlong(stroke([0, 0, 100, 0, 200, 0, 300, 0], before), [250, 0], 17)).toEqual([
      [0, 10],
      [20, 23],
      [27, 30],
    ]);
    expect(eraseAlong(stroke([0, 0, 100, 0], []), [50, 0], 17)).toBe("untouched");
  });

  it("takes parts that anybody may have said", () => {
    const odd: Parts = [
      [25, 400],
      [2, 5],
      [4, 9],
      [700, 800],
    ];
    expect(eraseAlong(stroke([0, 0, 100, 0, 200, 0, 300, 0], odd), [290, 0], 6)).toEqual([
      [2, 9],
      [25, 28],
    ]);
  });

  it("takes a dot whole", () => {
    expect(eraseAlong(stroke([50, 50]), [60, 50], 17)).toBe("nothing left");
    expect(eraseAlong(stroke([50, 50]), [90, 50], 17)).toBe("untouched");
  });

  it("works on a stroke where it was moved to", () => {
    const placed = { name: "a 1", what: level, matrix: rotation(Math.PI / 2, 0, 0), gone: false };
    expect(eraseFrom(placed, [-200, 150, 200, 150], 17)).toEqual([
      [0, 13],
      [17, 30],
    ]);
    const twice = { ...placed, matrix: [2, 0, 0, 2, 0, 0] as const };
    expect(eraseFrom(twice, [300, -200, 300, 200], 34)).toEqual([
      [0, 13],
      [17, 30],
    ]);
    expect(eraseFrom({ ...placed, gone: true }, [0, 150], 17)).toBe("untouched");
    expect(eraseFrom({ ...placed, matrix: [0, 0, 0, 0, 0, 0] }, [0, 0], 17)).toBe("untouched");
    const rect = { kind: "rect", x: 0, y: 0, w: 9, h: 9, colour: 0, width: 4 } as const;
    expect(eraseFrom({ ...placed, what: rect, matrix: IDENTITY }, [0, 0], 17)).toBe("untouched");
  });
});

it("leaves nothing within its reach, and takes nothing beyond, however often", () => {
  for (let seed = 1; seed <= 60; seed++) {
    const storm = new Storm(seed);
    let xy: number[] = [1000, 1000];
    for (let i = 0; i < 12; i++)
      xy = [
        ...xy,
        (xy.at(-2) as number) + storm.whole(-90, 90),
        (xy.at(-1) as number) + storm.whole(-90, 90),
      ];
    let ink = stroke(xy);
    for (let pass = 0; pass < 4; pass++) {
      const k = 2 * storm.whole(0, 12);
      const [x, y] = [(xy[k] as number) + storm.whole(-40, 40), (xy[k + 1] as number) + storm.whole(-40, 40)];
      const way = [x, y, x + storm.whole(-60, 60), y + storm.whole(-60, 60)];
      const left = eraseAlong(ink, way, 25);
      if (left === "untouched") continue;
      const parts = left === "nothing left" ? [] : left;
      for (let i = 0; i < parts.length; i++) {
        const [from, to] = parts[i] as readonly [number, number];
        expect(to).toBeGreaterThan(from);
        if (i > 0) expect(from).toBeGreaterThan(parts[i - 1]?.[1] as number);
      }
      const before = parts.reduce((sum, [from, to]) => sum + to - from, 0);
      ink = { ...ink, parts };
      // The middle of the way is clean, and a second pass finds nothing.
      for (const { xy: line } of runs(ink))
        for (let i = 0; i < line.length; i += 2)
          expect(Math.hypot((line[i] as number) - x, (line[i + 1] as number) - y)).toBeGreaterThan(24);
      expect(eraseAlong(ink, way, 25)).toBe("untouched");
      expect(before).toBeLessThan(120);
    }
  }
});
