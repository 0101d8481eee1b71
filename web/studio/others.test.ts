import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { encodeOps, encodeTip } from "../board/encode";
import { TIP_MS } from "../follow/tips";
import { Others } from "./others";

const points = (x: number) => ({ xy: [x, 200], pressures: null });

/** What a view shows, by what it is told. */
class Shown {
  readonly tips = new Set<string>();
  readonly lasers = new Map<string, number>();
  pointed = 0;

  tip(name: string, tip: unknown): void {
    if (tip) this.tips.add(name);
    else this.tips.delete(name);
  }

  laser(at: { readonly x: number } | null, whose = ""): void {
    this.pointed++;
    if (at) this.lasers.set(whose, at.x);
    else this.lasers.delete(whose);
  }
}

let view: Shown;
let page: string;
let others: Others;

function pass(speaker: string, id: number, x = 100, on = "1"): void {
  const payload = encodeTip({ page: on, id, tool: 0, colour: 2, width: 20, points: points(x) });
  others.passing({ track: "board", speaker, payload });
}

beforeEach(() => {
  vi.useFakeTimers();
  view = new Shown();
  page = "1";
  others = new Others(view, "me", () => page);
});

afterEach(() => {
  vi.useRealTimers();
});

it("lasers of others are shown, each where it points; one's own is not doubled", () => {
  pass("board-2", 0, 100);
  pass("pen-3", 0, 300);
  pass("board-2", 0, 140);
  pass("me", 0, 500);
  expect([...view.lasers]).toEqual([
    ["board-2", 140],
    ["pen-3", 300],
  ]);
  expect(view.pointed, "one that rests is left alone").toBe(3);
});

it("a laser that is moved no more goes out by itself; one that moves on stays", () => {
  pass("board-2", 0);
  vi.advanceTimersByTime(TIP_MS / 2);
  pass("pen-3", 0);
  vi.advanceTimersByTime(TIP_MS / 2);
  expect([...view.lasers.keys()]).toEqual(["pen-3"]);
  vi.advanceTimersByTime(TIP_MS);
  expect(view.lasers.size).toBe(0);
  expect(vi.getTimerCount()).toBe(0);
});

it("a laser is kept on the timeline too: what comes from there does not put it out", () => {
  pass("board-2", 0);
  const said = { track: "board", speaker: "board-2" };
  others.hear({ ...said, payload: encodeOps([{ op: "laser", from: 0, span: 0, points: points(100) }]) });
  others.show();
  expect(view.lasers.size).toBe(1);
});

it("what others write is shown until it is on the page, and on its page only", () => {
  pass("board-2", 1);
  pass("board-2", 2);
  pass("board-2", 3, 100, "b2");
  pass("board-2", 0, 100, "b2");
  pass("me", 4);
  expect([[...view.tips], view.lasers.size]).toEqual([["board-2 1", "board-2 2"], 0]);
  const ink = {
    op: "ink",
    id: 1,
    tool: 0,
    colour: 0,
    width: 20,
    from: 0,
    span: 0,
    points: points(1),
  } as const;
  others.hear({ track: "board/1", speaker: "board-2", payload: encodeOps([ink]) });
  expect(view.tips.size, "no gap before its stroke is shown").toBe(2);
  others.show();
  expect([...view.tips]).toEqual(["board-2 2"]);
  page = "b2";
  others.show();
  expect([[...view.tips], [...view.lasers.keys()]]).toEqual([["board-2 3"], ["board-2"]]);
});
