/**
 * A board as it stands, said anew: the fewest operations that make the same pages, by one speaker, at one moment. What was
 * erased, moved about or taken out is not said again. Pure.
 */
import { saidAgain } from "./again";
import type { Op, PageFacts } from "./board";
import { encodeOps } from "./encode";
import type { BoardFold } from "./fold";

/** Operations an entry: a page full of writing is some 50 kB. */
const AT_ONCE = 200;

export interface Written {
  readonly track: string;
  readonly payload: Uint8Array<ArrayBuffer>;
}

/** What makes this board, in order. */
export function snapshot(fold: BoardFold): Written[] {
  const { pages } = fold.book(null);
  const written = [{ track: "board", payload: encodeOps(bookOps(pages)) }];
  for (const { id } of pages) {
    let last = 0;
    const ops = saidAgain(fold.page(id, null), () => ++last);
    for (let i = 0; i < ops.length; i += AT_ONCE)
      written.push({ track: `board/${id}`, payload: encodeOps(ops.slice(i, i + AT_ONCE)) });
  }
  return written;
}

function bookOps(pages: readonly PageFacts[]): Op[] {
  const ops = pages.map(
    ({ id, place, paper, picture }): Op => ({ op: "page", page: id, place, paper, picture }),
  );
  // Page 1 is there from the beginning.
  if (!pages.some((page) => page.id === "1")) ops.push({ op: "page gone", page: "1", gone: true });
  const [first] = pages;
  if (first) ops.push({ op: "turned", page: first.id });
  return ops;
}
