/** The board in the studio: hands and keys, the tools they hold, pages, and what of a page is looked at. */
import { added, both, cleared, papered, put, removed } from "../board/acts";
import { saidAgain } from "../board/again";
import {
  HIGHLIGHTER,
  type Op,
  PAGE,
  PAPERS,
  type Page,
  type PageFacts,
  type Paper,
  PEN,
  type Picture,
} from "../board/board";
import type { Tip as PassingTip } from "../board/codec";
import { type Act, History, type Words } from "../board/history";
import { Hand, type HandListener, type Spot } from "../board/pen";
import { BoardView, type Look, type Tip, WHOLE } from "../board/view";
import type { Entry, Passing } from "../wire/frames";
import {
  type Bench,
  type Setting,
  SHAPES,
  type ShapeName,
  TOOLS,
  type Tool,
  type ToolName,
  WIDTHS,
} from "../write/bench";
import { EraserTool } from "../write/eraser-tool";
import { InkTool } from "../write/ink-tool";
import { Count } from "./count";
import { paintBar } from "./easel-bar";
import { actFor } from "./easel-keys";
import { Ledger, type LedgerEvents } from "./ledger";
import { Others } from "./others";
import { Strip } from "./strip";
import { FormulaTool } from "./tools/formula";
import { LaserTool } from "./tools/laser";
import { Ruler } from "./tools/ruler";
import { SelectTool } from "./tools/select";
import { ShapeTool } from "./tools/shape";
import { TextTool } from "./tools/text";

/** What comes from the timeline is shown at most so often: of a long lesson thousands of entries come at once. */
const SHOW_MS = 16;
/** Whoever looks closer is followed at most so often. */
const LOOK_MS = 200;
const CLOSER = 1.4;
/** Operations of a slate in one entry: each is of 4 kB at most, an entry of a MiB, and beyond that the server hears no more. */
const MOST_PRESENTED = 200;
/** The name above a slate that is shown to all. */
const HEADING = { kind: "text", x: 200, y: 80, w: 7600, size: 190, colour: 7 } as const;

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

/** How an eraser and a selection go about it: the first or the second way. */
interface Ways {
  eraser: "things" | "area";
  select: "box" | "loop";
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
  readonly overlay = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  readonly desk = document.createElement("div");
  readonly guided = (spot: Spot): Spot => this.#ruler.guided(spot);
  readonly #history = new History();
  readonly #strip: Strip;
  readonly #count = new Count();
  readonly #hand: Hand;
  readonly #ruler: Ruler;
  readonly #others: Others;
  readonly #settings: Record<ToolName, Setting> = {
    pen: { colour: 0, width: 1 },
    marker: { colour: 4, width: 1 },
    eraser: { colour: 0, width: 1 },
    select: { colour: 0, width: 1 },
    shape: { colour: 1, width: 1 },
    text: { colour: 0, width: 1 },
    formula: { colour: 0, width: 1 },
    laser: { colour: 2, width: 1 },
  };
  readonly #ways: Ways = { eraser: "things", select: "box" };
  #name: ToolName = "pen";
  #shape: ShapeName = "line";
  #fan = false;
  #tool: Tool;
  /** The tool of before, while the other end of the pen is used. */
  #laid: ToolName | null = null;
  #shared = true;
  #turned = "1";
  /** Of a document that is being laid, what is there already. */
  #laying: { readonly page: string; readonly act: Act }[] = [];
  #looking: ReturnType<typeof setTimeout> | undefined;
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
      hurry: () => this.#tool.piece?.(),
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
      (id) => this.turn(id),
      events.thumbnail,
    );
    this.#hand = new Hand(this.view, this.#hands());
    this.#tool = this.#make("pen");
    this.#wire();
    new ResizeObserver(() => this.#fitTools()).observe(part(root, ".easel"));
    this.#frame();
    this.#show();
  }

  /** Everything that was done so far is said. */
  flush(): void {
    this.#renew();
    this.ledger.flush();
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
    return this.#settings[this.#name];
  }

  get width(): number {
    return WIDTHS[this.#name][this.setting.width] as number;
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
    this.#words(act.forth);
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
    if (name === this.#name) return;
    this.#tool.close?.();
    this.#fan = false;
    this.#name = name;
    this.#tool = this.#make(name);
    this.#paint();
  }

  changed(): void {
    this.#paint();
  }

  #words(words: readonly Words[]): void {
    for (const { page, ops } of words)
      for (const op of ops) this.ledger.say(page === null ? "board" : `board/${page}`, op);
  }

  #make(name: ToolName): Tool {
    switch (name) {
      case "pen":
        return new InkTool(this, PEN);
      case "marker":
        return new InkTool(this, HIGHLIGHTER);
      case "eraser":
        return new EraserTool(this, () => this.#ways.eraser);
      case "select":
        return new SelectTool(this, () => this.#ways.select);
      case "shape":
        return new ShapeTool(this, this.#shape);
      case "text":
        return new TextTool(this);
      case "formula":
        return new FormulaTool(this, part(this.root, ".easel"));
      case "laser":
        return new LaserTool(this);
    }
  }

  /** What is under way is finished, what is chosen let go. */
  #renew(): void {
    this.#tool.close?.();
    this.#tool = this.#make(this.#name);
  }

  // -- what hands do ------------------------------------------------------------------------------------------------

  #hands(): HandListener {
    return {
      begin: (spot, manner) => {
        if (this.#locked) return;
        if (manner.erasing && this.#name !== "eraser") {
          const before = this.#name;
          this.take("eraser");
          this.#laid = before;
        }
        this.#openFan(false);
        this.#ruler.begin(spot);
        this.#tool.begin(spot, manner);
      },
      go: (spots, ahead, manner) => this.#locked || this.#tool.go(spots, ahead, manner),
      end: (spot, manner) => {
        if (this.#locked) return;
        this.#tool.end(spot, manner);
        this.#ruler.end();
        if (this.#laid) this.take(this.#laid);
        this.#laid = null;
      },
      cancel: () => {
        this.#tool.cancel();
        this.#ruler.end();
      },
      hover: (spot) => this.#locked || this.#tool.hover?.(spot),
      look: (look) => this.look(look),
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
    } else if (this.#tool.key?.(event)) {
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
    tool: (value) => TOOLS.includes(value as ToolName) && this.take(value as ToolName),
    shape: (value) => this.#takeShape(value as ShapeName),
    fan: () => {
      const open = !this.#fan || this.#name !== "shape";
      this.take("shape");
      this.#openFan(open);
    },
    way: (value) => this.#choose(value),
    colour: (value) => this.#dress({ colour: Number(value) }),
    width: (value) => this.#dress({ width: Number(value) }),
    ruler: () => {
      this.#ruler.shown = !this.#ruler.shown;
    },
    undo: () => this.#undo("back"),
    redo: () => this.#undo("forth"),
    turn: (degrees) => this.#tool instanceof SelectTool && this.#tool.turn(Number(degrees)),
    double: () => this.#tool instanceof SelectTool && this.#tool.double(),
    remove: () => this.#tool instanceof SelectTool && this.#tool.remove(),
    clear: () => this.#clear(),
    "add-page": () => this.#addPage(),
    slides: () => this.events.slides(),
    image: () => this.events.image(),
    "remove-page": () => this.#removePage(),
    next: () => this.#turnBy(1),
    previous: () => this.#turnBy(-1),
    paper: (value) => this.#paper(value as Paper),
    closer: () => this.#hand.zoom(CLOSER),
    further: () => this.#hand.zoom(1 / CLOSER),
    whole: () => this.look(null),
    share: () => this.#share(),
  };

  #takeShape(shape: ShapeName): void {
    if (!SHAPES.includes(shape)) return;
    this.#shape = shape;
    this.#openFan(false);
    if (this.#name === "shape") this.#renew();
    else this.take("shape");
  }

  #openFan(open: boolean): void {
    if (this.#fan === open) return;
    this.#fan = open;
    this.#paint();
  }

  #choose(way: string): void {
    if (way === "things" || way === "area") this.#ways.eraser = way;
    if (way === "box" || way === "loop") this.#ways.select = way;
  }

  #dress(by: Partial<Setting>): void {
    this.#settings[this.#name] = { ...this.setting, ...by };
    this.#tool.dress?.(by);
  }

  #undo(which: "back" | "forth"): void {
    this.#renew();
    const act = which === "back" ? this.#history.undo() : this.#history.redo();
    if (!act) return;
    const there = this.ledger.book.pages.some((one) => one.id === act.seen);
    if (there && act.seen !== this.#turned) this.turn(act.seen);
    this.#words(act[which]);
  }

  #clear(): void {
    this.#renew();
    this.act(cleared(this.page, this.speaker));
  }

  // -- pages --------------------------------------------------------------------------------------------------------

  turn(page: string): void {
    if (this.#locked || page === this.#turned) return;
    this.flush();
    this.tell({ op: "turned", page });
  }

  /** Everyone is shown this page, though nothing was written on it yet. */
  turnUp(): void {
    this.flush();
    this.tell({ op: "turned", page: this.#turned });
  }

  #turnBy(by: number): void {
    const { pages } = this.ledger.book;
    const page = pages[pages.findIndex((one) => one.id === this.#turned) + by];
    if (page) this.turn(page.id);
    else if (by > 0 && this.page.things.size > 0) this.#addPage();
  }

  #addPage(): void {
    this.flush();
    const { page, before } = this.#insert(this.#turned, null);
    this.tell({ op: "turned", page });
    this.did(added(page, before.id));
  }

  /** What was written elsewhere (a slate) on a new page of the lesson, under a heading, turned up. */
  present(written: Page, paper: Paper, heading: string): void {
    this.flush();
    const { page, before } = this.#insert(this.#turned, null, paper);
    const say = (op: Op) => this.ledger.say(`board/${page}`, op);
    const nextId = () => this.ledger.nextId(page);
    saidAgain(written, nextId).forEach((op, i) => {
      // A picture is a place on the timeline: a guest's word for one is not taken.
      if (op.op !== "thing" || op.thing.kind !== "image") say(op);
      if (i % MOST_PRESENTED === MOST_PRESENTED - 1) this.ledger.flush();
    });
    if (heading) {
      const thing = { ...HEADING, text: heading };
      say({ op: "thing", id: nextId(), thing });
    }
    this.ledger.flush();
    this.tell({ op: "turned", page });
    this.did(added(page, before.id));
  }

  /** A new page behind this one. */
  #insert(
    behind: string,
    picture: Picture | null,
    paper: Paper | null = null,
  ): { readonly page: string; readonly before: PageFacts } {
    const { pages } = this.ledger.book;
    const here = Math.max(
      0,
      pages.findIndex((one) => one.id === behind),
    );
    const [before, after] = [pages[here] as PageFacts, pages[here + 1]];
    const place = after ? (before.place + after.place) / 2 : before.place + 1;
    const page = freshName(pages.map((one) => one.id));
    this.tell({ op: "page", page, place, paper: picture ? "plain" : (paper ?? before.paper), picture });
    return { page, before };
  }

  /** A page of a document: on the page turned up if that is empty, else on a new one behind what was laid before. */
  lay(picture: Picture): void {
    const { facts } = this;
    const blank = facts.picture === null && [...this.page.things.values()].every((one) => one.gone);
    if (this.#laying.length === 0 && blank) {
      const act = papered(facts, { ...facts, paper: "plain", picture });
      this.#words(act.forth);
      this.#laying.push({ page: this.#turned, act });
      return;
    }
    const behind = this.#laying.at(-1)?.page ?? this.#turned;
    const { page, before } = this.#insert(behind, picture);
    this.#laying.push({ page, act: added(page, before.id) });
  }

  /** A picture on the page turned up, half as large as it at most: around this place of the screen, or in the middle. */
  place(picture: Picture, w: number, h: number, at: { readonly x: number; readonly y: number } | null): void {
    if (this.#locked) return;
    const { x, y, width } = this.view.looked;
    const height = (width * PAGE.height) / PAGE.width;
    const scale = Math.min((width * 0.5) / w, (height * 0.6) / h);
    const [wide, tall] = [Math.max(1, Math.round(w * scale)), Math.max(1, Math.round(h * scale))];
    const middle = at ? this.view.toBoard(at.x, at.y) : { x: x + width / 2, y: y + height / 2 };
    const id = this.nextId();
    const thing = {
      kind: "image",
      x: Math.round(middle.x - wide / 2),
      y: Math.round(middle.y - tall / 2),
      w: wide,
      h: tall,
      ...picture,
    } as const;
    this.say({ op: "thing", id, thing });
    this.did(put(this.#turned, [id]));
  }

  /** The document is laid: its first page is turned up, and all of it is undone at once. */
  laid(): void {
    const laying = this.#laying;
    this.#laying = [];
    const [first] = laying;
    if (!first) return;
    this.turn(first.page);
    this.did(laying.map((one) => one.act).reduce(both));
  }

  #removePage(): void {
    const { pages } = this.ledger.book;
    if (pages.length < 2) {
      this.#clear();
      return;
    }
    this.flush();
    const here = pages.findIndex((one) => one.id === this.#turned);
    const next = (pages[here + 1] ?? pages[here - 1]) as PageFacts;
    this.act(removed(this.#turned, next.id));
  }

  #paper(paper: Paper): void {
    const { facts } = this;
    if (PAPERS.includes(paper) && paper !== facts.paper) this.act(papered(facts, { ...facts, paper }));
  }

  // -- what is looked at --------------------------------------------------------------------------------------------

  look(look: Look | null): void {
    this.view.look(look);
    this.#paint();
    if (this.#shared) this.#looking ??= setTimeout(() => this.#tellLook(), LOOK_MS);
  }

  #tellLook(): void {
    clearTimeout(this.#looking);
    this.#looking = undefined;
    const look = this.view.looked;
    const view = this.#shared && look.width < PAGE.width ? look : null;
    const before = this.ledger.book.view;
    if (view?.x !== before?.x || view?.y !== before?.y || view?.width !== before?.width)
      this.tell({ op: "view", view });
  }

  #share(): void {
    this.#shared = !this.#shared;
    this.#tellLook();
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
      this.#tool.close?.();
      this.#turned = book.turned;
      this.#tool = this.#make(this.#name);
      clearTimeout(this.#looking);
      this.#looking = undefined;
      this.view.look(book.view);
    }
    this.view.show(this.page, this.facts, null);
    this.#others.show();
    this.#strip.show(book);
    this.#tool.refresh?.();
    this.#paint();
  }

  #frame(): void {
    const { x, y, width } = this.view.looked;
    const { scale } = this.view;
    this.overlay.setAttribute("viewBox", `${x} ${y} ${width} ${(width * PAGE.height) / PAGE.width}`);
    this.desk.style.transform = `matrix(${scale},0,0,${scale},${-x * scale},${-y * scale})`;
    this.#tool?.refresh?.();
  }

  /** Beside a low stage the tools stand in two columns. */
  #fitTools(): void {
    const tools = part(this.root, ".tools");
    const button = tools.querySelector<HTMLElement>(".tool")?.offsetHeight ?? 0;
    const count = tools.querySelectorAll(":scope > .tool, :scope > .shapes").length;
    // Two pixels between them, and a line.
    const low = part(this.root, ".easel").clientHeight < count * (button + 2) + 20;
    if (button > 0) tools.style.setProperty("--columns", low ? "2" : "1");
  }

  #paint(): void {
    const { book } = this.ledger;
    const { facts } = this;
    this.root.dataset.page = this.#turned;
    this.root.dataset.pages = String(book.pages.length);
    this.root.dataset.things = String(this.#count.of(this.page));
    paintBar(this.root, {
      tool: this.#name,
      shape: this.#shape,
      fan: this.#fan,
      ways: this.#ways,
      setting: this.setting,
      chosen: this.#tool instanceof SelectTool ? this.#tool.chosen.length : 0,
      ruler: this.#ruler.shown,
      canUndo: this.#history.canUndo,
      canRedo: this.#history.canRedo,
      paper: facts.paper,
      pictured: facts.picture !== null,
      pages: book.pages.length,
      look: this.view.looked ?? WHOLE,
      shared: this.#shared,
    });
  }
}

const LETTERS = "abcdefghijkmnpqrstuvwxyz23456789";

function freshName(taken: readonly string[]): string {
  for (;;) {
    const bytes = crypto.getRandomValues(new Uint8Array(5));
    const name = [...bytes].map((byte) => LETTERS[byte % LETTERS.length]).join("");
    if (!taken.includes(name)) return name;
  }
}

function part<T extends HTMLElement = HTMLElement>(root: HTMLElement, selector: string): T {
  const found = root.querySelector<T>(selector);
  if (!found) throw new Error(selector);
  return found;
}
