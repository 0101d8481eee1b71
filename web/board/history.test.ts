import { describe, expect, it } from "vitest";
import { added, both, cleared, dressed, gone, instead, kept, moved, papered, put, removed } from "./acts";
import type { Op, Page, PageFacts, Placed } from "./board";
import { applied, BookFold, emptyPage } from "./fold";
import { type Act, History, type Words } from "./history";

const ME = "s1.2";
const ink = (id: number): Op => ({
  op: "ink",
  id,
  tool: 0,
  colour: 0,
  width: 24,
  from: 0,
  span: 10,
  points: { xy: [10 * id, 10, 10 * id, 90], pressures: null },
});

function say(page: Page, words: readonly Words[], t: number): Page {
  let now = page;
  for (const { page: id, ops } of words) if (id === page.id) now = applied(now, { t, speaker: ME, ops });
  return now;
}

const seen = (page: Page) => [...page.things.values()].filter((one) => !one.gone);
const first = (page: Page): Placed => page.things.get(`${ME} 1`) as Placed;

describe("history", () => {
  it("undoes the last first, does again in order, and forgets what was undone when something new is done", () => {
    const history = new History();
    const [a, b, c] = [put("1", [1]), put("1", [2]), put("2", [1])] as [Act, Act, Act];
    expect(history.undo()).toBeNull();
    history.did(a);
    history.did(b);
    expect([history.undo(), history.undo(), history.undo()]).toEqual([b, a, null]);
    expect(history.redo()).toBe(a);
    history.did(c);
    expect(history.canRedo).toBe(false);
    expect([history.undo()?.seen, history.undo()]).toEqual(["2", a]);
  });

  it("goes back five hundred acts and no further", () => {
    const history = new History();
    for (let id = 1; id <= 600; id++) history.did(put("1", [id]));
    let count = 0;
    while (history.undo()) count++;
    expect(count).toBe(500);
  });
});

describe("every act", () => {
  const page = applied(emptyPage("1"), { t: 0, speaker: ME, ops: [ink(1), ink(2), ink(3)] });
  const things = seen(page);

  const acts: Record<string, Act | null> = {
    gone: gone("1", [`${ME} 1`, `${ME} 3`], ME),
    cleared: cleared(page, ME),
    moved: moved("1", [`${ME} 1`], [2, 0, 0, 2, 30, -40], ME),
    dressed: dressed("1", things, 2, 60, ME),
    kept: kept("1", [{ name: `${ME} 1`, before: null, after: [[0, 4]] }], ME),
  };

  it.each(Object.keys(acts))("%s changes the page, and its opposite changes it back", (name) => {
    const act = acts[name] as Act;
    const there = say(page, act.forth, 1);
    expect(seen(there)).not.toEqual(things);
    expect(seen(say(there, act.back, 2))).toEqual(things);
    expect(seen(say(say(there, act.back, 2), act.forth, 3))).toEqual(seen(there));
  });

  it("is about things of others too", () => {
    const pupils = applied(page, { t: 0, speaker: "p9", ops: [ink(7)] });
    const wiped = say(pupils, (cleared(pupils, ME) as Act).forth, 1);
    expect(seen(wiped)).toEqual([]);
    expect(cleared(wiped, ME)).toBeNull();
  });

  it("puts, and replaces, what is its own", () => {
    expect(seen(say(page, put("1", [2]).back, 1)).length).toBe(2);
    const changed = instead("1", `${ME} 1`, 3, ME);
    const undone = say(page, changed.back, 1);
    expect(undone.things.get(`${ME} 3`)?.gone).toBe(true);
    expect(first(say(undone, changed.forth, 2)).gone).toBe(true);
  });

  it("two as one are undone in the order opposite to theirs", () => {
    const two = both(put("1", [1]), put("1", [2]));
    expect(two.back.map((one) => one.ops)).toEqual([put("1", [2]).back[0]?.ops, put("1", [1]).back[0]?.ops]);
  });

  it("moves nothing by what cannot be undone", () => {
    expect(moved("1", [`${ME} 1`], [0, 0, 0, 0, 5, 5], ME)).toBeNull();
    expect(moved("1", [], [1, 0, 0, 1, 5, 5], ME)).toBeNull();
    expect(dressed("1", [], 1, null, ME)).toBeNull();
  });
});

describe("pages", () => {
  const book = new BookFold();
  let seq = 0;
  const tell = (words: readonly Words[]) => {
    for (const { ops } of words) book.take({ seq: ++seq, t: seq, speaker: ME, ops });
    const { pages, turned } = book.at(null);
    return { pages: pages.map((one) => `${one.id} ${one.paper}`), turned };
  };

  it("are added, taken out, and dressed in another paper; and all of it undone", () => {
    tell([{ page: null, ops: [{ op: "page", page: "b2", place: 1, paper: "plain", picture: null }] }]);
    const start = tell([{ page: null, ops: [{ op: "turned", page: "b2" }] }]);
    expect(start).toEqual({ pages: ["1 plain", "b2 plain"], turned: "b2" });
    const add = added("b2", "1");
    expect(tell(add.back)).toEqual({ pages: ["1 plain"], turned: "1" });
    expect(tell(add.forth)).toEqual(start);
    const remove = removed("1", "b2");
    expect(tell(remove.forth)).toEqual({ pages: ["b2 plain"], turned: "b2" });
    expect(tell(remove.back)).toEqual({ ...start, turned: "1" });
    const facts = book.at(null).pages[0] as PageFacts;
    const paper = papered(facts, { ...facts, paper: "squares" });
    expect(tell(paper.forth).pages[0]).toBe("1 squares");
    expect(tell(paper.back).pages[0]).toBe("1 plain");
  });
});
