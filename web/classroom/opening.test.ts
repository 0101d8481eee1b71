import { expect, it } from "vitest";
import type { Facts } from "../ui/facts";
import { openingOf } from "./opening";
import type { Place } from "./place";

const facts = (status: Facts["status"], duration_ms: number | null) => ({ status, duration_ms }) as Facts;
const stopped = (ms: number) => ({ read: () => ms }) as unknown as Place;

it("opens what is on air or to come at its end, whatever the address says", () => {
  for (const status of ["planned", "live"] as const)
    expect(openingOf(facts(status, null), stopped(60_000), "?t=30")).toEqual({ at: "live", resumed: false });
});

it("opens what has ended at the moment in the address, or where its reader stopped", () => {
  const ended = facts("ended", 600_000);
  expect(openingOf(ended, stopped(60_000), "?t=30.0004")).toEqual({ at: 30_000, resumed: false });
  expect(openingOf(ended, stopped(60_000), "")).toEqual({ at: 60_000, resumed: true });
  expect(openingOf(ended, stopped(0), "")).toEqual({ at: 0, resumed: false });
  expect(openingOf(ended, stopped(60_000), "?t=9999")).toEqual({ at: 600_000, resumed: false });
  for (const bad of ["?t=soon", "?t=-5", "?t="])
    expect(openingOf(ended, stopped(0), bad)).toEqual({ at: 0, resumed: false });
});
