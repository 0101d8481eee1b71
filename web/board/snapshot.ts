/**
 * A board as it stands, said anew: the fewest operations that make the same pages, by one speaker, at one moment. What was
 * erased, moved about or taken out is not said again. Pure.
 */
import type { Ink, Op, Page, PageFacts, Placed } from "./board";
import { encodeOps, relative } from "./codec";
import type { BoardFold } from "./fold";
import { IDENTITY } from "./matrix";

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
    const ops = pageOps(fold.page(id, null));
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

function pageOps(page: Page): Op[] {
  let id = 0;
  return [...page.things.values()].filter((one) => !one.gone).flatMap((one) => thingOps(++id, one));
}

function thingOps(id: number, { what, matrix }: Placed): Op[] {
  const ops: Op[] = what.kind === "ink" ? inkOps(id, what) : [{ op: "thing", id, thing: what }];
  if (matrix.some((value, i) => value !== IDENTITY[i])) ops.push({ op: "moved", things: [id], by: matrix });
  return ops;
}

function inkOps(id: number, { tool, colour, width, pieces, parts }: Ink): Op[] {
  const ops: Op[] = [];
  let end: readonly [number, number] = [0, 0];
  for (const { points } of pieces) {
    const times = { id, from: 0, span: 0 };
    if (ops.length === 0) ops.push({ op: "ink", tool, colour, width, ...times, points });
    else ops.push({ op: "more", ...times, points: relative(points, ...end) });
    end = [points.xy.at(-2) as number, points.xy.at(-1) as number];
  }
  if (parts) ops.push({ op: "kept", thing: id, parts });
  return ops;
}
