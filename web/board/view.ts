/**
 * One page of the board in a host element, at any size. It paints what it is given and knows neither lines nor folds.
 *
 * Layers, from below: paper, pictures, marks (highlighter), texts and formulas, ink (strokes and shapes), tips (what is being
 * written, by whomever; what a hand holds; the laser). What is finished is drawn once (`layer.ts`).
 */
import "./board.css";
import {
  COLOURS,
  HIGHLIGHTER,
  type Ink,
  type Matrix,
  PAGE,
  type Page,
  type PageFacts,
  type Placed,
  type Points,
  type Shape,
} from "./board";
import { type Box, carried, joined } from "./box";
import { changes, emptyPage } from "./fold";
import { Lasers } from "./laser";
import { canvas, draw, Layer } from "./layer";
import { IDENTITY } from "./matrix";
import { type Frame, linesOf } from "./paper";
import { boxOf, type Colours, drawingOf, inkBy } from "./paths";
import { isWritten, type Pictures, Sheet } from "./sheet";

export interface Look {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/** A stroke that is being written: what of it is not on its page yet. Or a shape that is being drawn. */
export type Tip =
  | {
      readonly kind: "ink";
      readonly tool: number;
      readonly colour: number;
      readonly width: number;
      readonly points: Points;
    }
  | Shape;

export interface BoardSettings {
  /** Where pictures come from. */
  readonly pictures?: Pictures;
  /** Whoever writes here wants the tip at once, even if it may tear. */
  readonly quick?: boolean;
}

/** What is shown of a page when nobody looks closer. */
export const WHOLE: Look = { x: 0, y: 0, width: PAGE.width };
/** Beyond this, more pixels are not seen. */
const WIDEST = 3840;
/** Between two pieces of a stroke, as they are said, the pen is not lifted. */
const LIFTED_MS = 100;
const FACTS: PageFacts = { id: "1", place: 0, paper: "plain", picture: null, gone: false };

export class BoardView {
  /** The page, for whoever lays something over it (16:9, CSS pixels). */
  readonly page = document.createElement("div");
  /** Called when the page has another size or frame. */
  framed: (() => void) | null = null;

  readonly #host: HTMLElement;
  readonly #watch: ResizeObserver;
  readonly #theme = matchMedia("(prefers-color-scheme: dark)");
  readonly #paper = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  readonly #sheet: Sheet;
  readonly #marks: Layer;
  readonly #ink: Layer;
  readonly #tip: CanvasRenderingContext2D;
  readonly #markTip: CanvasRenderingContext2D;
  readonly #tips = new Map<string, Tip>();
  #colours: { readonly ink: Colours; readonly marks: Colours } | null = null;

  #shown: Page = emptyPage("1");
  #facts = FACTS;
  #t: number | null = null;
  /** Strokes that go on after `t`. */
  #growing = new Set<string>();
  /** What has to be drawn anew in the next frame. */
  readonly #due = new Set<string>();
  #held: { readonly names: ReadonlySet<string>; readonly by: Matrix | null } | null = null;
  readonly #lasers = new Lasers();

  #look: Look = WHOLE;
  #width = 0;
  #dots = 1;
  #stirred = false;
  #restart = true;
  #more = false;
  #tipped: Box | null = null;
  #closed = false;

  constructor(host: HTMLElement, settings: BoardSettings = {}) {
    this.#host = host;
    host.classList.add("board");
    this.page.className = "board-page";
    this.#paper.setAttribute("class", "board-paper");
    this.#paper.setAttribute("aria-hidden", "true");
    const colours = (which: "ink" | "marks") => () => this.#palette[which];
    const isMark = (placed: Placed) => placed.what.kind === "ink" && placed.what.tool === HIGHLIGHTER;
    const here = (placed: Placed) => !this.#growing.has(placed.name) && !this.#held?.names.has(placed.name);
    this.#marks = new Layer("board-marked", (one) => isMark(one) && here(one), colours("marks"));
    this.#ink = new Layer(
      "board-ink",
      (one) => !isMark(one) && !isWritten(one.what) && here(one),
      colours("ink"),
    );
    this.#tip = canvas("board-tip", settings.quick ? { desynchronized: true } : {});
    this.#markTip = canvas("board-tip");
    this.#sheet = new Sheet(settings.pictures ?? (() => Promise.reject(new Error("no pictures here"))));
    const marks = Object.assign(document.createElement("div"), { className: "board-marks" });
    marks.append(this.#marks.element, this.#markTip.canvas);
    this.page.append(
      this.#paper,
      this.#sheet.pictures,
      marks,
      this.#sheet.words,
      this.#ink.element,
      this.#tip.canvas,
    );
    host.append(this.page);
    this.#watch = new ResizeObserver(() => this.#fit());
    this.#watch.observe(host);
    this.#theme.addEventListener("change", this.#recolour);
    this.#fit();
  }

  close(): void {
    this.#closed = true;
    this.#watch.disconnect();
    this.#theme.removeEventListener("change", this.#recolour);
    this.page.remove();
    this.#host.classList.remove("board", "lit");
  }

  /** This page, as it is at `t` on the lesson's clock (strokes grow by it); null: as far as it is known. */
  show(page: Page, facts: PageFacts, t: number | null): void {
    const before = this.#shown;
    this.#t = t;
    if (facts !== this.#facts) this.#dress(facts);
    if (page.id !== before.id) {
      this.#shown = page;
      this.#tips.clear();
      this.#growing = new Set();
      this.#held = null;
      this.#lasers.clear();
      this.#sheet.clear();
      for (const [name, placed] of page.things) this.#follow(name, placed);
      this.#restart = true;
      this.#stir();
      return;
    }
    const names = new Set(page === before ? [] : changes(before, page));
    this.#shown = page;
    const grown = this.#growing.size > 0 || names.size > 0;
    for (const name of this.#growing) names.add(name);
    for (const name of names) this.#follow(name, page.things.get(name));
    for (const name of names) this.#due.add(name);
    if (grown) this.#stir();
  }

  /** These things are no longer what they were (`show` finds out by itself; this is for whoever knows). */
  touched(names: Iterable<string>): void {
    const list = [...names];
    for (const name of list) this.#follow(name, this.#shown.things.get(name));
    for (const name of list) this.#due.add(name);
    this.#stir();
  }

  /** What is being written under this name; null: no more (its page has it, or it was given up). */
  tip(name: string, tip: Tip | null): void {
    if (tip) this.#tips.set(name, tip);
    else if (!this.#tips.delete(name)) return;
    this.#stir();
  }

  /** Where a laser points, one of several if it is named; null: nowhere. Its trail fades by itself. */
  laser(at: { readonly x: number; readonly y: number } | null, whose = ""): void {
    this.#lasers.point(whose, at, performance.now());
    this.#stir();
  }

  /** These things are held by a hand: drawn moved by this matrix, or not at all; null: laid down again. */
  hold(names: Iterable<string> | null, by: Matrix | null = null): void {
    const before = this.#held?.names ?? new Set<string>();
    this.#held = names ? { names: new Set(names), by } : null;
    const now = this.#held?.names ?? new Set<string>();
    for (const name of new Set([...before, ...now])) {
      this.#follow(name, this.#shown.things.get(name));
      this.#sheet.hold(name, now.has(name) ? by : null);
    }
    for (const name of [...before, ...now]) if (before.has(name) !== now.has(name)) this.#due.add(name);
    this.#stir();
  }

  /** What of the page is looked at (16:9); null: the whole. */
  look(look: Look | null): void {
    const { x, y, width } = look ?? WHOLE;
    if (x === this.#look.x && y === this.#look.y && width === this.#look.width) return;
    this.#look = { x, y, width };
    this.#lay();
  }

  get looked(): Look {
    return this.#look;
  }

  /** CSS pixels a board unit. */
  get scale(): number {
    return this.#width / this.#look.width;
  }

  toBoard(clientX: number, clientY: number): { x: number; y: number } {
    const { left, top } = this.page.getBoundingClientRect();
    return {
      x: this.#look.x + (clientX - left) / this.scale,
      y: this.#look.y + (clientY - top) / this.scale,
    };
  }

  /** What a thing covers, in board units; null: it is not there. */
  box(name: string): Box | null {
    const placed = this.#shown.things.get(name);
    if (!placed || placed.gone) return null;
    if (!isWritten(placed.what)) return boxOf(placed);
    const box = this.ownBox(name);
    return box && carried(box, placed.matrix);
  }

  /** The same in its own units, before it was moved or turned. */
  ownBox(name: string): Box | null {
    const placed = this.#shown.things.get(name);
    if (!placed || placed.gone) return null;
    const { what } = placed;
    if (!isWritten(what)) return drawingOf(what).box;
    const size = what.kind === "image" ? { width: what.w, height: what.h } : this.#sheet.size(name);
    return size && { x1: what.x, y1: what.y, x2: what.x + size.width, y2: what.y + size.height };
  }

  // -- what is where ------------------------------------------------------------------------------------------------

  /** Keep book of one thing: on the sheet, or still growing. */
  #follow(name: string, placed: Placed | undefined): void {
    if (placed && isWritten(placed.what)) {
      const hidden = this.#held?.by === null && this.#held.names.has(name);
      this.#sheet.put(name, placed.gone || hidden ? null : placed);
      return;
    }
    this.#sheet.put(name, null);
    const { what } = placed ?? {};
    const last = what?.kind === "ink" ? what.pieces.at(-1) : undefined;
    if (this.#t !== null && last && last.ends + LIFTED_MS > this.#t && !placed?.gone) this.#growing.add(name);
    else this.#growing.delete(name);
  }

  #dress(facts: PageFacts): void {
    const before = this.#facts;
    this.#facts = facts;
    this.#sheet.ground(facts);
    if (before.paper !== facts.paper) this.#rule();
    // A slide is white, whatever the hour: what is written on it keeps the colours of the day.
    const lit = facts.picture !== null;
    if (this.#host.classList.toggle("lit", lit) !== (before.picture !== null)) this.#recolour();
  }

  readonly #recolour = (): void => {
    this.#colours = null;
    this.#restart = true;
    this.#stir();
  };

  get #palette() {
    if (!this.#colours) {
      const style = getComputedStyle(this.page);
      const row = (name: string) =>
        Array.from({ length: COLOURS }, (_, i) => style.getPropertyValue(`--${name}-${i}`).trim());
      this.#colours = { ink: row("board"), marks: row("mark") };
    }
    return this.#colours;
  }

  // -- how large ----------------------------------------------------------------------------------------------------

  #fit(): void {
    const { clientWidth, clientHeight } = this.#host;
    const width = Math.floor(Math.min(clientWidth, (clientHeight * PAGE.width) / PAGE.height));
    const height = Math.round((width * PAGE.height) / PAGE.width);
    const { style } = this.page;
    style.inlineSize = `${width}px`;
    style.blockSize = `${height}px`;
    style.translate = `${Math.round((clientWidth - width) / 2)}px ${Math.round((clientHeight - height) / 2)}px`;
    this.#width = width;
    this.#dots = width > 0 ? Math.min(devicePixelRatio, WIDEST / width) : 1;
    this.#lay();
  }

  #lay(): void {
    this.#sheet.frame(this.#frame);
    this.#rule();
    this.#restart = true;
    this.#stir();
    this.framed?.();
  }

  /** In CSS pixels. */
  get #frame(): Frame {
    return { x: this.#look.x, y: this.#look.y, scale: this.scale };
  }

  /** In device pixels. */
  get #fine(): Frame {
    return { ...this.#frame, scale: this.scale * this.#dots };
  }

  #rule(): void {
    if (this.#width === 0) return;
    const paths = linesOf(this.#facts.paper, this.#frame).map(({ weight, path }) => {
      const element = document.createElementNS("http://www.w3.org/2000/svg", "path");
      element.setAttribute("class", weight);
      element.setAttribute("d", path);
      return element;
    });
    this.#paper.replaceChildren(...paths);
  }

  // -- painting -----------------------------------------------------------------------------------------------------

  #stir(): void {
    if (this.#stirred || this.#closed) return;
    this.#stirred = true;
    requestAnimationFrame(() => {
      this.#stirred = false;
      this.#paint();
    });
  }

  #paint(): void {
    if (this.#width === 0 || this.#closed) return;
    if (this.#restart) this.#paintAll();
    else this.#paintDue();
    this.#paintTips();
    if (this.#more || this.#lasers.fading) this.#stir();
  }

  /** What changed goes from one layer to another in one and the same frame as the tips: else it blinks. */
  #paintDue(): void {
    if (this.#due.size > 0) {
      const marks = this.#marks.change(this.#shown, this.#due);
      this.#more = this.#ink.change(this.#shown, this.#due) || marks;
      this.#due.clear();
    }
    if (this.#more) this.#more = this.#goOn();
  }

  #paintAll(): void {
    this.#restart = false;
    this.#due.clear();
    const [width, height] = [this.page.clientWidth, this.page.clientHeight].map((n) =>
      Math.round(n * this.#dots),
    );
    for (const { canvas: element } of [this.#tip, this.#markTip])
      if (element.width !== width || element.height !== height) Object.assign(element, { width, height });
    this.#tipped = null;
    this.#wipe(null);
    const frame = this.#fine;
    this.#marks.restart(this.#shown, frame, width as number, height as number);
    this.#ink.restart(this.#shown, frame, width as number, height as number);
    this.#more = this.#goOn();
  }

  #goOn(): boolean {
    const marks = this.#marks.goOn();
    return this.#ink.goOn() || marks;
  }

  #wipe(box: Box | null): void {
    for (const context of [this.#tip, this.#markTip]) {
      context.setTransform(1, 0, 0, 1, 0, 0);
      if (!box) {
        context.clearRect(0, 0, context.canvas.width, context.canvas.height);
        continue;
      }
      const { x, y, scale } = this.#fine;
      context.clearRect(
        Math.floor((box.x1 - x) * scale) - 2,
        Math.floor((box.y1 - y) * scale) - 2,
        Math.ceil((box.x2 - box.x1) * scale) + 5,
        Math.ceil((box.y2 - box.y1) * scale) + 5,
      );
    }
  }

  #paintTips(): void {
    if (this.#tipped) this.#wipe(this.#tipped);
    this.#tipped = null;
    const frame = this.#fine;
    const paint = (placed: Placed, by: Matrix | null = null) => {
      const mark = placed.what.kind === "ink" && placed.what.tool === HIGHLIGHTER;
      const colours = mark ? this.#palette.marks : this.#palette.ink;
      draw(mark ? this.#markTip : this.#tip, frame, placed, colours, by);
      const box = by ? carried(boxOf(placed), by) : boxOf(placed);
      this.#tipped = this.#tipped ? joined(this.#tipped, box) : box;
    };
    for (const name of this.#growing) {
      const placed = this.#shown.things.get(name);
      if (placed?.what.kind !== "ink" || this.#tips.has(name)) continue;
      const what = inkBy(placed.what, this.#t as number);
      if (what) paint({ ...placed, what });
    }
    if (this.#held?.by)
      for (const name of this.#held.names) {
        const placed = this.#shown.things.get(name);
        if (placed && !placed.gone && !isWritten(placed.what)) paint(placed, this.#held.by);
      }
    for (const [name, tip] of this.#tips) paint(this.#whole(name, tip));
    const lit = this.#lasers.paint(this.#tip, frame, performance.now());
    if (lit) this.#tipped = this.#tipped ? joined(this.#tipped, lit) : lit;
  }

  /** What of a stroke is on its page, and its tip: one line, with no seam. */
  #whole(name: string, tip: Tip): Placed {
    if (tip.kind !== "ink") return { name, what: tip, matrix: IDENTITY, gone: false };
    const before = this.#shown.things.get(name);
    const piece = { begins: 0, ends: 0, points: tip.points };
    if (before?.what.kind === "ink" && !before.gone) {
      // What lies further back is drawn already.
      const what: Ink = { ...before.what, pieces: [...before.what.pieces.slice(-2), piece] };
      return { ...before, what };
    }
    const { tool, colour, width } = tip;
    return {
      name,
      what: { kind: "ink", tool, colour, width, pieces: [piece], parts: null },
      matrix: IDENTITY,
      gone: false,
    };
  }
}
