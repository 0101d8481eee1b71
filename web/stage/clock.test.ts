import { describe, expect, it } from "vitest";
import { LiveClock, MOST_S } from "./clock";

function steady(clock: LiveClock, duration: number, count = 50, from = 0): number {
  let now = from;
  for (let i = 0; i < count; i++) {
    now += duration;
    clock.arrived(duration, now);
  }
  return now;
}

describe("the live clock", () => {
  it("plays close to the end when entries come evenly", () => {
    const clock = new LiveClock();
    steady(clock, 0.25);
    expect(clock.target).toBeLessThan(0.45);
  });

  it("keeps more in hand after running dry, but never without bound", () => {
    const clock = new LiveClock();
    const before = clock.target;
    clock.starved(1);
    expect(clock.target).toBeGreaterThan(before);
    for (let i = 0; i < 100; i++) clock.starved(i);
    expect(clock.target).toBeLessThan(MOST_S + 3);
    expect(clock.stalls).toBe(101);
  });

  it("comes back to the end when it has been calm", () => {
    const clock = new LiveClock();
    for (let i = 0; i < 4; i++) clock.starved(0);
    const shy = clock.target;
    for (let now = 0; now < 400; now += 1) clock.decide(clock.target, 10, now);
    expect(clock.target).toBeLessThan(shy / 2);
  });

  it("works off a lead by gentle speed, a long one by a jump", () => {
    const clock = new LiveClock();
    steady(clock, 0.5);
    expect(clock.decide(clock.target, 100, 1)).toEqual({ rate: 1 });
    expect(clock.decide(clock.target + 0.3, 100, 1)).toEqual({ rate: 1.04 });
    expect(clock.decide(clock.target + 2, 100, 1)).toEqual({ rate: 1.08 });
    expect(clock.decide(30, 100, 1)).toEqual({ jumpTo: 100 - clock.target });
  });
});
