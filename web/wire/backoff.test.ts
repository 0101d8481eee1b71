import { expect, it } from "vitest";
import { Backoff } from "./backoff";

it("waits a quarter of a second, doubles up to eight seconds, and begins anew after a success", () => {
  const backoff = new Backoff(() => 0.5);
  const waits = Array.from({ length: 8 }, () => backoff.failed());
  expect(waits).toEqual([250, 500, 1000, 2000, 4000, 8000, 8000, 8000]);
  backoff.succeeded();
  expect(backoff.failed()).toBe(250);
});

it("varies by a quarter either way, so that a hundred classrooms do not come back at once", () => {
  expect(new Backoff(() => 0).failed()).toBe(187.5);
  expect(new Backoff(() => 1).failed()).toBe(312.5);
});

it("waits longer when the server says so", () => {
  expect(new Backoff(() => 0.5).failed(5000)).toBe(5000);
});
