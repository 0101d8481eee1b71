/**
 * The board in the classroom: shows what the keeper keeps, at the playing moment or, live, everything at once. Which page and
 * what of it: the teacher's, unless the reader looks elsewhere. It looks often while something changes, seldom when nothing does.
 */
import type { Book, Page, PageFacts } from "../board/board";
import type { BoardView, Look } from "../board/view";
import type { Keeper } from "../follow/keeper";
import type { Pictures } from "../follow/pictures";
import { Tips } from "../follow/tips";
import type { Entry, Passing } from "../wire/frames";
import { closer, isWhole, moved, TAP } from "./gaze";
import { hold } from "./grip";

/** A piece of a stroke lasts up to 400 ms: for so long after a change the next picture is another one. */
const LIVELY_MS = 500;
/** While nothing changes, a stroke that begins is seen so much later at most. */
const IDLE_MS = 60;
/** How long a laser's last place is shown. */
const LASER_MS = 500;
/** Lasers are said in pieces of 400 ms; live, they are shown so much behind, to move evenly. */
const LASER_BEHIND_MS = 450;
/** What is on the board is told (`print`) once it has rested for so long: it costs a reading of all of it. */
const RESTED_MS = 300;
const AGAIN_MS = 2_000;

export interface BlackboardEvents {
  /** The playing moment, ms; null: the live end, where everything is shown as it comes. */
  moment(): number | null;
  /** Whether the moment moves by itself. */
  moving(): boolean;
  /** The line has time for what nobody looks at yet. */
  leisure(): boolean;
  /** Page, gaze or what there is to see changed. */
  changed(): void;
}

export class Blackboard {
  readonly #tips = new Tips();
  #view: BoardView | null = null;
  #coming = false;
  #shown: { page: Page; book: Book; facts: PageFacts } | null = null;
  #changedAt = 0;
  #page: string | null = null;
  #gaze: Look | null = null;
  #tipped = new Set<string>();
  /** This clock less the lesson's, by the last thing said about the book live. */
  #laserClock: number | null = null;
  #bookEnd = 0;
  #lit = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #frame = 0;
  #resting: ReturnType<typeof setTimeout> | undefined;
  #print: { readonly page: Page; readonly book: Book; readonly word: string } | null = null;
  #seen = false;
  #closed = false;

  constructor(
    private readonly host: HTMLElement,
    private readonly keeper: Keeper,
    private readonly pictures: Pictures,
    private readonly events: BlackboardEvents,
  ) {}

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#resting);
    cancelAnimationFrame(this.#frame);
    this.#view?.close();
  }

  // -- what it is told ----------------------------------------------------------------------------------------------

  /** Something was kept, the moment jumped, it goes on, or another thing is looked at. */
  stir(): void {
    if (this.#closed || !this.keeper.written) return;
    if (this.#view === null) {
      this.#bring();
      return;
    }
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#paint());
  }

  /** Whether anybody sees it: hidden, it paints nothing. */
  set seen(seen: boolean) {
    if (seen === this.#seen) return;
    this.#seen = seen;
    this.stir();
  }

  /** An entry came live. */
  entry(entry: Entry): void {
    this.#tips.settle(entry);
    if (entry.track !== "board") return;
    this.#bookEnd = entry.t + entry.duration;
    this.#laserClock = performance.now() - this.#bookEnd;
  }

  passing(frame: Passing): void {
    this.#tips.take(frame, performance.now());
    this.stir();
  }

  /** What somebody with a pen writes on; null: there is no board, or it is not the teacher's page that is looked at. */
  get ground(): { readonly view: BoardView; readonly page: Page } | null {
    if (!this.#view || !this.#shown || !this.#seen || this.astray || this.events.moment() !== null)
      return null;
    return { view: this.#view, page: this.#shown.page };
  }

  // -- which page, what of it ---------------------------------------------------------------------------------------

  get book(): Book {
    return this.keeper.fold.book(this.events.moment());
  }

  /** The page that is shown: the reader's, while there is such a page, else the teacher's. */
  get page(): string {
    const { pages, turned } = this.book;
    return this.#page !== null && pages.some((page) => page.id === this.#page) ? this.#page : turned;
  }

  /** What is shown, in a word: equal exactly where page and book are. Empty while that is not known, or not shown yet. */
  get print(): string {
    const { page, book, word } = this.#print ?? {};
    const t = this.events.moment();
    return book === this.keeper.fold.book(t) && page === this.keeper.fold.page(this.page, t)
      ? (word ?? "")
      : "";
  }

  /** How many things were put on the page that is shown, by now. */
  get things(): number {
    return this.keeper.fold.page(this.page, this.events.moment()).things.size;
  }

  /** Whether the reader looks elsewhere than the teacher. */
  get astray(): boolean {
    return this.#gaze !== null || this.page !== this.book.turned;
  }

  /** Look at this page; null: at the teacher's, as the teacher does. */
  turn(page: string | null): void {
    this.#page = page === this.book.turned ? null : page;
    this.#gaze = null;
    this.#looked();
  }

  /** Look at the page so many further. */
  leaf(by: number): void {
    const { pages } = this.book;
    const place = pages.findIndex((page) => page.id === this.page) + by;
    const page = pages[Math.max(0, Math.min(pages.length - 1, place))];
    if (page && page.id !== this.page) this.turn(page.id);
  }

  /** Look closer at a point of the screen; at the whole when it is close already. */
  tap(clientX: number, clientY: number): void {
    if (this.#gaze !== null) this.#look(null);
    else this.zoom(clientX, clientY, TAP);
  }

  zoom(clientX: number, clientY: number, factor: number): void {
    if (!this.#view) return;
    const gaze = closer(this.#view.looked, this.#view.toBoard(clientX, clientY), factor);
    this.#look(isWhole(gaze) ? null : gaze);
  }

  drag(dx: number, dy: number): void {
    const { scale } = this.#view ?? { scale: 0 };
    if (this.#gaze !== null && scale > 0) this.#look(moved(this.#gaze, dx / scale, dy / scale));
  }

  #look(gaze: Look | null): void {
    this.#gaze = gaze;
    this.#looked();
  }

  #looked(): void {
    this.keeper.poke();
    this.stir();
    this.events.changed();
  }

  // -- painting -----------------------------------------------------------------------------------------------------

  /** The view is fetched when something is written: a lesson without a board does without it. */
  #bring(): void {
    if (this.#coming) return;
    this.#coming = true;
    import("../board/view").then(
      ({ BoardView }) => {
        if (this.#closed) return;
        this.#view = new BoardView(this.host, { pictures: this.pictures.address });
        hold(this.host, this);
        this.events.changed();
        this.stir();
      },
      // The line was cut on its way.
      () =>
        setTimeout(() => {
          this.#coming = false;
          this.stir();
        }, AGAIN_MS),
    );
  }

  #paint(): void {
    this.#frame = 0;
    if (!this.#view || this.#closed || !this.#seen) return;
    const t = this.events.moment();
    const book = this.keeper.fold.book(t);
    const id = this.page;
    const page = this.keeper.fold.page(id, t);
    const facts = book.pages.find((one) => one.id === id) as PageFacts;
    const before = this.#shown;
    const changed = before?.page !== page || before.book !== book || before.facts !== facts;
    this.#shown = { page, book, facts };
    this.#view.show(page, facts, t);
    this.#view.look(this.#gaze ?? (id === book.turned ? book.view : null));
    const now = performance.now();
    this.#paintTips(id, t === null ? now : null);
    const pointing = this.#paintLaser(t, now, id === book.turned);
    if (changed) {
      this.#changedAt = now;
      this.#rest(page, book);
      if (before?.book !== book) this.events.changed();
    }
    this.#prepare(id, book, t);
    this.#goOn(t, now, pointing);
  }

  /** What the teacher turns up next most likely: its slide comes before it is looked at, when the line has time. */
  #prepare(id: string, book: Book, t: number | null): void {
    const next = book.pages[book.pages.findIndex((page) => page.id === id) + 1]?.picture;
    if (next && this.keeper.complete(id, t) && this.events.leisure()) this.pictures.prepare(next);
  }

  #goOn(t: number | null, now: number, pointing: boolean): void {
    if (this.#frame !== 0) return;
    const lively = pointing || (t !== null && this.events.moving() && now - this.#changedAt < LIVELY_MS);
    if (lively) this.#frame = requestAnimationFrame(() => this.#paint());
    else if (t !== null && this.events.moving()) this.#timer = setTimeout(() => this.stir(), IDLE_MS);
    else if (this.#tips.until !== null)
      this.#timer = setTimeout(() => this.stir(), Math.max(0, this.#tips.until - now));
  }

  #paintTips(page: string, now: number | null): void {
    const tips = now === null ? [] : this.#tips.on(page, now);
    const names = new Set(tips.map((tip) => tip.name));
    for (const name of this.#tipped) if (!names.has(name)) this.#view?.tip(name, null);
    for (const { name, tool, colour, width, points } of tips)
      this.#view?.tip(name, { kind: "ink", tool, colour, width, points });
    this.#tipped = names;
  }

  /** True while a laser moves. */
  #paintLaser(t: number | null, now: number, here: boolean): boolean {
    const ahead = t === null ? this.#tips.laser(now) : null;
    const live = this.#laserClock === null ? null : now - this.#laserClock - LASER_BEHIND_MS;
    const moment = t ?? live;
    const trail = moment === null ? undefined : this.keeper.fold.lasers(moment, LASER_MS).at(-1);
    const [x, y] = [trail?.xy.at(-2), trail?.xy.at(-1)];
    const at = ahead ?? (x === undefined || y === undefined ? null : { x, y });
    if (here && at) this.#view?.laser(at);
    else if (this.#lit) this.#view?.laser(null);
    this.#lit = here && at !== null;
    // One that was said and is not shown yet comes in a moment.
    return this.#lit || (t === null && live !== null && live < this.#bookEnd);
  }

  #rest(page: Page, book: Book): void {
    clearTimeout(this.#resting);
    this.#resting = setTimeout(() => void this.#take(page, book), RESTED_MS);
  }

  /** Only where the browser can reckon it: not on plain http. */
  async #take(page: Page, book: Book): Promise<void> {
    if (!crypto.subtle) return;
    const { hash } = await import("../board/hash");
    const word = `${(await hash(book)).slice(0, 12)} ${(await hash(page)).slice(0, 12)}`;
    this.#print = { page, book, word };
    this.events.changed();
  }
}
