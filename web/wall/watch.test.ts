import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { leaves, type WallNow, watchWall } from "./watch";

const now: WallNow = {
  paired: true,
  shows: "",
  live: false,
  next: "",
  title: "",
  starts: null,
  now: 0,
  offset: 0,
};

it("goes to the lesson that is to be on the wall, and away when the screen is no longer paired", () => {
  expect(leaves("", now, false)).toBe(false);
  expect(leaves("", { ...now, shows: "abc" }, false)).toBe(true);
  expect(leaves("", { ...now, paired: false }, false)).toBe(true);
  expect(leaves("abc", { ...now, shows: "abc", paired: false }, false)).toBe(true);
});

it("leaves a class with the end of its lesson until it has seen it, or another one is on air", () => {
  expect(leaves("abc", { ...now, shows: "abc", live: true }, true)).toBe(false);
  expect(leaves("abc", now, false)).toBe(false);
  expect(leaves("abc", now, true)).toBe(true);
  expect(leaves("abc", { ...now, shows: "xyz" }, false)).toBe(false);
  expect(leaves("abc", { ...now, shows: "xyz", live: true }, false)).toBe(true);
});

let answers: (WallNow | null)[];
const listener = { told: vi.fn(), cut: vi.fn(), done: () => false, open: vi.fn() };
let gone: AbortController;

beforeEach(() => {
  vi.useFakeTimers();
  for (const heard of [listener.told, listener.cut, listener.open]) heard.mockReset();
  gone = new AbortController();
  vi.stubGlobal("fetch", async () => {
    const told = answers.shift();
    if (told === undefined) throw new TypeError("network");
    return told === null ? new Response("", { status: 503 }) : Response.json(told);
  });
});

afterEach(() => {
  gone.abort();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

it("asks again and again, also over a cut, and opens once there is another thing to show", async () => {
  answers = [now, null];
  watchWall({ watch: "/wall/now", shows: "" }, listener, gone.signal);
  await vi.advanceTimersByTimeAsync(50_000);
  expect(listener.told).toHaveBeenCalledTimes(1);
  expect(listener.cut.mock.calls.length).toBeGreaterThanOrEqual(2);
  expect(listener.open).not.toHaveBeenCalled();
  answers = [{ ...now, shows: "abc" }];
  await vi.advanceTimersByTimeAsync(15_000);
  expect(listener.open).toHaveBeenCalledTimes(1);
});

it("asks no more once it is gone", async () => {
  answers = [];
  watchWall({ watch: "/wall/now", shows: "" }, listener, gone.signal);
  gone.abort();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(listener.cut).not.toHaveBeenCalled();
});
