import { describe, expect, it } from "vitest";
import { type Advice, Patience } from "./patience";

/** Look ten times a second at an element that stands at `at`; what was advised when (s since `from`, to the tenth). */
function look(patience: Patience, seconds: number, at = 5, from = 0): [number, Advice][] {
  const advice: [number, Advice][] = [];
  for (let i = 1; i <= seconds * 10; i++) {
    const now = from + i / 10;
    patience.saw(at, false, now);
    const what = patience.advise(now);
    if (what !== "wait") advice.push([i / 10, what]);
  }
  return advice;
}

describe("patience", () => {
  it("helps on what stands still, ever more rarely, and then gives it up", () => {
    const patience = new Patience();
    patience.saw(5, false, 0);
    const advice = look(patience, 30);
    expect(advice.map(([, what]) => what)).toEqual(["nudge", "nudge", "renew", "renew", "renew"]);
    const times = advice.map(([when]) => when);
    for (const [i, time] of [0.6, 1.8, 4.2, 9, 18.6].entries()) expect(times[i]).toBeCloseTo(time, 0);
  });

  it("asks nothing of what moves", () => {
    const patience = new Patience();
    for (let i = 0; i < 300; i++) {
      expect(patience.saw(i / 10, false, i / 10)).toBe(true);
      expect(patience.advise(i / 10)).toBe("wait");
    }
  });

  it("begins anew once it has moved on, but not by the small seek itself", () => {
    const patience = new Patience();
    patience.saw(5, false, 0);
    look(patience, 1);
    expect(look(patience, 1, 5.02, 1)).toEqual([]);
    expect(look(patience, 1, 6, 2)[0]?.[1]).toBe("nudge");
  });

  it("lets it seek for a while, but not for ever", () => {
    const patience = new Patience();
    const gaveUp = [];
    for (let i = 1; i <= 200; i++) {
      patience.saw(5, true, i / 10);
      if (patience.seeksForEver(i / 10)) gaveUp.push(i / 10);
    }
    expect(gaveUp.length).toBeGreaterThanOrEqual(2);
    expect(gaveUp[0]).toBeCloseTo(6, 0);
    patience.saw(5, false, 30);
    expect(patience.seeksForEver(60)).toBe(false);
  });
});
