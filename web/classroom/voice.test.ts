import { expect, it } from "vitest";
import { Voice } from "./voice";

/** Ten seconds of sound in packets of 50 ms: speech in every second second. */
function speaking(): Voice {
  const voice = new Voice();
  for (let t = 0; t < 10_000; t += 500)
    voice.take(t, 500, new Array<number>(10).fill(Math.floor(t / 1000) % 2 ? 90 : 8));
  return voice;
}

it("rises when somebody speaks and falls when nobody does", () => {
  const bars = speaking().bars(10_000, 20, 100);
  expect(bars.slice(0, 10)).toEqual(new Array(10).fill(0));
  expect(bars.slice(10)).toEqual(new Array(10).fill(1));
});

it("shows nothing for a time of which it knows nothing, and forgets what was sought away from", () => {
  const voice = speaking();
  expect(voice.bars(500_000, 4, 100)).toEqual([0, 0, 0, 0]);
  voice.take(2000, 500, [50]);
  expect(voice.bars(9000, 4, 100)).toEqual([0, 0, 0, 0]);
});

it("stands in the middle where every packet is alike", () => {
  const voice = new Voice();
  voice.take(0, 500, [60, 60, 60, 60, 60]);
  expect(voice.bars(500, 5, 100)).toEqual([0.4, 0.4, 0.4, 0.4, 0.4]);
});
