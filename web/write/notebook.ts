/**
 * The board as the studio sees it: what is on the timeline, and on top of it what was said here and has not come back yet.
 *
 * Theory of operation. Everything that is on the timeline is folded in the order of `seq`, one's own as well, as it comes back
 * with `follow`. What was said here is applied after it, in the order in which it was said, until it comes back under its
 * number: then it has its place. So a stroke is there at once, and in the end everyone sees the same. Pure.
 */
import type { Book, Op, Page } from "../board/board";
import { decodeOps, MalformedBoard } from "../board/decode";
import { applied, BoardFold, BookFold, pageOf, type Said } from "../board/fold";
import type { Entry } from "../wire/frames";

export interface Waiting {
  readonly track: string;
  readonly speaker: string;
  /** Under which number it was said; null: not yet. */
  number: number | null;
  readonly t: number;
  readonly ops: readonly Op[];
}

export class Notebook {
  readonly #pages = new BoardFold();
  readonly #turns: Said[] = [];
  #waiting: Waiting[] = [];
  #shown = new Map<string, Page>();
  #book: Book | null = null;

  /** Something was said here. It counts at once; tell it its number when it has one. */
  say(track: string, speaker: string, t: number, ops: readonly Op[], number: number | null = null): Waiting {
    const waiting = { track, speaker, number, t, ops };
    const page = pageOf(track);
    if (typeof page === "string") this.#shown.set(page, applied(this.page(page), waiting));
    else this.#book = null;
    this.#waiting.push(waiting);
    return waiting;
  }

  /** Something came from the timeline. Which page it changes; null: what concerns all; undefined: none. */
  hear(entry: Entry): string | null | undefined {
    const page = pageOf(entry.track);
    if (page === undefined) return undefined;
    const before = this.#waiting.length;
    this.#waiting = this.#waiting.filter((one) => !isSaid(one, entry));
    const mine = this.#waiting.length < before;
    if (page === null) {
      this.#read(entry);
      return null;
    }
    const touched = this.#pages.take(entry);
    if (touched || mine) this.#shown.delete(page);
    return touched || mine ? page : undefined;
  }

  /** A page, as far as it is known here. */
  page(id: string): Page {
    const known = this.#shown.get(id);
    if (known) return known;
    const track = `board/${id}`;
    let page = this.#pages.page(id, null);
    for (const one of this.#waiting) if (one.track === track) page = applied(page, one);
    this.#shown.set(id, page);
    return page;
  }

  /** Which pages there are, and which is turned up. */
  get book(): Book {
    if (!this.#book) {
      const fold = new BookFold();
      for (const said of this.#turns) fold.take(said);
      const after = (this.#turns.at(-1)?.seq ?? 0) + 1;
      this.#waiting
        .filter((one) => one.track === "board")
        .forEach((one, i) => {
          fold.take({ seq: after + i, t: one.t, speaker: one.speaker, ops: one.ops });
        });
      this.#book = fold.at(null);
    }
    return this.#book;
  }

  /** Whether anything at all was written. */
  get written(): boolean {
    const { pages } = this.book;
    return pages.length > 1 || pages.some((one) => one.picture || this.page(one.id).things.size > 0);
  }

  /** The highest id that this speaker gave on this page. */
  lastId(page: string, speaker: string): number {
    const owned = `${speaker} `;
    let last = 0;
    for (const name of this.page(page).things.keys())
      if (name.startsWith(owned)) last = Math.max(last, Number(name.slice(owned.length)));
    return last;
  }

  #read(entry: Entry): void {
    const { seq, t, speaker } = entry;
    this.#book = null;
    // Where the laser was is of no use here, and there would be a lot of it.
    const ops = meant(entry.payload).filter((op) => op.op !== "laser");
    if (ops.length > 0 && !this.#turns.some((one) => one.seq === seq))
      this.#turns.push({ seq, t, speaker, ops });
  }
}

function isSaid(waiting: Waiting, { track, speaker, number }: Entry): boolean {
  return (
    waiting.number !== null &&
    waiting.track === track &&
    waiting.speaker === speaker &&
    waiting.number <= number
  );
}

function meant(payload: Uint8Array): readonly Op[] {
  try {
    return decodeOps(payload);
  } catch (error) {
    if (error instanceof MalformedBoard) return [];
    throw error;
  }
}
