import { describe, expect, it } from "vitest";
import { fragmentMs, Governor, rungsFor } from "./ladder";

describe("rungs", () => {
  it("are never larger than the source, and at least one", () => {
    expect(rungsFor(720).map((rung) => rung.height)).toEqual([90, 180, 360, 720]);
    expect(rungsFor(480).map((rung) => rung.height)).toEqual([90, 180, 360]);
    expect(rungsFor(48).map((rung) => rung.height)).toEqual([90]);
  });
});

describe("the governor", () => {
  const calm = { queued: 0, behindMs: 0 };
  const late = { queued: 0, behindMs: 5000 };

  it("sends more when all is calm, and never more than there is", () => {
    const governor = new Governor(4);
    const counts = Array.from({ length: 40 }, () => governor.second(calm));
    expect(counts[0]).toBe(3);
    expect(counts.at(-1)).toBe(4);
  });

  it("sends less at once when the line or the PC falls behind, one rung at a time, never none", () => {
    const governor = new Governor(4);
    expect(governor.second(late)).toBe(2);
    expect(governor.second(late)).toBe(2);
    const counts = Array.from({ length: 30 }, () => governor.second({ queued: 20, behindMs: 0 }));
    expect(Math.min(...counts)).toBe(1);
  });

  it("tries a rung that was too much ever more rarely", () => {
    const governor = new Governor(4);
    const tries: number[] = [];
    let before = governor.count;
    for (let second = 0; second < 1200; second++) {
      const count = governor.second(before > 2 ? late : calm);
      if (count > before) tries.push(second);
      before = count;
    }
    expect(tries.length).toBeLessThan(15);
  });
});

describe("fragments", () => {
  it("are short while every line bears it", () => {
    expect(fragmentMs(10, 0, 0)).toBe(250);
    expect(fragmentMs(10, 1, 0)).toBe(500);
    expect(fragmentMs(10, 6, 0)).toBe(1000);
    expect(fragmentMs(10, 6, 6000)).toBe(500);
    expect(fragmentMs(0, 0, 6000)).toBe(500);
  });
});
