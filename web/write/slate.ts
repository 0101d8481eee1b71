/**
 * One page on a track of its own, on which several may write: a slate. Shows what is on it, and lets a hand write with a pen and
 * rub out. What is written counts here at once; it is said in entries that the server stamps.
 */
import { cleared } from "../board/acts";
import { type Op, PAGE, type Page, type PageFacts, type Paper, PEN } from "../board/board";
import { nameOf } from "../board/fold";
import { type Act, History, type Words } from "../board/history";
import { Hand, type Spot } from "../board/pen";
import { BoardView, type Tip } from "../board/view";
import type { Entry } from "../wire/frames";
import { type Bench, type Setting, type Tool, type ToolName, WIDTHS } from "./bench";
import { EraserTool } from "./eraser-tool";
import { InkTool } from "./ink-tool";
import { Notebook, type Waiting } from "./notebook";
import { portions } from "./portions";
import { BoardSpeaker } from "./speaker";

/** A slate is a page like others, under this name. */
const ID = "1";
const TRACK = `board/${ID}`;

export interface SlateEvents {
  /** Say this on the slate's track, stamped. Under which number it was said; null: it could not be. */
  say(payload: Uint8Array<ArrayBuffer>): number | null;
  /** Something on it is different, or what can be done is. */
  changed(): void;
}

export class SlatePage implements Bench {
  readonly view: BoardView;
  readonly overlay = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  readonly desk = document.createElement("div");
  readonly guided = (spot: Spot): Spot => spot;
  readonly facts: PageFacts;
  readonly #notebook: Notebook;
  readonly #gathering: BoardSpeaker;
  readonly #history = new History();
  readonly #hand: Hand;
  #setting: Setting = { colour: 0, width: 1 };
  #name: "pen" | "eraser" = "pen";
  #tool: Tool;
  #unsaid: Waiting[] = [];
  #locked = false;

  constructor(
    host: HTMLElement,
    readonly speaker: string,
    paper: Paper,
    private readonly events: SlateEvents,
    /** What was heard of it so far. */
    notebook = new Notebook(),
  ) {
    this.#notebook = notebook;
    this.facts = { id: ID, place: 0, paper, picture: null, gone: false };
    this.view = new BoardView(host, { quick: true });
    this.overlay.setAttribute("class", "board-overlay");
    this.overlay.setAttribute("aria-hidden", "true");
    this.overlay.setAttribute("viewBox", `0 0 ${PAGE.width} ${PAGE.height}`);
    this.view.page.append(this.overlay);
    this.#gathering = new BoardSpeaker({
      gathered: ({ ops }) => {
        const waiting = this.#unsaid;
        this.#unsaid = [];
        let number: number | null = null;
        for (const payload of portions(ops)) number = events.say(payload);
        for (const one of waiting) one.number = number;
      },
      hurry: () => this.#tool.piece?.(),
    });
    // Pieces of strokes are told apart by this page's own clock; when they were said the server knows.
    this.#gathering.begin(0, performance.now());
    this.#tool = new InkTool(this, PEN);
    this.#hand = new Hand(this.view, {
      begin: (spot, manner) => {
        if (this.#locked) return;
        if (manner.erasing) this.take("eraser");
        this.#tool.begin(spot, manner);
      },
      go: (spots, ahead, manner) => this.#locked || this.#tool.go(spots, ahead, manner),
      end: (spot, manner) => this.#locked || this.#tool.end(spot, manner),
      cancel: () => this.#tool.cancel(),
      hover: (spot) => this.#locked || this.#tool.hover?.(spot),
      look: () => undefined,
    });
    this.#show();
  }

  close(): void {
    this.flush();
    this.#hand.close();
    this.view.close();
  }

  /** An entry of the slate's track, from whoever wrote it. */
  hear(entry: Entry): void {
    if (this.#notebook.hear(asPage(entry)) !== undefined) this.#show();
  }

  /** Everything that was written so far is said. */
  flush(): void {
    this.#tool.close?.();
    this.#gathering.flush();
  }

  /** Nothing can be written any more, or again. */
  set locked(locked: boolean) {
    if (locked === this.#locked) return;
    if (locked) this.flush();
    this.#locked = locked;
  }

  get tool(): "pen" | "eraser" {
    return this.#name;
  }

  set colour(colour: number) {
    this.#setting = { ...this.#setting, colour };
    this.take("pen");
  }

  get canUndo(): boolean {
    return this.#history.canUndo;
  }

  undo(): void {
    this.#tool.close?.();
    const act = this.#history.undo();
    if (act) this.#words(act.back);
  }

  get canRedo(): boolean {
    return this.#history.canRedo;
  }

  redo(): void {
    this.#tool.close?.();
    const act = this.#history.redo();
    if (act) this.#words(act.forth);
  }

  clear(): void {
    this.#tool.close?.();
    this.act(cleared(this.page, this.speaker));
  }

  // -- what tools work with -----------------------------------------------------------------------------------------

  get page(): Page {
    return this.#notebook.page(ID);
  }

  get setting(): Setting {
    return this.#setting;
  }

  get width(): number {
    return WIDTHS[this.#name][this.#name === "pen" ? 1 : 2];
  }

  nextId(): number {
    let id = this.#notebook.lastId(ID, this.speaker) + 1;
    while (this.page.things.has(nameOf(this.speaker, id))) id += 1;
    return id;
  }

  say(op: Op, began = performance.now(), ended = began): void {
    this.#unsaid.push(this.#notebook.say(TRACK, this.speaker, 0, [op]));
    this.#gathering.say(TRACK, { op, began, ended });
    this.#show();
  }

  tell(): void {
    // A slate has no book of pages.
  }

  act(act: Act | null): void {
    if (!act) return;
    this.#words(act.forth);
    this.did(act);
  }

  did(act: Act): void {
    this.#history.did(act);
    this.events.changed();
  }

  expect(): void {
    this.#gathering.expect();
  }

  pass(_id: number, _tip: Tip): void {
    // The tip goes nowhere: who looks on has time.
  }

  take(name: ToolName): void {
    const tool = name === "eraser" ? "eraser" : "pen";
    if (tool !== this.#name) {
      this.#tool.close?.();
      this.#name = tool;
      this.#tool = tool === "pen" ? new InkTool(this, PEN) : new EraserTool(this, () => "things");
    }
    this.events.changed();
  }

  changed(): void {
    this.events.changed();
  }

  #words(words: readonly Words[]): void {
    for (const { ops } of words) for (const op of ops) this.say(op);
  }

  #show(): void {
    this.view.show(this.page, this.facts, null);
    this.events.changed();
  }
}

/** An entry of a slate's track as one of a page of a board, which its payload is like. */
export function asPage(entry: Entry): Entry {
  return { ...entry, track: TRACK };
}

/** The page of a slate, in this notebook. */
export function pageIn(notebook: Notebook): Page {
  return notebook.page(ID);
}
