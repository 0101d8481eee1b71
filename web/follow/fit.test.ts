import { expect, it } from "vitest";
import type { Track } from "../wire/follow";
import { Flow, heightFor } from "./fit";

/** A track of a minute at so many kbit/s. */
function track(kbps: number): Track {
  return { begins: 0, ends: 60_000, bytes: (kbps * 60_000) / 8, entries: 120 };
}

const TRACKS = {
  audio: track(30),
  board: track(2),
  "video/90": track(40),
  "video/180": track(110),
  "video/360": track(350),
};

it("takes the greatest picture that the line carries with everything else", () => {
  for (const [kbps, height] of [
    [40, 0],
    [89, 0],
    [91, 90],
    [128, 90],
    [180, 180],
    [476, 180],
    [480, 360],
    [50_000, 360],
  ] as const)
    expect(heightFor(720, TRACKS, kbps)).toBe(height);
});

it("never goes above what was asked for", () => {
  expect(heightFor(180, TRACKS, 50_000)).toBe(180);
  expect(heightFor(0, TRACKS, 50_000)).toBe(0);
});

it("knows how fast an answer comes, once enough of it came", () => {
  const flow = new Flow();
  flow.begin(5_000);
  flow.took(4_000);
  expect(flow.kbps(5_200)).toBeNull();
  flow.took(12_000);
  expect(flow.kbps(6_000)).toBe(128);
  flow.begin(7_000);
  flow.took(100_000);
  expect(flow.kbps(7_100)).toBe(8_000);
});
