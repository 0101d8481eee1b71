/**
 * All that the classroom has of the board: keeper and blackboard, where they stand beside the picture, the panel, the chapters. For
 * tests and technicians: `data-layout`, `data-scene`, `data-page`, `data-things` (on it), `data-board` (what is shown, in a word), `data-kept`.
 */
import { Keeper } from "../follow/keeper";
import { Pictures } from "../follow/pictures";
import type { Facts } from "../ui/facts";
import { word } from "../ui/words";
import type { Entry, Passing } from "../wire/frames";
import type { TicketHolder } from "../wire/tickets";
import { Blackboard } from "./blackboard";
import { type Chapter, chaptersOf, nextOf, previousOf } from "./chapters";
import { type Layout, layoutOf, type Wish, wishOfSwap } from "./layout";
import type { Painter } from "./paint";
import { nameOf, Panel } from "./panel";

/** With so much ready ahead, a replay has time for pages that nobody looks at. */
const LEISURE_MS = 10_000;
/** Waiting for the board for less than this is not worth a word. */
const PATIENCE_MS = 700;

/** What the easel has to know of the lesson that plays. */
export interface Playing {
  /** The playing moment, ms; null: the live end, where everything is shown as it comes. */
  moment(): number | null;
  now(): number;
  moving(): boolean;
  /** ms that lie ready. */
  ahead(): number;
  /** Voice and board are here, or what keeps them away will do so for a while. */
  settled(): boolean;
  /** There is a picture, and it moves. */
  pictured(): boolean;
  ended(): boolean;
  /** A question lies over all of it. */
  asked(): boolean;
  /** Play from here. */
  goTo(ms: number): void;
  /** Something that is painted changed. */
  changed(): void;
  /** A fact about the lesson came, or something of a page. */
  said(entry: Entry): void;
  /** There is something to read beside the board. */
  scripted(): boolean;
  /** The panel was opened. */
  opened(): void;
}

/** How slides are asked for. */
export interface Slides {
  /** Pixels across at most. */
  readonly slide: number;
  /** kbit/s at most; null: as fast as they come. */
  readonly pace: number | null;
}

export class Easel {
  readonly #keeper: Keeper;
  readonly #blackboard: Blackboard;
  readonly #panel: Panel;
  readonly #upright = matchMedia("(max-aspect-ratio: 1/1)");
  #wish: Wish = "teacher";
  #swapped = false;
  #layout: Layout = "card";
  #chapters: readonly Chapter[] = [];
  #chaptersKnown = false;
  #lackedAt = 0;

  constructor(
    private readonly face: HTMLElement,
    private readonly painter: Painter,
    private readonly playing: Playing,
    facts: Facts,
    tickets: TicketHolder,
    quality: Slides,
  ) {
    this.#keeper = new Keeper(facts.timeline, tickets, {
      kept: (touched) => {
        if (touched === null || touched.page === null) this.#chaptersKnown = false;
        this.#blackboard.stir();
        if (touched === null) this.playing.changed();
      },
      said: (entry) => playing.said(entry),
      looked: () => this.#blackboard.page,
      opened: () => {
        const at = playing.moment();
        return at === null ? "live" : Math.round(at);
      },
      leisure: () => this.#leisure,
    });
    const sharp = () => Math.max(innerWidth, innerHeight) * Math.min(2, devicePixelRatio);
    const dots = () => Math.min(quality.slide, sharp());
    const pictures = new Pictures(facts.timeline, tickets, dots, () => quality.pace);
    const moment = () => playing.moment();
    this.#blackboard = new Blackboard(painter.part(".blackboard"), this.#keeper, pictures, {
      moment,
      moving: () => playing.moving(),
      leisure: () => this.#leisure,
      changed: () => playing.changed(),
    });
    this.#panel = new Panel(
      painter,
      this.#keeper,
      pictures,
      this.#blackboard,
      moment,
      (wish) => this.#choose(wish),
      () => playing.opened(),
    );
    this.#upright.addEventListener("change", this.#turned);
  }

  close(): void {
    this.#upright.removeEventListener("change", this.#turned);
    this.#keeper.stop();
    this.#blackboard.close();
    this.#panel.close();
  }

  readonly #turned = (): void => this.playing.changed();

  // -- what comes ---------------------------------------------------------------------------------------------------

  entry(entry: Entry, followed: boolean): void {
    this.#blackboard.entry(entry);
    this.#keeper.entry(entry, followed);
  }

  notice(body: Readonly<Record<string, unknown>>, followed: boolean): void {
    this.#keeper.notice(body, followed);
  }

  passing(frame: Passing): void {
    this.#blackboard.passing(frame);
  }

  /** There is something to ask for, as far as this page knows. */
  expect(): void {
    this.#keeper.expect();
  }

  /** The line may be back. */
  hurry(): void {
    this.#keeper.hurry();
  }

  // -- what people do -----------------------------------------------------------------------------------------------

  /** Do what this name stands for; false: it is none of ours. */
  act(name: string): boolean {
    const [what = "", which = ""] = name.split(":");
    const act = this.#acts[what];
    act?.(which);
    return act !== undefined;
  }

  readonly #acts: Readonly<Record<string, (which: string) => void>> = {
    at: (ms) => this.playing.goTo(Number(ms)),
    page: (id) => this.#blackboard.turn(id),
    pageback: () => this.#blackboard.leaf(-1),
    pageon: () => this.#blackboard.leaf(1),
    followteacher: () => this.#blackboard.turn(null),
    chapterback: () => this.playing.goTo(previousOf(this.chapters, this.playing.now())),
    chapteron: () => {
      const next = nextOf(this.chapters, this.playing.now());
      if (next !== null) this.playing.goTo(next);
    },
    swap: () => this.#swap(),
    panel: () => this.#paneled && this.#panel.toggle(),
    away: () => (this.#panel.open ? this.#panel.toggle(false) : this.#blackboard.turn(null)),
  };

  #swap(): void {
    const wish = wishOfSwap(this.#layout);
    if (wish !== null) this.#choose(wish);
    else this.#swapped = !this.#swapped;
  }

  #choose(wish: Wish): void {
    this.#wish = wish;
    this.#swapped = false;
    this.#panel.wish(wish);
    this.playing.changed();
  }

  // -- what people see ----------------------------------------------------------------------------------------------

  get #paneled(): boolean {
    return this.#keeper.written || this.playing.scripted();
  }

  /** The page of the board on which a lent pen writes. */
  get ground(): Blackboard["ground"] {
    return this.#blackboard.ground;
  }

  /** The panel beside the lesson is open. */
  get open(): boolean {
    return this.#panel.open;
  }

  get chapters(): readonly Chapter[] {
    if (this.#chaptersKnown) return this.#chapters;
    this.#chaptersKnown = true;
    const { fold, talk, turns } = this.#keeper;
    const numbered = turns.map(({ t, page }) => {
      const place = fold.book(t).pages.findIndex((one) => one.id === page);
      return { t, page: place + 1 };
    });
    const chapters = chaptersOf({
      titles: talk.titles,
      turns: numbered.filter(({ page }) => page > 0),
      scenes: talk.scenes,
    });
    if (JSON.stringify(chapters) !== JSON.stringify(this.#chapters)) this.#chapters = chapters;
    return this.#chapters;
  }

  /** The chapters as the reader sees them called. */
  get titles(): readonly { readonly t: number; readonly title: string }[] {
    return this.chapters.map((one) => ({ t: one.t, title: nameOf(one) }));
  }

  /** Something is shown that fills the screen: board or picture. */
  get showing(): boolean {
    return this.#layout !== "card";
  }

  /** `end`: of the lesson, ms. */
  paint(end: number): void {
    const { playing } = this;
    const { written } = this.#keeper;
    const scene = this.#keeper.talk.scene(playing.moment());
    this.#layout = layoutOf({
      scene,
      wish: this.#wish,
      written,
      pictured: playing.pictured(),
      ended: playing.ended(),
      upright: this.#upright.matches,
      asked: playing.asked(),
    });
    const two = ["corner", "side", "stack"].includes(this.#layout);
    const boarded = two || this.#layout === "board";
    Object.assign(this.face.dataset, {
      layout: this.#layout,
      scene: scene ?? "",
      page: written ? this.#blackboard.page : "",
      things: String(this.#blackboard.things),
      board: written ? this.#blackboard.print : "",
      kept: this.#keeper.complete() ? "whole" : this.#here ? "page" : "",
    });
    this.face.classList.toggle("swapped", two && this.#swapped);
    this.#blackboard.seen = boarded;
    this.#blackboard.stir();
    this.#buttons(two, boarded, written);
    this.painter.marks(this.chapters, end, nameOf);
    this.#panel.chapters(this.chapters);
    this.#panel.paint(playing.now());
  }

  /** The line has time for what nobody looks at yet. */
  get #leisure(): boolean {
    const { playing } = this;
    return playing.settled() && (playing.moment() === null || playing.ahead() > LEISURE_MS);
  }

  /** All of the page that is shown, as it is now. */
  get #here(): boolean {
    return this.#keeper.complete(this.#blackboard.page, this.playing.moment());
  }

  #buttons(two: boolean, boarded: boolean, written: boolean): void {
    const { painter } = this;
    painter.part(".bar [data-act=panel]").hidden = !this.#paneled;
    painter.part(".bar [data-act=swap]").hidden = !written || !this.playing.pictured();
    painter.part(".swapper").hidden = !two;
    painter.part(".astray").hidden = !boarded || !this.#blackboard.astray;
    const lacks = boarded && !this.#here;
    if (!lacks) this.#lackedAt = performance.now();
    painter.part(".coming").hidden = performance.now() - this.#lackedAt < PATIENCE_MS;
    painter.part(".blackboard").ariaLabel = word("classroom.board");
    if (!this.#paneled) this.#panel.toggle(false);
  }
}
