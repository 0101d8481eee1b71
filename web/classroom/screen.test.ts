import { expect, it } from "vitest";
import { affordable } from "./screen";

it("begins with the rung that the line bore while the page came", () => {
  // bytes, ms, height: 32 kbit/s, a school of 128, satellite 512, ADSL, fibre
  for (const [bytes, ms, height] of [
    [40_000, 10_000, 90],
    [40_000, 2600, 90],
    [40_000, 700, 90],
    [40_000, 200, 360],
    [40_000, 60, 720],
  ] as const)
    expect(affordable(bytes, ms)).toBe(height);
});

it("guesses nothing from too little, nor from what lay in the browser's own store", () => {
  expect(affordable(0, 0)).toBe(720);
  expect(affordable(3000, 900)).toBe(720);
});
