import { describe, expect, it } from "vitest";
import type { Entry } from "../wire/frames";
import type { Op, Page, Placed } from "./board";
import { encodeOps } from "./encode";
import { applied, BoardFold, changes, emptyPage, MAX_PIECES, PageFold, type Said } from "./fold";
import { canonical, hash } from "./hash";
import { Storm } from "./storm";

const PAGES = ["1", "b2"];

/** Everything on a board at a moment, as text. */
function state(board: BoardFold, t: number | null): string {
  const parts = [board.book(t), ...PAGES.map((id) => board.page(id, t))];
  return parts.map((part) => Buffer.from(canonical(part)).toString("base64")).join(" ");
}

function folded(entries: readonly Entry[]): BoardFold {
  const board = new BoardFold();
  for (const entry of entries) board.take(entry);
  return board;
}

describe("200 storms", () => {
  for (let seed = 1; seed <= 200; seed++)
    it(`seed ${seed}`, () => {
      const storm = new Storm(seed);
      const entries = storm.lesson(40);
      // What whoever was there all the time has seen, after each entry.
      const there = new BoardFold();
      const live = entries.map((entry) => {
        there.take(entry);
        return state(there, null);
      });
      const end = live.at(-1);
      const seen = (t: number): string => {
        const last = entries.findLastIndex((entry) => entry.t <= t);
        return live[last] ?? state(new BoardFold(), null);
      };

      // Out of order, twice, and looked at in between.
      const late = new BoardFold();
      for (const entry of storm.shuffled([...entries, ...storm.shuffled(entries).slice(0, 20)])) {
        late.take(entry);
        if (storm.happens(0.2)) state(late, storm.happens(0.5) ? null : storm.whole(0, 10_000));
      }
      expect(state(late, null)).toBe(end);

      // Joined at a moment: what comes live, and track by track what was before, page turned up first.
      const moment = storm.whole(0, entries.length);
      const joined = new BoardFold();
      const before = storm
        .shuffled(["board", ...PAGES.map((id) => `board/${id}`)])
        .flatMap((track) => entries.slice(0, moment).filter((entry) => entry.track === track));
      const now = entries.slice(moment);
      while (before.length + now.length > 0) {
        const next = now.length === 0 || (before.length > 0 && storm.happens(0.5)) ? before : now;
        joined.take(next.shift() as Entry);
        if (storm.happens(0.1)) state(joined, null);
      }
      expect(state(joined, null)).toBe(end);

      // The fold of a beginning and the rest is the fold of all; replay at t is what was live at t.
      const cut = storm.whole(0, entries.length);
      const begun = folded(entries.slice(0, cut));
      expect(state(begun, null)).toBe(live[cut - 1] ?? seen(-1));
      for (const entry of entries.slice(cut)) begun.take(entry);
      for (const board of [there, late, joined, begun])
        for (const t of [0, storm.whole(0, 12_000), storm.whole(0, 12_000), entries[cut]?.t ?? 5, 1e9])
          expect(state(board, t)).toBe(seen(t));
    });
});

it("has the same hash however it came", async () => {
  const storm = new Storm(4711);
  const entries = storm.lesson(300);
  const [one, other] = [folded(entries), folded(storm.shuffled(entries))];
  for (const id of PAGES) expect(await hash(one.page(id, null))).toBe(await hash(other.page(id, null)));
  expect(await hash(one.book(null))).toBe(await hash(other.book(null)));
  expect(await hash(one.page("1", null))).toMatch(/^[0-9a-f]{64}$/);
  expect(await hash(one.page("1", null))).not.toBe(await hash(one.page("1", entries[150]?.t ?? 0)));
});

it("says what was touched: whoever paints only that has the whole page", () => {
  for (let seed = 1; seed <= 40; seed++) {
    const storm = new Storm(seed, undefined, ["1"]);
    const entries = storm.lesson(80);
    const inOrder = seed % 2 === 0;
    const board = new BoardFold();
    const painted = new Map<string, Placed>();
    let before = board.page("1", null);
    let exact = 0;
    for (const entry of inOrder ? entries : storm.shuffled(entries)) {
      const touched = board.take(entry);
      const page = board.page("1", null);
      const differing = changes(before, page);
      if (touched?.page === "1" && touched.things) {
        exact++;
        expect(new Set(touched.things)).toEqual(differing);
      }
      if (touched === null) expect(differing.size).toBe(0);
      for (const name of differing) painted.set(name, page.things.get(name) as Placed);
      before = page;
    }
    if (inOrder) expect(exact).toBeGreaterThan(30);
    expect(painted.size).toBe(before.things.size);
    for (const [name, placed] of before.things) expect(painted.get(name)).toBe(placed);
  }
});

function stroke(id: number, x = 0): Op {
  const points = { xy: [x, 10, x + 20, 30], pressures: null };
  return { op: "ink", id, tool: 0, colour: 1, width: 12, from: 0, span: 100, points };
}

function said(seq: number, ...ops: Op[]): Said {
  return { seq, t: seq * 100, speaker: "a", ops };
}

function things(page: Page): Placed[] {
  return [...page.things.values()];
}

it("keeps the objects of what something late does not concern", () => {
  const fold = new PageFold("1");
  fold.take(said(1, stroke(1)));
  fold.take(said(3, stroke(2)));
  fold.take(said(4, { op: "more", id: 2, from: 0, span: 50, points: { xy: [5, 5], pressures: null } }));
  fold.take(said(5, { op: "moved", things: [1], by: [1, 0, 0, 1, 7, 7] }));
  const before = fold.at(null);
  expect(fold.take(said(2, stroke(9)))).toBeNull();
  const after = fold.at(null);
  expect([...after.things.keys()]).toEqual(["a 1", "a 9", "a 2"]);
  for (const name of ["a 1", "a 2"]) expect(after.things.get(name)).toBe(before.things.get(name));
  expect([...before.things.keys()]).toEqual(["a 1", "a 2"]);
  expect(before.things.has("a 9")).toBe(false);
});

it("lets a stroke go on from its last point, and not beyond its pieces", () => {
  const fold = new PageFold("1");
  fold.take(said(1, stroke(1, 100)));
  const more: Op = { op: "more", id: 1, from: 20, span: 80, points: { xy: [5, 6, 7, 9], pressures: [1, 2] } };
  fold.take(said(2, more));
  const [ink] = things(fold.at(null));
  expect(ink?.what).toMatchObject({
    pieces: [
      { begins: 100, ends: 200, points: { xy: [100, 10, 120, 30] } },
      { begins: 220, ends: 300, points: { xy: [125, 36, 127, 39], pressures: [1, 2] } },
    ],
  });
  for (let seq = 3; seq < MAX_PIECES + 10; seq++) fold.take(said(seq, more));
  const what = things(fold.at(null))[0]?.what;
  expect(what?.kind === "ink" && what.pieces.length).toBe(MAX_PIECES);
});

it("gives no meaning to what is on nothing, and an id once", () => {
  const fold = new PageFold("1");
  const rect = { kind: "rect", x: 0, y: 0, w: 9, h: 9, colour: 0, width: 4 } as const;
  fold.take(said(1, { op: "gone", things: [1, ["b", 1]] }, { op: "kept", thing: 3, parts: [] }, stroke(1)));
  fold.take(said(2, { ...stroke(1), colour: 5 } as Op, { op: "thing", id: 1, thing: rect }));
  expect(things(fold.at(null))).toMatchObject([
    { name: "a 1", gone: false, what: { kind: "ink", colour: 1 } },
  ]);
  fold.take(
    said(3, { op: "thing", id: 2, thing: rect }, { op: "moved", things: [2], by: [2, 0, 0, 2, 0, 0] }),
  );
  fold.take(said(4, { op: "thing", id: 2, thing: { ...rect, w: 50 } }, { op: "kept", thing: 2, parts: [] }));
  expect(things(fold.at(null))[1]).toMatchObject({ what: { w: 50 }, matrix: [2, 0, 0, 2, 0, 0] });
  // Moved until it is nowhere: the last move that can be drawn stands.
  const far: Op = { op: "moved", things: [2], by: [1000, 0, 0, 1000, 0, 0] };
  for (let seq = 5; seq < 400; seq++) fold.take(said(seq, far));
  expect(things(fold.at(null))[1]?.matrix.every(Number.isFinite)).toBe(true);
});

it("lays what a studio has not heard back yet over the page", () => {
  const fold = new PageFold("1");
  fold.take(said(1, stroke(1)));
  const page = fold.at(null);
  const ahead = applied(page, { t: 500, speaker: "a", ops: [stroke(2), { op: "gone", things: [1] }] });
  expect(things(ahead).map((one) => [one.name, one.gone])).toEqual([
    ["a 1", true],
    ["a 2", false],
  ]);
  expect(things(page)).toMatchObject([{ name: "a 1", gone: false }]);
  // Both go on from the same page, and neither sees the other's.
  const other = applied(page, { t: 500, speaker: "b", ops: [stroke(7), stroke(8)] });
  expect([...other.things.keys()]).toEqual(["a 1", "b 7", "b 8"]);
  expect([...ahead.things.keys()]).toEqual(["a 1", "a 2"]);
  expect(applied(page, { t: 1, speaker: "b", ops: [{ op: "gone", things: [1] }] })).toBe(page);
  expect(emptyPage("x").things.size).toBe(0);
});

describe("the book", () => {
  const entry = (seq: number, ...ops: Op[]): Entry => ({
    ...{
      kind: "entry",
      seq,
      track: "board",
      speaker: "a",
      number: seq,
      t: seq * 1000,
      duration: 0,
      flags: 0,
    },
    payload: encodeOps(ops),
  });
  const page = (id: string, place: number): Op => ({
    op: "page",
    page: id,
    place,
    paper: "lines",
    picture: null,
  });

  it("has a page from the beginning, orders the others and turns them up", () => {
    const board = folded([entry(1, page("b", 2), page("c", 1)), entry(2, { op: "turned", page: "b" })]);
    expect(board.book(null).pages.map(({ id }) => id)).toEqual(["1", "c", "b"]);
    expect(board.book(null).turned).toBe("b");
    expect(board.book(1999).turned).toBe("1");
    expect(board.book(0).pages).toEqual([{ id: "1", place: 0, paper: "plain", picture: null, gone: false }]);
  });

  it("turns the first page up while the one turned up is out, and never loses the last", () => {
    const out = (id: string, gone: boolean): Op => ({ op: "page gone", page: id, gone });
    const view: Op = { op: "view", view: { x: 1, y: 2, width: 900 } };
    const board = folded([
      entry(1, page("b", 2), { op: "turned", page: "b" }, view),
      entry(2, out("b", true)),
      entry(3, out("1", true), out("zz", true)),
      entry(4, out("b", false)),
      entry(5, view, { op: "turned", page: "1" }),
    ]);
    expect(board.book(1000)).toMatchObject({ turned: "b", view: { width: 900 } });
    expect(board.book(2000)).toMatchObject({ turned: "1", view: null });
    expect(board.book(3000).pages.map(({ id }) => id)).toEqual(["1"]);
    expect(board.book(4000).turned).toBe("b");
    expect(board.book(5000)).toMatchObject({ turned: "1", view: null });
  });

  it("knows where the pointers were", () => {
    const points = { xy: [0, 0, 100, 0, 200, 0], pressures: null };
    const board = folded([entry(1, { op: "laser", from: 0, span: 400, points })]);
    expect(board.lasers(1200)).toEqual([{ speaker: "a", xy: [0, 0, 100, 0], ages: [200, 0] }]);
    expect(board.lasers(1500, 400)).toEqual([{ speaker: "a", xy: [100, 0, 200, 0], ages: [300, 100] }]);
    expect(board.lasers(999)).toEqual([]);
    expect(board.lasers(9000)).toEqual([]);
  });
});

it("looks at the tracks of the board alone", () => {
  const board = new BoardFold();
  const rest = { seq: 1, t: 0, speaker: "a", payload: encodeOps([stroke(1)]) };
  for (const track of ["audio", "slides", "board/UP", "board/waytoolong", "board/1/2"])
    expect(board.take({ ...rest, track })).toBeNull();
  expect(board.take({ ...rest, track: "board/1" })).toEqual({ page: "1", things: ["a 1"] });
  expect(board.take({ ...rest, track: "board/1" })).toBeNull();
  expect(board.take({ ...rest, seq: 2, track: "board/1", payload: Uint8Array.of(1, 2, 3) })).toBeNull();
});
