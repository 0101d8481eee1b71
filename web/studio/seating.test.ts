import { describe, expect, it } from "vitest";
import { middle, seating } from "./seating";

describe("seating", () => {
  it.each([2, 3, 4])("has a place for %i, inside, apart, all of one size", (count) => {
    const places = seating(count, 1280, 720);
    expect(places).toHaveLength(count);
    for (const { x, y, width, height } of places) {
      expect(x).toBeGreaterThanOrEqual(0);
      expect(y).toBeGreaterThanOrEqual(0);
      expect(x + width).toBeLessThanOrEqual(1280);
      expect(y + height).toBeLessThanOrEqual(720);
      expect(width / height).toBeCloseTo(16 / 9, 1);
    }
    for (const [i, a] of places.entries())
      for (const b of places.slice(i + 1))
        expect(a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y).toBe(true);
  });

  it("gives one all of it, and nobody nothing", () => {
    expect(seating(1, 640, 360)).toEqual([{ x: 0, y: 0, width: 640, height: 360 }]);
    expect(seating(0, 640, 360)).toEqual([]);
  });

  it("shows the middle of a picture of another shape", () => {
    const place = { x: 0, y: 0, width: 640, height: 360 };
    expect(middle(1280, 720, place)).toEqual({ x: 0, y: 0, width: 1280, height: 720 });
    expect(middle(640, 480, place)).toEqual({ x: 0, y: 60, width: 640, height: 360 });
    expect(middle(360, 640, place)).toMatchObject({ x: 0, width: 360, height: 202.5 });
  });
});
