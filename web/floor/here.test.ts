import { describe, expect, it } from "vitest";
import { write } from "../talk/facts";
import { barsOf, type Here, readHere, tellGone, tellHere } from "./here";

const HERE: Here = {
  who: "Collège Al Massira",
  hand: 12_000,
  line: 3,
  rung: 360,
  behind: 900,
  call: "none",
};

describe("that a class is here", () => {
  it("is read as it was told", () => {
    expect(readHere(tellHere(HERE))).toEqual(HERE);
    expect(readHere(tellHere({ ...HERE, hand: null, call: "picture" }))).toMatchObject({ hand: null });
    expect(readHere(tellGone("A"))).toBe("gone");
  });

  it.each([
    { hand: -1 },
    { hand: "up" },
    { line: 0 },
    { line: 4 },
    { rung: 1.5 },
    { behind: null },
    { call: "dancing" },
    { who: "x".repeat(61) },
    { who: 7 },
  ])("means nothing with %j", (wrong) => {
    expect(readHere(write({ ...HERE, ...wrong }))).toBeNull();
  });

  it("means nothing as garbage", () => {
    expect(readHere(new Uint8Array([255, 0]))).toBeNull();
    expect(readHere(new Uint8Array())).toBeNull();
  });
});

describe("the line in bars", () => {
  it.each([
    [360, true, false, 3],
    [180, true, false, 3],
    [90, true, false, 2],
    [0, true, false, 1],
    [0, true, true, 1],
    [0, false, false, 3],
    [360, true, true, 1],
  ] as const)("picture %i, wanted %s, poor %s: %i", (rung, wanted, poor, bars) => {
    expect(barsOf(rung, wanted, poor)).toBe(bars);
  });
});
