import { expect, it } from "vitest";
import type { Op } from "../board/board";
import { encodeOps } from "../board/encode";
import { BoardFold } from "../board/fold";
import { hash } from "../board/hash";
import { Storm } from "../board/storm";
import type { Entry } from "../wire/frames";
import { Notebook } from "./notebook";

const STROKES = 50_000;
/** Strokes of an entry: of 400 ms a busy hand says no more. */
const IN_ONE = 2;
/** What is asked for at once by whoever joins. */
const PORTION = 2_500;
/** This test takes some seconds, and a machine has other things to do. */
const PATIENT = 120_000;

/** A page full of short strokes by two hands; some are moved, turned and erased later. */
function page(): Entry[] {
  const storm = new Storm(50);
  const entries: Entry[] = [];
  const last = new Map([
    ["s1", 0],
    ["s2", 0],
  ]);
  for (let said = 0; said < STROKES; said += IN_ONE) {
    const speaker = storm.pick([...last.keys()]);
    const before = last.get(speaker) as number;
    const ops = Array.from({ length: IN_ONE }, (_, i): Op => {
      const [x, y] = [storm.whole(0, 7900), storm.whole(0, 4400)];
      const points = { xy: [x, y, x + 20, y - 30, x + 40, y + 10], pressures: null };
      return { op: "ink", id: before + 1 + i, tool: 0, colour: 0, width: 16, from: 0, span: 200, points };
    });
    last.set(speaker, before + IN_ONE);
    const things = [storm.whole(1, before + 1)];
    if (storm.happens(0.05)) ops.push({ op: "gone", things });
    if (storm.happens(0.05)) ops.push({ op: "moved", things, by: [0, 1, -1, 0, storm.whole(0, 4000), 40] });
    const seq = entries.length + 1;
    const rest = { kind: "entry", number: seq, duration: 400, flags: 0, track: "board/1" } as const;
    entries.push({ ...rest, seq, speaker, t: 400 * seq, payload: encodeOps(ops) });
  }
  return entries;
}

it(
  "a page of 50,000 strokes is the same for who was there, who joins late, and the studio",
  async () => {
    const entries = page();
    const [there, late, studio] = [new BoardFold(), new BoardFold(), new Notebook()];
    for (const entry of entries) there.take(entry);
    expect(there.page("1", null).things.size).toBe(STROKES);

    // What is said now comes first; then, a portion at a time and looked at in between, what was said before.
    const met = entries.length - PORTION;
    for (const entry of entries.slice(met)) late.take(entry);
    for (let from = 0; from < met; from += PORTION) {
      for (const entry of entries.slice(from, Math.min(met, from + PORTION))) late.take(entry);
      late.page("1", null);
    }
    for (const entry of entries) studio.hear(entry);

    const whole = await hash(there.page("1", null));
    expect(await hash(late.page("1", null))).toBe(whole);
    expect(await hash(studio.page("1"))).toBe(whole);
    // A moment of before is the same, too.
    const t = 400 * (entries.length >> 1);
    expect(await hash(late.page("1", t))).toBe(await hash(there.page("1", t)));
  },
  PATIENT,
);
