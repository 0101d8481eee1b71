import { expect, test } from "vitest";
import type { Ink, Placed } from "./board";
import { BoardFold } from "./fold";
import { snapshot } from "./snapshot";
import { Storm } from "./storm";

/** What a reader sees of a thing: not its name, nor when it was drawn. */
function seen({ what, matrix }: Placed): unknown {
  if (what.kind !== "ink") return { what, matrix };
  const ink: Ink = { ...what, pieces: what.pieces.map(({ points }) => ({ begins: 0, ends: 0, points })) };
  return { what: ink, matrix };
}

function look(fold: BoardFold): unknown {
  const { pages } = fold.book(null);
  return pages.map(({ id, place, paper, picture }) => {
    const things = [...fold.page(id, null).things.values()].filter((one) => !one.gone).map(seen);
    return { id, place, paper, picture, things };
  });
}

function folded(entries: readonly { track: string; payload: Uint8Array<ArrayBuffer> }[]): BoardFold {
  const fold = new BoardFold();
  entries.forEach((one, i) => {
    fold.take({ seq: i + 1, t: 0, speaker: "another", ...one });
  });
  return fold;
}

const SEEDS = Array.from({ length: 40 }, (_, i) => i + 1);

test.each(SEEDS)("whatever was said on a board, said anew it is the same (seed %i)", (seed) => {
  const before = new BoardFold();
  for (const entry of new Storm(seed).lesson(100)) before.take(entry);
  const after = folded(snapshot(before));
  expect(look(after)).toEqual(look(before));
  expect(after.book(null).turned).toBe(after.book(null).pages[0]?.id);
  // Said anew twice it is the same once more, byte by byte.
  expect(snapshot(after)).toEqual(snapshot(before));
});

test("a board on which nothing was written is one page", () => {
  const after = folded(snapshot(new BoardFold()));
  expect(after.book(null).pages).toEqual([{ id: "1", place: 0, paper: "plain", picture: null, gone: false }]);
});
