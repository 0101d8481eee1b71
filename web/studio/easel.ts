/** The board in the studio: hands, keys and buttons, what they ask for, and what is seen of it. */
import { cleared } from "../board/acts";
import { type Op, PAGE, type Page, type PageFacts, type Paper, type Picture } from "../board/board";
import { type Act, History, type Words } from "../board/history";
import type { Tip as PassingTip } from "../board/payload";
import { Hand, type HandListener, type Spot } from "../board/pen";
import { BoardView, type Look, type Tip, WHOLE } from "../board/view";
import type { Entry, Passing } from "../wire/frames";
import type { Bench, Setting, ShapeName, ToolName } from "../write/bench";
import { Count } from "./count";
import { fitTools, paintBar } from "./easel-bar";
import { actFor } from "./easel-keys";
import { Ledger, type LedgerEvents } from "./ledger";
import { Looking } from "./looking";
import { Others } from "./others";
import { Pages } from "./pages";
import { Strip } from "./strip";
import { Toolbox, type Ways } from "./toolbox";
import { Ruler } from "./tools/ruler";

/** What comes from the timeline is shown at most so often: of a long lesson thousands of entries come at once. */
const SHOW_MS = 16;
const CLOSER = 1.4;
export interface EaselEvents extends Pick<LedgerEvents, "say" | "prepare"> {
  pass(tip: PassingTip): void;
  /** A document is to become pages. */
  slides(): void;
  /** A picture is to be put on the page. */
  image(): void;
  /** The address of a picture, for the page and for its small image. */
  picture(picture: Picture): Promise<string>;
  thumbnail(picture: Picture): Promise<string>;
}

/** What the bar has to show. */
export interface EaselState {
  readonly tool: ToolName;
  readonly shape: ShapeName;
  /** The choice of shapes is open. */
  readonly fan: boolean;
  readonly ways: Readonly<Ways>;
  readonly setting: Setting;
  readonly chosen: number;
  readonly ruler: boolean;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  readonly paper: Paper;
  readonly pictured: boolean;
  readonly pages: number;
  readonly look: Look;
  readonly shared: boolean;
}

export class Easel implements Bench {
  readonly view: BoardView;
  readonly ledger: Ledger;
  readonly pages = new Pages(this);
  readonly overlay = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  readonly desk = document.createElement("div");
  readonly guided = (spot: Spot): Spot => this.#ruler.guided(spot);
  readonly #history = new History();
  readonly #strip: Strip;
  readonly #count = new Count();
  readonly #hand: Hand;
  readonly #ruler: Ruler;
  readonly #others: Others;
  readonly #tools: Toolbox;
  readonly #looking: Looking;
  #turned = "1";
  #locked = false;
  #showing = false;
  #shownAt = 0;
  #soon: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly root: HTMLElement,
    readonly speaker: string,
    private readonly events: EaselEvents,
  ) {
    this.ledger = new Ledger(speaker, {
      say: events.say,
      prepare: events.prepare,
      changed: () => this.#changed(),
      hurry: () => this.#tools.tool.piece?.(),
    });
    this.view = new BoardView(part(root, ".easel"), { quick: true, pictures: events.picture });
    this.overlay.setAttribute("class", "board-overlay");
    this.overlay.setAttribute("aria-hidden", "true");
    this.desk.className = "board-sheet board-desk";
    this.view.page.append(this.desk, this.overlay);
    this.view.framed = () => this.#frame();
    this.#others = new Others(this.view, speaker, () => this.#turned);
    this.#ruler = new Ruler(this.desk, this.view);
    this.#strip = new Strip(
      part(root, ".frames"),
      (id) => this.ledger.page(id),
      (id) => this.pages.turn(id),
      events.thumbnail,
    );
    this.#hand = new Hand(this.view, this.#hands());
    this.#looking = new Looking(this.view, {
      told: () => this.ledger.book.view,
      tell: (op) => this.tell(op),
      changed: () => this.#paint(),
    });
    this.#tools = new Toolbox(this, part(root, ".easel"));
    this.#wire();
    new ResizeObserver(() => fitTools(root)).observe(part(root, ".easel"));
    this.#frame();
    this.#show();
  }

  /** Everything that was done so far is said. */
  flush(): void {
    this.#tools.renew();
    this.ledger.flush();
  }

  /** Nothing can be done here any more. */
  get locked(): boolean {
    return this.#locked;
  }

  /** The lesson has ended. */
  end(): void {
    this.flush();
    this.#locked = true;
    this.root.classList.add("locked");
  }

  /** Something came from the timeline. */
  hear(entry: Entry): void {
    this.#others.hear(entry);
    if (this.ledger.hear(entry)) this.#heard();
  }

  /** The tip of somebody else's pen, or laser. */
  passing(frame: Passing): void {
    this.#others.passing(frame);
  }

  // -- what tools work with -----------------------------------------------------------------------------------------

  get page(): Page {
    return this.ledger.page(this.#turned);
  }

  get facts(): PageFacts {
    return this.ledger.facts(this.#turned);
  }

  get setting(): Setting {
    return this.#tools.setting;
  }

  get width(): number {
    return this.#tools.width;
  }

  nextId(): number {
    return this.ledger.nextId(this.#turned);
  }

  say(op: Op, began?: number, ended?: number): void {
    this.ledger.say(`board/${this.#turned}`, op, began, ended);
  }

  tell(op: Op, began?: number, ended?: number): void {
    this.ledger.say("board", op, began, ended);
  }

  act(act: Act | null): void {
    if (!act) return;
    this.words(act.forth);
    this.did(act);
  }

  did(act: Act): void {
    this.#history.did(act);
    this.#paint();
  }

  expect(): void {
    this.ledger.expect();
  }

  pass(id: number, { tool, colour, width, points }: Tip & { readonly kind: "ink" }): void {
    if (this.ledger.onAir) this.events.pass({ page: this.#turned, id, tool, colour, width, points });
  }

  take(name: ToolName): void {
    this.#tools.take(name);
  }

  changed(): void {
    this.#paint();
  }

  /** Say all of these. */
  words(words: readonly Words[]): void {
    for (const { page, ops } of words)
      for (const op of ops) this.ledger.say(page === null ? "board" : `board/${page}`, op);
  }

  // -- what hands do ------------------------------------------------------------------------------------------------

  #hands(): HandListener {
    return {
      begin: (spot, manner) => {
        if (this.#locked) return;
        if (manner.erasing) this.#tools.turnOver();
        this.#tools.openFan(false);
        this.#ruler.begin(spot);
        this.#tools.tool.begin(spot, manner);
      },
      go: (spots, ahead, manner) => this.#locked || this.#tools.tool.go(spots, ahead, manner),
      end: (spot, manner) => {
        if (this.#locked) return;
        this.#tools.tool.end(spot, manner);
        this.#ruler.end();
        this.#tools.turnBack();
      },
      cancel: () => {
        this.#tools.tool.cancel();
        this.#ruler.end();
      },
      hover: (spot) => this.#locked || this.#tools.tool.hover?.(spot),
      look: (look) => this.#looking.look(look),
    };
  }

  #wire(): void {
    const bar = (event: Event) => (event.target as Element).closest<HTMLElement>("[data-do]");
    this.root.addEventListener("click", (event) => {
      const button = bar(event);
      if (button) this.do(button.dataset.do as string, button.dataset.value ?? "");
    });
    // What is being written keeps the keyboard while another colour is chosen for it.
    this.root.addEventListener("pointerdown", (event) => {
      if (bar(event)?.closest("[data-keeps-focus]")) event.preventDefault();
    });
    part<HTMLSelectElement>(this.root, "[data-paper]").addEventListener("change", (event) =>
      this.do("paper", (event.target as HTMLSelectElement).value),
    );
    addEventListener("keydown", (event) => this.#key(event));
    addEventListener("keyup", (event) => {
      if (event.key === " ") this.#hand.space = false;
    });
  }

  #key(event: KeyboardEvent): void {
    const { target } = event;
    if (this.#locked || event.defaultPrevented || this.root.dataset.scene === "camera") return;
    if (
      target instanceof HTMLElement &&
      (target.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName))
    )
      return;
    if (event.key === " " && target === document.body) {
      this.#hand.space = true;
      event.preventDefault();
    } else if (this.#tools.tool.key?.(event)) {
      event.preventDefault();
    } else {
      const act = actFor(event);
      if (!act) return;
      event.preventDefault();
      this.do(...act);
    }
  }

  /** What buttons and keys ask for. */
  do(act: string, value: string): void {
    if (this.#locked) return;
    this.#acts[act]?.(value);
    this.#paint();
  }

  readonly #acts: Readonly<Record<string, (value: string) => void>> = {
    tool: (value) => this.#tools.take(value as ToolName),
    shape: (value) => this.#tools.takeShape(value as ShapeName),
    fan: () => this.#tools.toggleFan(),
    way: (value) => this.#tools.choose(value),
    colour: (value) => this.#tools.dress({ colour: Number(value) }),
    width: (value) => this.#tools.dress({ width: Number(value) }),
    ruler: () => {
      this.#ruler.shown = !this.#ruler.shown;
    },
    undo: () => this.#undo("back"),
    redo: () => this.#undo("forth"),
    turn: (degrees) => this.#tools.selecting?.turn(Number(degrees)),
    double: () => this.#tools.selecting?.double(),
    remove: () => this.#tools.selecting?.remove(),
    clear: () => this.clear(),
    "add-page": () => this.pages.add(),
    slides: () => this.events.slides(),
    image: () => this.events.image(),
    "remove-page": () => this.pages.remove(),
    next: () => this.pages.turnBy(1),
    previous: () => this.pages.turnBy(-1),
    paper: (value) => this.pages.paper(value as Paper),
    closer: () => this.#hand.zoom(CLOSER),
    further: () => this.#hand.zoom(1 / CLOSER),
    whole: () => this.#looking.look(null),
    share: () => this.#looking.share(),
  };

  #undo(which: "back" | "forth"): void {
    this.#tools.renew();
    const act = which === "back" ? this.#history.undo() : this.#history.redo();
    if (!act) return;
    const there = this.ledger.book.pages.some((one) => one.id === act.seen);
    if (there && act.seen !== this.#turned) this.pages.turn(act.seen);
    this.words(act[which]);
  }

  /** The page turned up is wiped clean. */
  clear(): void {
    this.#tools.renew();
    this.act(cleared(this.page, this.speaker));
  }

  // -- what is seen -------------------------------------------------------------------------------------------------

  #changed(): void {
    if (this.#showing) return;
    // Operations come in bundles; what they make of the page is shown once, and within the frame.
    this.#showing = true;
    queueMicrotask(() => {
      this.#showing = false;
      this.#show();
    });
  }

  #heard(): void {
    const since = performance.now() - this.#shownAt;
    if (since >= SHOW_MS) this.#changed();
    else this.#soon ??= setTimeout(() => this.#show(), SHOW_MS - since);
  }

  #show(): void {
    clearTimeout(this.#soon);
    this.#soon = undefined;
    this.#shownAt = performance.now();
    const { book } = this.ledger;
    if (book.turned !== this.#turned) {
      this.#tools.renew(() => {
        this.#turned = book.turned;
      });
      this.#looking.turned(book.view);
    }
    this.view.show(this.page, this.facts, null);
    this.#others.show();
    this.#strip.show(book);
    this.#tools.tool.refresh?.();
    this.#paint();
  }

  #frame(): void {
    const { x, y, width } = this.view.looked;
    const { scale } = this.view;
    this.overlay.setAttribute("viewBox", `${x} ${y} ${width} ${(width * PAGE.height) / PAGE.width}`);
    this.desk.style.transform = `matrix(${scale},0,0,${scale},${-x * scale},${-y * scale})`;
    this.#tools?.tool.refresh?.();
  }

  #paint(): void {
    const { book } = this.ledger;
    const { facts } = this;
    this.root.dataset.page = this.#turned;
    this.root.dataset.pages = String(book.pages.length);
    this.root.dataset.things = String(this.#count.of(this.page));
    paintBar(this.root, {
      tool: this.#tools.name,
      shape: this.#tools.shape,
      fan: this.#tools.fan,
      ways: this.#tools.ways,
      setting: this.setting,
      chosen: this.#tools.selecting?.chosen.length ?? 0,
      ruler: this.#ruler.shown,
      canUndo: this.#history.canUndo,
      canRedo: this.#history.canRedo,
      paper: facts.paper,
      pictured: facts.picture !== null,
      pages: book.pages.length,
      look: this.view.looked ?? WHOLE,
      shared: this.#looking.shared,
    });
  }
}

function part<T extends HTMLElement = HTMLElement>(root: HTMLElement, selector: string): T {
  const found = root.querySelector<T>(selector);
  if (!found) throw new Error(selector);
  return found;
}
