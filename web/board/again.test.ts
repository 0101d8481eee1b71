import { describe, expect, it } from "vitest";
import { saidAgain } from "./again";
import type { Page, Placed } from "./board";
import { decodeOps } from "./decode";
import { encodeOps } from "./encode";
import { applied, BoardFold, emptyPage } from "./fold";
import { Storm } from "./storm";

/** What is to be seen of a page, without names and without when it was written. */
function look(page: Page): unknown[] {
  const timeless = ({ what, matrix }: Placed) =>
    what.kind === "ink"
      ? { ...what, matrix, pieces: what.pieces.map((one) => one.points) }
      : { ...what, matrix };
  return [...page.things.values()].filter((one) => !one.gone).map(timeless);
}

describe("a page said again by somebody else", () => {
  it.each(Array.from({ length: 60 }, (_, seed) => seed))("looks the same, storm %i", (seed) => {
    const board = new BoardFold();
    for (const entry of new Storm(seed).lesson(120)) board.take(entry);
    const before = board.page("1", null);
    let id = 0;
    const ops = saidAgain(before, () => ++id);
    // Over the wire, in as many entries as it takes.
    let after = emptyPage("1");
    for (let i = 0; i < ops.length; i += 50) {
      const heard = decodeOps(encodeOps(ops.slice(i, i + 50)));
      after = applied(after, { t: 9_000, speaker: "another.1", ops: heard });
    }
    expect(look(after)).toEqual(look(before));
    expect([...after.things.keys()].every((name) => name.startsWith("another.1 "))).toBe(true);
  });
});
