import { expect, it } from "vitest";
import { lineMessage } from "./line";

const fine = {
  state: "live",
  why: "start",
  rung: "video/360",
  wantsPicture: true,
  silentMs: 100,
  silentAfterMs: 9000,
  dry: false,
  atLive: true,
};

it("says nothing when all is well", () => expect(lineMessage(fine)).toBeNull());

it("says in one word what is wrong", () => {
  expect(lineMessage({ ...fine, state: "waiting" })).toBe("cut");
  expect(lineMessage({ ...fine, silentMs: 10_000 })).toBe("silent");
  expect(lineMessage({ ...fine, why: "slow", rung: null })).toBe("weak");
  expect(lineMessage({ ...fine, why: "slow", rung: "video/90" })).toBe("smaller");
  expect(lineMessage({ ...fine, dry: true })).toBe("loading");
  expect(lineMessage({ ...fine, unplayable: "picture" })).toBe("blind");
  expect(lineMessage({ ...fine, unplayable: "sound" })).toBe("deaf");
});

it("does not call a line weak that was asked for sound alone", () => {
  expect(lineMessage({ ...fine, why: "slow", rung: null, wantsPicture: false })).toBeNull();
});
