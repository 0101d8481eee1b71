/**
 * The fold: entries in, in whatever order they come, the board at any moment out. No clock, no DOM.
 *
 * After every entry the state is kept: states share what they have in common (`roll.ts`), so a moment is found, not made
 * anew, and what is unchanged between two moments is the very same object. An entry that comes late undoes the states after it;
 * they are made again when somebody asks, and keep the objects of before wherever these are still right.
 */
import type { Entry } from "../wire/frames";
import type { Book, Ink, Matrix, Op, Page, PageFacts, Piece, Placed, Points, Ref, Thing } from "./board";
import { decodeOps, MalformedBoard } from "./decode";
import { compose, IDENTITY } from "./matrix";
import { FARTHEST, relative } from "./payload";
import { Roll } from "./roll";

/** What of an entry the fold needs. */
export interface Said {
  readonly seq: number;
  readonly t: number;
  readonly speaker: string;
  readonly ops: readonly Op[];
}

/** Which page an entry touched (null: what concerns all of them), and which things; null: any of them, compare. */
export interface Touched {
  readonly page: string | null;
  readonly things: readonly string[] | null;
}

/** Where a pointer was lately: `ages` are the ms since then, the last point the youngest. */
export interface Trail {
  readonly speaker: string;
  readonly xy: readonly number[];
  readonly ages: readonly number[];
}

/** A stroke of more pieces (400 s of it) would cost the square of them. The protocol says so. */
export const MAX_PIECES = 1_000;
export const MAX_PAGES = 1_000;

export function nameOf(speaker: string, ref: Ref): string {
  return typeof ref === "number" ? `${speaker} ${ref}` : `${ref[0]} ${ref[1]}`;
}

/** How `speaker` names a thing in an operation. */
export function refOf(name: string, speaker: string): Ref {
  const [owner = "", id = ""] = name.split(" ");
  return owner === speaker ? Number(id) : [owner, Number(id)];
}

/** What was said on one track, in order, and the state after each entry. */
class History<S> {
  readonly said: Said[] = [];
  /** `#states[i]`: after the first i entries. Shorter than that when something came late. */
  readonly #states: S[];
  /** The last state before something came late, while it is not made up for. */
  #former: S | null = null;

  constructor(
    beginning: S,
    private readonly next: (state: S, said: Said, former: S | null) => S,
  ) {
    this.#states = [beginning];
  }

  /** False: known already. */
  take(said: Said): boolean {
    const last = this.said.at(-1);
    if (last === undefined || last.seq < said.seq) {
      this.said.push(said);
      return true;
    }
    const place = firstIndex(this.said, (one) => one.seq >= said.seq);
    if (this.said[place]?.seq === said.seq) return false;
    this.said.splice(place, 0, said);
    if (this.#states.length > place + 1) {
      this.#former ??= this.#states.at(-1) as S;
      this.#states.length = place + 1;
    }
    return true;
  }

  /** True when nothing has to be made up for, but at most the entry taken last. */
  get close(): boolean {
    return this.#former === null && this.#states.length >= this.said.length;
  }

  at(t: number | null): S {
    const count = t === null ? this.said.length : firstIndex(this.said, (one) => one.t > t);
    for (let i = this.#states.length - 1; i < count; i++)
      this.#states.push(this.next(this.#states[i] as S, this.said[i] as Said, this.#former));
    if (this.#states.length > this.said.length) this.#former = null;
    return this.#states[count] as S;
  }
}

/** Of a list that is first false, then true: where it becomes true. */
function firstIndex<T>(list: readonly T[], is: (one: T) => boolean): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (is(list[middle] as T)) high = middle;
    else low = middle + 1;
  }
  return low;
}

// A page

type Things = Roll<Placed>;

class PageNow implements Page {
  constructor(
    readonly id: string,
    readonly things: Things,
  ) {}
}

export function emptyPage(id: string): Page {
  return new PageNow(id, Roll.empty());
}

/** A page and what is said on it beyond: for a studio, what it said and has not come back yet. */
export function applied(page: Page, said: Omit<Said, "seq">): Page {
  if (!(page.things instanceof Roll)) throw new TypeError("a page of another make");
  const things = thingsAfter(page.things as Things, said, null);
  return things === page.things ? page : new PageNow(page.id, things);
}

/** The names of what differs between two moments of a page: cheap, what they share is not looked at. */
export function changes(before: Page, after: Page): ReadonlySet<string> {
  if (!(before.things instanceof Roll && after.things instanceof Roll))
    throw new TypeError("a page of another make");
  return (before.things as Things).changes(after.things as Things);
}

/** Where a thing lies among those of its page, from 0, the undermost. It has to be there. */
export function placeOf(page: Page, name: string): number {
  if (!(page.things instanceof Roll)) throw new TypeError("a page of another make");
  return (page.things as Things).placeOf(name) as number;
}

/** What lies on a page from this place on. */
export function thingsFrom(page: Page, place: number): Iterable<Placed> {
  if (!(page.things instanceof Roll)) throw new TypeError("a page of another make");
  return (page.things as Things).from(place);
}

/** One `board/<page>` track. */
export class PageFold {
  readonly #history: History<PageNow>;

  constructor(readonly id: string) {
    this.#history = new History(new PageNow(id, Roll.empty<Placed>()), (page, said, former) => {
      const things = thingsAfter(page.things, said, former?.things ?? null);
      return things === page.things ? page : new PageNow(id, things);
    });
  }

  /** The names of the things it touched, none if it was known; null: it came late, any thing may be touched. */
  take(said: Said): readonly string[] | null {
    const before = this.#history.close ? this.#history.at(null) : null;
    if (!this.#history.take(said)) return [];
    if (before === null || !this.#history.close) return null;
    return [...before.things.changes(this.#history.at(null).things)];
  }

  /** The page as it was at `t` on the lesson's clock; null: with everything. Of strokes begun by then see `inkAt`. */
  at(t: number | null): Page {
    return this.#history.at(t);
  }
}

function thingsAfter(before: Things, said: Omit<Said, "seq">, former: Things | null): Things {
  let things = before;
  const put = (made: Placed): void => {
    const was = former?.get(made.name);
    things = things.with(was && same(was, made) ? was : made);
  };
  const each = (refs: readonly Ref[], change: (was: Placed) => Placed): void => {
    for (const ref of refs) {
      const was = things.get(nameOf(said.speaker, ref));
      if (!was) continue;
      const made = change(was);
      if (made !== was) put(made);
    }
  };
  for (const op of said.ops)
    switch (op.op) {
      case "ink": {
        const name = nameOf(said.speaker, op.id);
        if (things.has(name)) break;
        const { tool, colour, width } = op;
        const what: Ink = {
          kind: "ink",
          tool,
          colour,
          width,
          pieces: [piece(said.t, op, op.points)],
          parts: null,
        };
        put({ name, what, matrix: IDENTITY, gone: false });
        break;
      }
      case "more":
        each([op.id], (was) => grown(was, said.t, op));
        break;
      case "thing": {
        const name = nameOf(said.speaker, op.id);
        const was = things.get(name);
        if (was?.what.kind === "ink") break;
        put(was ? { ...was, what: op.thing } : { name, what: op.thing, matrix: IDENTITY, gone: false });
        break;
      }
      case "gone":
      case "back": {
        const gone = op.op === "gone";
        each(op.things, (was) => (was.gone === gone ? was : { ...was, gone }));
        break;
      }
      case "moved":
        each(op.things, (was) => {
          const matrix = compose(op.by, was.matrix);
          return drawable(matrix) ? { ...was, matrix } : was;
        });
        break;
      case "dressed":
        each(op.things, (was) => {
          const what = dressed(was.what, op.colour, op.width);
          return what === was.what ? was : { ...was, what };
        });
        break;
      case "kept":
        each([op.thing], (was) =>
          was.what.kind === "ink" ? { ...was, what: { ...was.what, parts: op.parts } } : was,
        );
        break;
    }
  return things;
}

function piece(t: number, op: { readonly from: number; readonly span: number }, points: Points): Piece {
  return { begins: t + op.from, ends: t + op.from + op.span, points };
}

function grown(was: Placed, t: number, op: Op & { readonly op: "more" }): Placed {
  if (was.what.kind !== "ink" || was.what.pieces.length >= MAX_PIECES) return was;
  const { xy } = (was.what.pieces.at(-1) as Piece).points;
  const points = relative(op.points, -(xy.at(-2) as number), -(xy.at(-1) as number));
  if (points.xy.some((one) => Math.abs(one) > FARTHEST)) return was;
  return { ...was, what: { ...was.what, pieces: [...was.what.pieces, piece(t, op, points)] } };
}

function drawable(matrix: Matrix): boolean {
  return matrix.every((one) => Math.abs(one) <= 1e9);
}

function dressed(what: Ink | Thing, colour: number | null, width: number | null): Ink | Thing {
  if (what.kind === "image") return what;
  const dress = colour === null ? what : { ...what, colour };
  return width === null || !("width" in dress) ? dress : { ...dress, width };
}

function same(a: Placed, b: Placed): boolean {
  return a.gone === b.gone && equal(a.matrix, b.matrix) && equal(a.what, b.what);
}

/** Values of the board: numbers, texts, arrays and plain objects of them. */
function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a))
    return Array.isArray(b) && a.length === b.length && a.every((one, i) => equal(one, b[i]));
  const members = Object.entries(a);
  return (
    members.length === Object.keys(b).length &&
    members.every(([member, one]) => equal(one, (b as Record<string, unknown>)[member]))
  );
}

// The book

interface BookNow {
  readonly facts: ReadonlyMap<string, PageFacts>;
  /** The page turned up last, even while it is taken out: put back, it is turned up again. */
  readonly turned: string;
  readonly book: Book;
}

/** The page that is there before any is made. */
export const FIRST_PAGE = "1";
const FIRST: PageFacts = { id: FIRST_PAGE, place: 0, paper: "plain", picture: null, gone: false };
const BEGINNING: BookNow = {
  facts: new Map([[FIRST.id, FIRST]]),
  turned: FIRST.id,
  book: { pages: [FIRST], turned: FIRST.id, view: null },
};

/** The track `board`. */
export class BookFold {
  readonly #history = new History<BookNow>(BEGINNING, bookAfter);

  /** False: known already. */
  take(said: Said): boolean {
    return this.#history.take(said);
  }

  at(t: number | null): Book {
    return this.#history.at(t).book;
  }

  /** Where the pointers were in the `lasting` ms up to `t`, on the page turned up. */
  lasers(t: number, lasting = 800): readonly Trail[] {
    const trails = new Map<string, { speaker: string; xy: number[]; ages: number[] }>();
    const { said } = this.#history;
    // Laser entries are of 400 ms; one that lasts beyond 10 s was no hand's.
    const first = firstIndex(said, (one) => one.t > t - lasting - 10_000);
    for (let i = first; i < said.length; i++) {
      const one = said[i] as Said;
      if (one.t > t) break;
      for (const op of one.ops) {
        if (op.op !== "laser") continue;
        const { begins, ends, points } = piece(one.t, op, op.points);
        const n = points.xy.length / 2;
        for (let k = 0; k < n; k++) {
          const age = t - (n > 1 ? begins + ((ends - begins) * k) / (n - 1) : begins);
          if (age < 0 || age >= lasting) continue;
          const trail = trails.get(one.speaker) ?? { speaker: one.speaker, xy: [], ages: [] };
          trails.set(one.speaker, trail);
          trail.xy.push(points.xy[2 * k] as number, points.xy[2 * k + 1] as number);
          trail.ages.push(age);
        }
      }
    }
    return [...trails.values()];
  }
}

function bookAfter(before: BookNow, said: Said): BookNow {
  let now = before;
  for (const op of said.ops) now = bookWith(now, op);
  return now;
}

function bookWith(now: BookNow, op: Op): BookNow {
  switch (op.op) {
    case "page": {
      const was = now.facts.get(op.page);
      if (!was && now.facts.size >= MAX_PAGES) return now;
      const { page: id, place, paper, picture } = op;
      return sorted(now, { id, place, paper, picture, gone: was?.gone ?? false });
    }
    case "page gone": {
      const was = now.facts.get(op.page);
      if (!was || was.gone === op.gone) return now;
      // A book has at least one page.
      if (op.gone && now.book.pages.length === 1) return now;
      return sorted(now, { ...was, gone: op.gone });
    }
    case "turned":
      if (now.facts.get(op.page)?.gone !== false) return now;
      return { ...now, turned: op.page, book: { ...now.book, turned: op.page, view: null } };
    case "view":
      return { ...now, book: { ...now.book, view: op.view } };
    default:
      return now;
  }
}

function sorted(now: BookNow, changed: PageFacts): BookNow {
  const facts = new Map(now.facts).set(changed.id, changed);
  const pages = [...facts.values()].filter((page) => !page.gone);
  pages.sort((a, b) => a.place - b.place || (a.id < b.id ? -1 : 1));
  const turned = facts.get(now.turned)?.gone ? (pages[0] as PageFacts).id : now.turned;
  const view = turned === now.book.turned ? now.book.view : null;
  return { facts, turned: now.turned, book: { pages, turned, view } };
}

// All of it

/** Every `board` track of a lesson. */
export class BoardFold {
  readonly #book = new BookFold();
  readonly #pages = new Map<string, PageFold>();

  /** What an entry touched; null: nothing, as it was known, is of another track or means nothing. */
  take(entry: Pick<Entry, "seq" | "t" | "track" | "speaker" | "payload">): Touched | null {
    const page = pageOf(entry.track);
    if (page === undefined) return null;
    const { seq, t, speaker } = entry;
    const said = { seq, t, speaker, ops: meant(entry.payload) };
    if (page === null) return this.#book.take(said) ? { page, things: [] } : null;
    const things = this.#fold(page).take(said);
    return things?.length === 0 ? null : { page, things };
  }

  page(id: string, t: number | null): Page {
    return this.#fold(id).at(t);
  }

  book(t: number | null): Book {
    return this.#book.at(t);
  }

  lasers(t: number, lasting?: number): readonly Trail[] {
    return this.#book.lasers(t, lasting);
  }

  #fold(id: string): PageFold {
    const fold = this.#pages.get(id) ?? new PageFold(id);
    this.#pages.set(id, fold);
    return fold;
  }
}

/** The page of a track, null for `board` itself, undefined for a track that is none of ours. */
export function pageOf(track: string): string | null | undefined {
  if (track === "board") return null;
  return /^board\/([a-z0-9]{1,8})$/.exec(track)?.[1];
}

function meant(payload: Uint8Array): readonly Op[] {
  try {
    return decodeOps(payload);
  } catch (error) {
    if (error instanceof MalformedBoard) return [];
    throw error;
  }
}
