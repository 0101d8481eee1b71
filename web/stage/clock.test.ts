import { describe, expect, it } from "vitest";
import { JUMP_S, LiveClock, MARGIN_S, MOST_MARGIN_S } from "./clock";

/** Entries of `length` s arrive `late(i)` s after they could have at the earliest; returns the last moment. */
function teach(clock: LiveClock, length: number, count: number, late = (_: number) => 0, from = 0): number {
  let now = from;
  for (let i = 0; i < count; i++) {
    const begins = from + i * length;
    now = Math.max(now, begins + length + late(i));
    clock.arrived(length, begins, now);
  }
  return now;
}

describe("the live clock", () => {
  it("plays a fragment and a margin behind what is said, when entries come evenly", () => {
    for (const length of [0.25, 0.5, 1]) {
      const clock = new LiveClock();
      const now = teach(clock, length, 40);
      expect(clock.wanted(now)).toBeCloseTo(length + MARGIN_S, 2);
    }
  });

  it("keeps the lead that the latest entry needed, and forgets it slowly", () => {
    const clock = new LiveClock();
    const late = teach(clock, 0.25, 40, (i) => (i === 39 ? 1.5 : 0));
    expect(clock.wanted(late)).toBeCloseTo(0.25 + 1.5 + MARGIN_S, 2);
    expect(clock.wanted(late + 40)).toBeCloseTo(0.25 + 0.9 + MARGIN_S, 1);
  });

  it("does not ask for less than the entries of now need", () => {
    const clock = new LiveClock();
    const now = teach(clock, 0.25, 4000);
    expect(clock.wanted(now)).toBeCloseTo(0.25 + MARGIN_S, 2);
  });

  it("keeps more in hand after running dry, but never without bound, and gives it back", () => {
    const clock = new LiveClock();
    const before = clock.lead;
    clock.starved();
    expect(clock.lead).toBeGreaterThan(before);
    for (let i = 0; i < 100; i++) clock.starved();
    expect(clock.lead).toBeLessThanOrEqual(before + MOST_MARGIN_S);
    expect(clock.stalls).toBe(101);
    for (let i = 0; i < 20; i++) teach(clock, 0.25, 400, undefined, i * 100);
    expect(clock.lead).toBeCloseTo(before, 1);
  });

  it("works off a lag by gentle speed, a very long one by a jump, and builds up what is missing", () => {
    const clock = new LiveClock();
    const now = teach(clock, 0.5, 40);
    const best = now - (clock.wanted(now) ?? 0);
    const rate = (at: number) => clock.decide(at, now, now);
    expect(rate(best)).toEqual({ rate: 1 });
    expect(rate(best - 0.3)).toEqual({ rate: 1.03 });
    expect(rate(best - 2)).toEqual({ rate: 1.06 });
    expect(rate(best - 8)).toEqual({ rate: 1.1 });
    expect(rate(best - JUMP_S - 1)).toEqual({ jumpTo: now - clock.lead });
    expect(rate(best + 0.2)).toEqual({ rate: 0.97 });
  });

  it("keeps a speed until it has done something, so that a lag that trembles does not make the speed tremble", () => {
    const clock = new LiveClock();
    const now = teach(clock, 0.5, 40);
    const best = now - (clock.wanted(now) ?? 0);
    const rates = (...lags: number[]) => lags.map((lag) => clock.decide(best - lag, now, now));
    const all = (rate: number, count: number) => Array(count).fill({ rate });
    expect(rates(0.65, 0.58, 0.63, 0.45, 0.31)).toEqual(all(1.06, 5));
    expect(rates(0.29, 0.35, 0.55, 0.02)).toEqual(all(1.03, 4));
    expect(rates(-0.01, 0.05)).toEqual(all(1, 2));
    expect(rates(3.1, 2.9, 2.1)).toEqual(all(1.1, 3));
    expect(rates(1.9, 2.9, 0.4)).toEqual(all(1.06, 3));
  });

  it("knows nothing after a reset, and then leaves the speed alone", () => {
    const clock = new LiveClock();
    const now = teach(clock, 0.25, 10);
    clock.reset();
    expect(clock.wanted(now)).toBeNull();
    expect(clock.decide(now - 1, now, now)).toEqual({ rate: 1 });
  });

  it("comes back to the end after a studio that was gone, whose clock stood still meanwhile", () => {
    const clock = new LiveClock();
    teach(clock, 0.25, 40);
    // 20 s of nothing, then the lesson's clock goes on from 10 s.
    for (let i = 0; i < 40; i++) clock.arrived(0.25, 10 + i * 0.25, 30 + (i + 1) * 0.25);
    const [now, end] = [40, 20];
    expect(clock.decide(end - clock.lead, end, now)).toEqual({ rate: 1 });
  });
});
