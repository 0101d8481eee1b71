import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Op } from "../board/board";
import { decodeOps } from "../board/decode";
import { BoardSpeaker, entryOf, type Gathered } from "./speaker";

const ink = (id: number): Op => ({
  op: "ink",
  id,
  tool: 0,
  colour: 0,
  width: 24,
  from: 0,
  span: 0,
  points: { xy: [10, 10, 20, 30], pressures: null },
});
const gone = (id: number): Op => ({ op: "gone", things: [id] });

describe("an entry of what was done", () => {
  it("begins with the earliest, on the lesson's clock, and tells when each began", () => {
    const done = [
      { op: ink(1), began: 1000, ended: 1200 },
      { op: gone(4), began: 1250, ended: 1250 },
      { op: ink(2), began: 1300, ended: 1400 },
    ];
    const { draft, ops } = entryOf("board/1", done, 60_000, 0);
    expect([draft.track, draft.t, draft.duration, draft.flags]).toEqual(["board/1", 61_000, 400, 0]);
    expect(ops.map((op) => ("from" in op ? [op.from, op.span] : op.op))).toEqual([
      [0, 200],
      "gone",
      [300, 100],
    ]);
    expect(decodeOps(draft.payload)).toEqual(ops);
  });

  it("does not go back behind what was said before on its track", () => {
    const { draft, ops } = entryOf("board", [{ op: ink(1), began: 100, ended: 300 }], 1000, 1250);
    expect([draft.t, draft.duration]).toEqual([1250, 50]);
    expect(ops[0]).toMatchObject({ from: 0, span: 200 });
  });

  it("happens at once when it was done before the lesson", () => {
    const { draft, ops } = entryOf("board/1", [{ op: ink(1), began: 5000, ended: 9000 }], null, 0);
    expect([draft.t, draft.duration]).toEqual([0, 0]);
    expect(ops[0]).toMatchObject({ from: 0, span: 0 });
  });
});

describe("gathering", () => {
  let said: Gathered[] = [];
  let hurried = 0;
  let onHurry = (_speaker: BoardSpeaker): void => undefined;

  function speaker(): BoardSpeaker {
    const one: BoardSpeaker = new BoardSpeaker({
      gathered: (gathered) => said.push(gathered),
      hurry: () => {
        hurried++;
        onHurry(one);
      },
    });
    return one;
  }

  beforeEach(() => {
    vi.useFakeTimers();
    said = [];
    hurried = 0;
    onHurry = () => undefined;
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("says what was done within 400 ms in one entry", () => {
    const one = speaker();
    one.begin(0, 0);
    one.say("board/1", { op: ink(1), began: 0, ended: 100 });
    vi.advanceTimersByTime(300);
    one.say("board/1", { op: ink(2), began: 200, ended: 300 });
    expect(said).toEqual([]);
    vi.advanceTimersByTime(100);
    expect(said.map((each) => each.ops.length)).toEqual([2]);
    vi.advanceTimersByTime(10_000);
    expect(said.length).toBe(1);
  });

  it("asks a stroke that goes on for its pieces, again and again", () => {
    const one = speaker();
    one.begin(0, 0);
    let id = 0;
    onHurry = () => {
      one.say("board/1", { op: ink(++id), began: 0, ended: 0 });
      if (id < 3) one.expect();
    };
    one.expect();
    vi.advanceTimersByTime(1200);
    expect([hurried, said.length]).toEqual([3, 3]);
  });

  it("makes an entry a track, in the order in which things were done", () => {
    const one = speaker();
    one.begin(0, 0);
    one.say("board/1", { op: gone(1), began: 0, ended: 0 });
    one.say("board", { op: { op: "turned", page: "b" }, began: 1, ended: 1 });
    one.say("board/b", { op: gone(2), began: 2, ended: 2 });
    one.flush();
    expect(said.map(({ draft }) => [draft.track, draft.t])).toEqual([
      ["board/1", 0],
      ["board", 1],
      ["board/b", 2],
    ]);
  });

  it("keeps apart what was done before the lesson and in it", () => {
    const one = speaker();
    one.say("board/1", { op: ink(1), began: 700, ended: 800 });
    one.begin(5000, 900);
    one.say("board/1", { op: ink(2), began: 1000, ended: 1100 });
    one.end();
    expect(said.map(({ draft }) => draft.t)).toEqual([0, 5100]);
  });
});
