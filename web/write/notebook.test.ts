import { describe, expect, it } from "vitest";
import type { Op } from "../board/board";
import { decodeOps } from "../board/decode";
import { encodeOps } from "../board/encode";
import { BoardFold } from "../board/fold";
import { canonical } from "../board/hash";
import type { Entry } from "../wire/frames";
import { Notebook } from "./notebook";

const ME = "s1.1";
const PUPIL = "p7";
const ink = (id: number): Op => ({
  op: "ink",
  id,
  tool: 0,
  colour: 0,
  width: 24,
  from: 0,
  span: 100,
  points: { xy: [10 * id, 10, 10 * id, 90], pressures: null },
});

function entry(seq: number, track: string, speaker: string, number: number, ops: readonly Op[]): Entry {
  return {
    kind: "entry",
    seq,
    track,
    speaker,
    number,
    t: 100 * seq,
    duration: 0,
    flags: 0,
    payload: encodeOps(ops),
  };
}

const names = (notebook: Notebook) =>
  [...notebook.page("1").things.values()].filter((one) => !one.gone).map((one) => one.name);

describe("the notebook", () => {
  it("shows at once what was said here, and once only when it comes back", () => {
    const notebook = new Notebook();
    const first = notebook.say("board/1", ME, 0, [ink(1)]);
    expect(names(notebook)).toEqual(["s1.1 1"]);
    first.number = 1;
    expect(notebook.hear(entry(1, "board/1", ME, 1, [ink(1)]))).toBe("1");
    expect(names(notebook)).toEqual(["s1.1 1"]);
    expect(notebook.hear(entry(1, "board/1", ME, 1, [ink(1)]))).toBeUndefined();
  });

  it("has what a pupil rubbed out of it gone, in whatever order the two come to be known", () => {
    const notebook = new Notebook();
    notebook.say("board/1", ME, 0, [ink(1)]).number = 1;
    notebook.hear(entry(1, "board/1", ME, 1, [ink(1)]));
    notebook.say("board/1", ME, 0, [ink(2)]);
    notebook.hear(entry(2, "board/1", PUPIL, 1, [{ op: "gone", things: [[ME, 1]] }]));
    expect(names(notebook)).toEqual(["s1.1 2"]);
  });

  it("ends with the board of everybody else, however answers and entries interleave", () => {
    // Eight entries of two speakers; those of this studio are known here from the beginning.
    const all = Array.from({ length: 8 }, (_, i) => {
      const mine = i % 2 === 0;
      const id = (i >> 1) + 1;
      const ops: Op[] = mine ? [ink(id)] : [ink(id), { op: "gone", things: [[ME, id]] }];
      return entry(i + 1, "board/1", mine ? ME : PUPIL, id, ops);
    });
    const fold = new BoardFold();
    for (const one of all) fold.take(one);
    const wanted = canonical(fold.page("1", null));
    for (let known = 0; known <= 4; known++) {
      const notebook = new Notebook();
      const waiting = all
        .filter((one) => one.speaker === ME)
        .map((one) => notebook.say("board/1", ME, one.t, decodeOps(one.payload)));
      expect(names(notebook).length).toBe(4);
      // So many are entries when what pupils say begins to come; the others become entries just before they come.
      waiting.forEach((one, i) => {
        if (i < known) one.number = i + 1;
      });
      for (const one of all) {
        const mine = waiting[one.number - 1];
        if (one.speaker === ME && mine) mine.number = one.number;
        notebook.hear(one);
        notebook.page("1");
      }
      expect(canonical(notebook.page("1"))).toEqual(wanted);
    }
  });

  it("turns pages at once, and knows whether anything was written", () => {
    const notebook = new Notebook();
    expect([notebook.written, notebook.book.turned]).toEqual([false, "1"]);
    const made = notebook.say("board", ME, 0, [
      { op: "page", page: "b", place: 1, paper: "lines", picture: null },
      { op: "turned", page: "b" },
    ]);
    expect([notebook.written, notebook.book.turned]).toEqual([true, "b"]);
    made.number = 1;
    notebook.hear(entry(1, "board", PUPIL, 1, [{ op: "turned", page: "1" }]));
    expect(notebook.book.turned).toBe("b");
    notebook.hear(entry(2, "board", ME, 1, decodeOps(entry(2, "board", ME, 1, made.ops).payload)));
    expect([notebook.book.turned, notebook.book.pages.map((one) => one.id)]).toEqual(["b", ["1", "b"]]);
  });

  it("goes on counting names where an earlier sitting under this name stopped", () => {
    const notebook = new Notebook();
    notebook.say("board/1", ME, 0, [ink(4), ink(7)]);
    notebook.say("board/1", PUPIL, 0, [ink(30)]);
    expect([notebook.lastId("1", ME), notebook.lastId("2", ME)]).toEqual([7, 0]);
  });
});
