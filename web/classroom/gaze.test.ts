import { describe, expect, it } from "vitest";
import { closer, isWhole, moved, WHOLE } from "./gaze";

describe("looking closer", () => {
  it("keeps the point under the finger", () => {
    const gaze = closer(WHOLE, { x: 2000, y: 1000 }, 2);
    expect(gaze).toEqual({ x: 1000, y: 500, width: 4000 });
    expect((2000 - gaze.x) / gaze.width).toBe(2000 / 8000);
  });

  it("shows nothing beyond the page, and has an end", () => {
    expect(closer(WHOLE, { x: 8000, y: 4500 }, 2)).toEqual({ x: 4000, y: 2250, width: 4000 });
    expect(closer(WHOLE, { x: 0, y: 0 }, 1000).width).toBe(1000);
    const back = closer({ x: 4000, y: 2250, width: 4000 }, { x: 4000, y: 2250 }, 0.1);
    expect([back, isWhole(back)]).toEqual([WHOLE, true]);
  });

  it("moves with the hand", () => {
    const gaze = { x: 2000, y: 1000, width: 4000 };
    expect(moved(gaze, 500, -250)).toEqual({ x: 1500, y: 1250, width: 4000 });
    expect(moved(gaze, 9000, 9000)).toEqual({ x: 0, y: 0, width: 4000 });
    expect(moved(WHOLE, 300, 300)).toEqual(WHOLE);
  });
});
