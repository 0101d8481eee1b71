import { describe, expect, it } from "vitest";
import type { Ink, Points } from "./board";
import { distance, flattened } from "./curve";
import { handwriting } from "./handwriting";
import { inkAt, outline, outlines, type Polygon, pointsOf, toSvgPath } from "./ink";
import { encloses } from "./pick";

function ink(points: Points, changed: Partial<Ink> = {}): Ink {
  const pieces = [{ begins: 1000, ends: 2000, points }];
  return { kind: "ink", tool: 0, colour: 0, width: 20, pieces, parts: null, ...changed };
}

function level(...pressures: number[]): Points {
  return { xy: pressures.flatMap((_, i) => [100 * i, 500]), pressures };
}

/** How thick a polygon is at a place along a level line. */
function thickness(polygon: Polygon, x: number): number {
  const xy = polygon.flat();
  let inside = 0;
  for (let y = 400; y < 600; y += 0.25) if (encloses(xy, x, y)) inside++;
  return inside * 0.25;
}

describe("the curve", () => {
  it("goes through its points and does not leave a circle by much", () => {
    const xy = Array.from({ length: 9 }, (_, i) => [
      100 * Math.cos((i * Math.PI) / 4),
      100 * Math.sin((i * Math.PI) / 4),
    ]).flat();
    const line = flattened(xy, 5);
    expect(line.at.at(-1)).toBe(8);
    for (let i = 0; i < line.at.length; i++) {
      const far = Math.hypot(line.xy[2 * i] as number, line.xy[2 * i + 1] as number);
      expect(Math.abs(far - 100)).toBeLessThan(2.5);
      const at = line.at[i] as number;
      if (Number.isInteger(at)) expect(line.xy.slice(2 * i, 2 * i + 2)).toEqual(xy.slice(2 * at, 2 * at + 2));
    }
  });

  it("stays itself where points fall together or turn back", () => {
    for (const xy of [
      [5, 5],
      [5, 5, 5, 5, 5, 5],
      [0, 0, 100, 0, 0, 0, 100, 0],
      [0, 0, 0, 0, 50, 0, 50, 0],
    ]) {
      const line = flattened(xy, 5);
      expect(line.xy.every(Number.isFinite)).toBe(true);
      for (let i = 1; i < line.xy.length; i += 2) expect(line.xy[i]).toBe(xy[1]);
    }
  });
});

describe("an outline", () => {
  it("is as wide as said where the pen is pressed fully, and thinner where it is not", () => {
    const full = outline(level(15, 15, 15, 15), 20, 0);
    expect(thickness(full, 150)).toBeCloseTo(20, 0);
    const ramp = outline(level(2, 6, 10, 15), 20, 0);
    const widths = [50, 150, 250].map((x) => thickness(ramp, x));
    expect(widths[0]).toBeGreaterThan(5);
    expect(widths[1]).toBeGreaterThan((widths[0] as number) + 2);
    expect(widths[2]).toBeGreaterThan((widths[1] as number) + 2);
    // A highlighter does not care.
    expect(thickness(outline(level(2, 2, 2, 15), 80, 1), 150)).toBeCloseTo(80, 0);
  });

  it("of a mouse is alive at its ends only, whatever the speed", () => {
    const points: Points = { xy: [0, 500, 100, 500, 400, 500], pressures: null };
    const polygon = outline(points, 24, 0);
    const middle = thickness(polygon, 200);
    expect(thickness(polygon, 60)).toBeCloseTo(middle, 0);
    expect(thickness(polygon, 330)).toBeCloseTo(middle, 0);
    expect(thickness(polygon, 5)).toBeLessThan(middle - 2);
    expect(thickness(polygon, 395)).toBeLessThan(middle - 2);
    expect(outline(points, 24, 0)).toEqual(polygon);
  });

  it("is there for a dot, and for every stroke a hand writes", () => {
    for (const tool of [0, 1])
      expect(thickness(outline({ xy: [300, 500], pressures: [15] }, 20, tool), 300)).toBeCloseTo(20, 0);
    expect(thickness(outline({ xy: [300, 500], pressures: [0] }, 21, 0), 300)).toBeCloseTo(7, 0);
    for (const { touches } of [...handwriting(3, 10_000)]) {
      const xy = touches.filter((_, i) => i % 6 === 0).flatMap(({ x, y }) => [Math.round(x), Math.round(y)]);
      const polygon = outline({ xy, pressures: null }, 14, 0);
      expect(polygon.length).toBeGreaterThan(8);
      expect(polygon.flat().every(Number.isFinite)).toBe(true);
    }
  });

  it("is written for SVG", () => {
    const path = toSvgPath([
      [0, 0],
      [10, 0],
      [10, 10.04],
    ]);
    expect(path).toBe("M5 5Q0 0 5 0 10 0 10 5 10 10 5 5Z");
    expect(toSvgPath([])).toBe("");
  });
});

it("leaves out what was erased", () => {
  const points = level(15, 15, 15, 15, 15);
  const [first, second, ...more] = outlines(
    ink(points, {
      parts: [
        [0, 10],
        [25, 40],
      ],
    }),
  ) as [Polygon, Polygon];
  expect(more).toEqual([]);
  expect(thickness(first, 50)).toBeCloseTo(20, 0);
  expect(thickness(first, 150)).toBe(0);
  expect(thickness(second, 230)).toBe(0);
  expect(thickness(second, 300)).toBeCloseTo(20, 0);
  expect(outlines(ink(points, { parts: [] }))).toEqual([]);
  // Parts beyond the stroke, and a place instead of a part.
  expect(
    outlines(
      ink(points, {
        parts: [
          [35, 99],
          [500, 600],
          [10, 10],
        ],
      }),
    ).length,
  ).toBe(2);
});

describe("a stroke that grows", () => {
  const points = level(15, 13, 11, 9, 7);

  it("is there as far as it was drawn", () => {
    const stroke = ink(points);
    expect(inkAt(stroke, 999)).toBeNull();
    expect(inkAt(stroke, 1000)?.xy).toEqual([0, 500, 0, 500]);
    expect(inkAt(stroke, 1250)?.xy).toEqual([0, 500, 100, 500, 100, 500]);
    const between = inkAt(stroke, 1625)?.xy as number[];
    expect(between.slice(0, 6)).toEqual([0, 500, 100, 500, 200, 500]);
    expect(between[6]).toBeCloseTo(250, 0);
    expect(inkAt(stroke, 2000)).toBe(pointsOf(stroke));
    expect(pointsOf(stroke)).toBe(points);
  });

  it("grows through its pieces, and never backwards", () => {
    const pieces = [
      { begins: 1000, ends: 1400, points: { xy: [0, 0, 50, 0, 100, 0], pressures: null } },
      { begins: 1300, ends: 1800, points: { xy: [150, 0, 200, 0], pressures: [3, 4] } },
      { begins: 2000, ends: 2000, points: { xy: [250, 0], pressures: null } },
    ];
    const stroke = ink(points, { pieces });
    expect(pointsOf(stroke).pressures).toEqual([10, 10, 10, 3, 4, 10]);
    let last = -1;
    for (let t = 1000; t <= 2100; t += 7) {
      const end = inkAt(stroke, t)?.xy.at(-2) as number;
      expect(end).toBeGreaterThanOrEqual(last);
      last = end;
    }
    expect(last).toBe(250);
    expect(inkAt(stroke, 1900)?.xy.at(-2)).toBeCloseTo(225, 0);
  });
});

it("knows how far a place is from a line", () => {
  expect(distance(5, 3, 0, 0, 10, 0)).toBe(3);
  expect(distance(-3, 4, 0, 0, 10, 0)).toBe(5);
  expect(distance(3, 4, 0, 0, 0, 0)).toBe(5);
});
