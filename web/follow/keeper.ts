/**
 * Keeps the board: every page, at every moment, however the sound and the picture are fetched.
 *
 * Theory of operation. What is written now comes with the answer that the controller follows; what was written before is
 * asked for here, with the same verb: first the track `board` with `talk`, then the page that is looked at, then the others at
 * leisure, one question at a time. Each of these is complete up to a seq of its own (`#known`). A followed answer brings all of
 * them from `hello`'s `after` on: a *stretch* `[from, to]` that grows with it. What is complete up to the beginning of the
 * stretch is complete up to its end, so that a question has to reach no further than there, and nothing is left out at the
 * seam. Pages of a replay carry no board: then all that the lesson has (`hello`'s `head`) is asked for here.
 */
import { decodeOps, MalformedBoard } from "../board/decode";
import { BoardFold, FIRST_PAGE, pageOf, type Touched } from "../board/fold";
import { Backoff } from "../wire/backoff";
import { ask, type Question } from "../wire/follow";
import type { Entry } from "../wire/frames";
import { Nap } from "../wire/nap";
import { Problem, type TicketHolder } from "../wire/tickets";
import { firstBook, type Moment, URGENT_LIMIT } from "./first";
import { Talk } from "./talk";

/** What one question brings at most: on a line of 128 kbit/s two seconds. */
const LIMIT = 32 * 1024;
/** How often it is looked whether there is leisure. */
const LOOK_MS = 500;
/** The name of what comes first: the tracks `board` and `talk`. */
const BOOK = "";

/** What to ask for next: these names, complete up to the same seq. */
interface Asking {
  readonly names: readonly string[];
  /** It is being looked at. */
  readonly urgent: boolean;
  /** All there is, also what nobody has heard of. */
  readonly all: boolean;
}

interface Stretch {
  readonly from: number;
  readonly to: number;
}

const NONE: Stretch = { from: Number.POSITIVE_INFINITY, to: 0 };

export interface KeeperListener {
  /** Something about the board, the scene or the chapters is known that was not. Null: not on any page. */
  kept(touched: Touched | null): void;
  /** The page that the reader looks at. */
  looked(): string;
  /** The moment that is opened first: its page comes with the first answer. Without it, page by page. */
  opened?(): Moment;
  /** A fact about the lesson, or an entry of a page, as it comes: live, or fetched; perhaps more than once. */
  said?(entry: Entry): void;
  /** Whether the line has time for pages that nobody looks at. */
  leisure(): boolean;
  /** The server gives the board to nobody for now; whoever follows learns it by the controller. */
  refused?(problem: Problem): void;
}

export interface Turn {
  readonly seq: number;
  readonly t: number;
  readonly page: string;
}

export class Keeper {
  fold = new BoardFold();
  talk = new Talk();
  /** Which page was turned up when, in the order of seq. */
  turns: Turn[] = [];

  #known = new Map<string, number>([[BOOK, 0]]);
  /** Up to where a page that was not heard of before is complete. */
  #fresh = 0;
  #stretch: Stretch = NONE;
  /** What has to be known; null: nothing was heard yet. */
  #target: number | null = null;
  /** The target is not told yet, but expected. */
  #guessed = false;
  /** Up to where what the first answer brought is complete, and by which moment of the lesson, ms. */
  #opened = { until: -1, seq: 0 };
  #seqs = 0;
  #asking: AbortController | null = null;
  #run = 0;
  readonly #nap = new Nap();
  /** It waits for leisure. */
  #idle = false;
  #backoff = new Backoff();

  constructor(
    private readonly timeline: string,
    private readonly tickets: TicketHolder,
    private readonly listener: KeeperListener,
  ) {}

  /** Something came, with an answer that is followed (and so brings all there is) or with one that is not. */
  entry(entry: Entry, followed: boolean): void {
    this.#take(entry);
    if (followed) this.#grow(entry.seq);
  }

  notice(body: Readonly<Record<string, unknown>>, followed: boolean): void {
    if (body.notice === "hello") this.#hello(body, followed);
    else if (followed && typeof body.after === "number") this.#grow(body.after);
  }

  /** The lesson has begun: what was written is asked for beside the first answer, not after it. */
  expect(): void {
    if (this.#target !== null) return;
    this.#guessed = true;
    this.#target = 1;
    this.#begin();
  }

  /** Another page is looked at, or the line has become free: perhaps something else comes first. */
  poke(): void {
    if (this.#idle) this.#nap.wake();
  }

  /** The browser says that the line is back. */
  hurry(): void {
    this.#backoff.succeeded();
    this.#nap.wake();
  }

  stop(): void {
    this.#run++;
    this.#asking?.abort();
    this.#nap.wake();
  }

  /** Whether anything was ever written. */
  get written(): boolean {
    return this.#written;
  }
  #written = false;

  /** Whether all there is of the board (null), or of this page, is here; with a moment, all that was written by then. */
  complete(page: string | null = null, moment: number | null = null): boolean {
    if (this.#target === null || this.#guessed) return false;
    if (page === null) return this.#next() === null;
    return [BOOK, page].every((name) => !this.#lacks(name) || this.#reaches(name, moment));
  }

  /** Whether the first answer, which ended soon after the moment that was opened, brought all of this by then. */
  #reaches(name: string, moment: number | null): boolean {
    return moment !== null && moment <= this.#opened.until && this.#from(name) >= this.#opened.seq;
  }

  /** How many of the tracks are complete, of how many: for a bar of progress. */
  get progress(): { readonly done: number; readonly all: number } {
    const all = [...this.#known.keys()];
    return { done: all.filter((name) => !this.#lacks(name)).length, all: all.length };
  }

  // -- what is known ------------------------------------------------------------------------------------------------

  #hello(body: Readonly<Record<string, unknown>>, followed: boolean): void {
    const head = Number(body.head ?? 0);
    const after = Number(body.after ?? 0);
    this.#guessed = false;
    if (head < this.#seqs) this.#forget();
    this.#settle();
    for (const track of Object.keys((body.tracks ?? {}) as object))
      this.#meet(pageOf(track) ?? null, this.#fresh);
    if (followed) {
      const { from, to } = this.#stretch;
      this.#stretch = after >= from && after <= to ? { from, to } : { from: after, to: after };
      // A page that has no track yet has nothing that lies before.
      this.#fresh = Math.max(this.#fresh, this.#stretch.from);
      this.#target = this.#stretch.from;
    } else {
      this.#stretch = NONE;
      this.#target = Math.max(this.#target ?? 0, head);
    }
    this.#begin();
  }

  /** The server has an older copy than we have read: begin anew. */
  #forget(): void {
    [this.fold, this.talk, this.turns] = [new BoardFold(), new Talk(), []];
    this.#known = new Map([[BOOK, 0]]);
    this.#fresh = this.#seqs = 0;
    this.#opened = { until: -1, seq: 0 };
    this.#stretch = NONE;
    this.#target = null;
    this.#written = false;
    this.stop();
    this.#asking = null;
    this.listener.kept(null);
  }

  #grow(seq: number): void {
    const { from, to } = this.#stretch;
    this.#stretch = { from, to: Math.max(to, seq) };
  }

  /** Whatever joins the stretch is complete up to its end. */
  #settle(): void {
    for (const [name, known] of this.#known) this.#known.set(name, this.#reach(known));
    this.#fresh = this.#reach(this.#fresh);
  }

  #reach(known: number): number {
    return known >= this.#stretch.from ? Math.max(known, this.#stretch.to) : known;
  }

  #lacks(name: string): boolean {
    return this.#target !== null && this.#reach(this.#known.get(name) ?? this.#fresh) < this.#target;
  }

  #meet(page: string | null, known: number): void {
    if (page !== null && !this.#known.has(page)) this.#known.set(page, known);
  }

  #take(entry: Entry): void {
    const page = pageOf(entry.track);
    this.#seqs = Math.max(this.#seqs, entry.seq);
    if (entry.track === "talk") {
      this.listener.said?.(entry);
      if (this.talk.take(entry)) this.listener.kept(null);
      return;
    }
    if (page === undefined) return;
    const touched = this.fold.take(entry);
    if (page !== null) this.listener.said?.(entry);
    if (page === null) this.#read(entry);
    else this.#meet(page, this.#fresh);
    if (touched === null) return;
    this.#written = true;
    this.listener.kept(touched);
  }

  /** Which pages there are, and when they were turned. */
  #read(entry: Entry): void {
    let turned = false;
    this.#meet(FIRST_PAGE, this.#fresh);
    for (const op of opsOf(entry.payload)) {
      if (op.op === "page") this.#meet(op.page, this.#fresh);
      if (op.op !== "turned" || this.turns.some((turn) => turn.seq === entry.seq)) continue;
      this.turns.push({ seq: entry.seq, t: entry.t, page: op.page });
      turned = true;
    }
    if (turned) this.turns.sort((a, b) => a.seq - b.seq);
  }

  // -- what is asked ------------------------------------------------------------------------------------------------

  /** Null: nothing. */
  #next(): Asking | null {
    const looked = this.listener.looked();
    const lacking = [...new Set([...this.#known.keys(), looked])].filter((name) => this.#lacks(name));
    const first = lacking.find((name) => name === BOOK) ?? lacking.find((name) => name === looked);
    const name = first ?? lacking[0];
    if (name === undefined) return null;
    const known = this.#from(name);
    const alike = [...this.#known.keys()].every((one) => this.#from(one) === known);
    const all = known > 0 && this.#reach(this.#fresh) >= known && alike;
    return { names: all ? lacking : [name], urgent: first !== undefined, all };
  }

  #from(name: string): number {
    return this.#reach(this.#known.get(name) ?? this.#fresh);
  }

  #begin(): void {
    this.#nap.wake();
    if (this.#asking) return;
    const asking = new AbortController();
    this.#asking = asking;
    void this.#loop(++this.#run, asking.signal);
  }

  async #loop(run: number, signal: AbortSignal): Promise<void> {
    for (let next = this.#next(); next !== null; next = this.#next()) {
      this.#idle = !next.urgent && !this.listener.leisure();
      const wait = this.#idle ? LOOK_MS : await this.#ask(next, signal);
      if (run !== this.#run) return;
      if (wait === null) break;
      if (wait > 0) await this.#nap.sleep(wait);
      if (run !== this.#run) return;
    }
    this.#asking = null;
  }

  /** One question; how long to wait before the next one. Null: there is no next one. */
  async #ask(asking: Asking, signal: AbortSignal): Promise<number | null> {
    const question = this.#question(asking);
    let brings = asking;
    let ended = false;
    try {
      for await (const item of ask(this.timeline, question, this.tickets, signal)) {
        if (signal.aborted) return null;
        if (item.kind === "entry") this.#took(brings, item);
        else if (item.kind === "notice" && item.body.notice === "hello")
          brings = this.#told(brings, item.body);
        else if (item.kind === "notice" && item.body.notice === "end")
          ended = this.#ended(brings, Number(question.until), item.body);
      }
    } catch (error) {
      if (signal.aborted) return null;
      return this.#failed(error);
    }
    if (!ended) return this.#backoff.failed();
    this.#backoff.succeeded();
    this.listener.kept(null);
    return 0;
  }

  #question({ names, urgent, all }: Asking): Question {
    const [name] = names as [string];
    const after = this.#from(name);
    const opened = this.listener.opened?.();
    if (name === BOOK && after === 0 && opened !== undefined) return firstBook(opened);
    const tracks = all ? "board,board/*,talk" : name === BOOK ? "board,talk" : `board/${name}`;
    return { tracks, after, limit: urgent ? URGENT_LIMIT : LIMIT };
  }

  /** An answer begins: how much there is, and perhaps that it brings a page too, of which nothing was asked before. */
  #told(asking: Asking, { head, page: track }: Readonly<Record<string, unknown>>): Asking {
    if (this.#guessed) {
      this.#guessed = false;
      this.#target = Number(head ?? 0);
    }
    const page = track === undefined ? null : pageOf(String(track));
    if (typeof page !== "string") return asking;
    this.#meet(page, 0);
    return { ...asking, names: [...asking.names, page] };
  }

  #took(asking: Asking, entry: Entry): void {
    this.#take(entry);
    this.#knows(asking, entry.seq);
  }

  #knows({ names, all }: Asking, seq: number): void {
    if (all && this.#reach(this.#fresh) >= this.#from(names[0] as string)) this.#fresh = seq;
    for (const name of names) this.#known.set(name, Math.max(this.#from(name), seq));
  }

  #ended(asking: Asking, until: number, { after, why }: Readonly<Record<string, unknown>>): boolean {
    this.#knows(asking, Number(after ?? 0));
    if (why === "until") this.#opened = { until, seq: Number(after) };
    return why !== "stopping";
  }

  #failed(error: unknown): number | null {
    if (!(error instanceof Problem)) return this.#backoff.failed();
    if (error.code === "cursor-ahead") this.#forget();
    // Refused for good, an older copy, or nothing was said yet: the next `hello` begins anew.
    if (error.retry) return this.#backoff.failed(error.waitMs);
    this.listener.refused?.(error);
    return null;
  }
}

function opsOf(payload: Uint8Array): ReturnType<typeof decodeOps> {
  try {
    return decodeOps(payload);
  } catch (error) {
    if (error instanceof MalformedBoard) return [];
    throw error;
  }
}
