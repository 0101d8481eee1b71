/**
 * The pen that a teacher lends a class: its strokes go onto the lesson's board, under its own name, as long as its ticket holds.
 * They are seen here at once, and by everyone once they are on the timeline.
 */
import { type Op, type Page, PEN, type Points } from "../board/board";
import { Hand, type Spot } from "../board/pen";
import type { BoardView, Tip } from "../board/view";
import { STAMP } from "../wire/frames";
import { say } from "../wire/say";
import { TicketHolder } from "../wire/tickets";
import type { Bench } from "../write/bench";
import { WIDTHS } from "../write/bench";
import { InkTool } from "../write/ink-tool";
import { portions } from "../write/portions";
import { BoardSpeaker } from "../write/speaker";

/** A ticket holds for a minute, and a new one comes every 20 s: one that did not come for so long was not sent. */
export const DRY_MS = 50_000;
const AGAIN_MS = 1_500;

/** The page on which it writes. */
export interface Ground {
  readonly view: BoardView;
  readonly page: Page;
}

interface Stroke {
  readonly page: string;
  readonly xy: number[];
  readonly pressures: number[] | null;
  readonly colour: number;
  readonly width: number;
  pieces: number;
}

export class LentPen {
  readonly #speaking: BoardSpeaker;
  readonly #ground = document.createElement("div");
  /** Said, and not on the page yet. */
  readonly #strokes = new Map<string, Stroke>();
  readonly #numbers = new Map<string, number>();
  #hand: Hand | null = null;
  #tool: InkTool | null = null;
  #on: Ground | null = null;
  #ticket = "";
  #lentAt = Number.NEGATIVE_INFINITY;
  #colour = 5;
  #id = 0;
  #last: { readonly track: string; readonly id: number }[] = [];
  #queue: { readonly track: string; readonly payload: Uint8Array<ArrayBuffer> }[] = [];
  #saying = false;

  constructor(
    private readonly timeline: string,
    private readonly speaker: () => string,
    private readonly changed: () => void,
  ) {
    this.#ground.className = "lent-pen";
    this.#speaking = new BoardSpeaker({
      gathered: ({ ops, draft: { track } }) => {
        for (const payload of portions(ops)) this.#queue.push({ track, payload });
        void this.#say();
      },
      hurry: () => this.#tool?.piece(),
    });
    this.#speaking.begin(0, performance.now());
  }

  /** The pen is lent, for another minute. */
  lend(ticket: string): void {
    this.#ticket = ticket;
    this.#lentAt = performance.now();
    this.changed();
  }

  takeBack(): void {
    this.#lentAt = Number.NEGATIVE_INFINITY;
    this.#drop();
  }

  get lent(): boolean {
    return performance.now() - this.#lentAt < DRY_MS && this.speaker() !== "";
  }

  get colour(): number {
    return this.#colour;
  }

  set colour(colour: number) {
    this.#colour = colour;
  }

  get canUndo(): boolean {
    return this.#last.length > 0;
  }

  /** Its last stroke is taken off the board. */
  undo(): void {
    const last = this.#last.pop();
    if (!last) return;
    this.#strokes.delete(`${this.speaker()} ${last.id}`);
    this.#speaking.say(last.track, {
      op: { op: "gone", things: [last.id] },
      began: performance.now(),
      ended: performance.now(),
    });
    this.changed();
  }

  /** Where it writes now; null: nowhere. Called several times a second. */
  on(ground: Ground | null): void {
    const where = this.lent ? ground : null;
    if (where?.view !== this.#on?.view || where?.page.id !== this.#on?.page.id) {
      this.#drop();
      if (where) this.#take(where);
    }
    this.#on = where;
    if (where) this.#settle(where);
  }

  #take({ view }: Ground): void {
    view.page.append(this.#ground);
    this.#hand = new Hand(
      view,
      {
        begin: (spot, manner) => {
          this.#tool = new InkTool(this.#bench(), PEN);
          this.#tool.begin(spot, manner);
        },
        go: (spots, ahead) => this.#tool?.go(spots, ahead),
        end: (spot) => {
          this.#tool?.end(spot);
          this.#tool = null;
        },
        cancel: () => {
          this.#tool?.cancel();
          this.#tool = null;
        },
        look: () => undefined,
      },
      this.#ground,
    );
    // What is done with the pen is not done to the page.
    for (const type of ["pointerdown", "pointermove", "pointerup", "wheel", "dblclick"])
      this.#ground.addEventListener(type, (event) => event.stopPropagation());
  }

  #drop(): void {
    this.#tool?.close();
    this.#tool = null;
    this.#speaking.flush();
    this.#hand?.close();
    this.#hand = null;
    this.#ground.remove();
  }

  /** What the ink tool works with: this page, this pen. */
  #bench(): Bench {
    const on = this.#on as Ground;
    const track = `board/${on.page.id}`;
    const nothing = () => undefined;
    const setting = { colour: this.#colour, width: 1 };
    return {
      view: on.view,
      speaker: this.speaker(),
      overlay: document.createElementNS("http://www.w3.org/2000/svg", "svg"),
      desk: this.#ground,
      page: on.page,
      facts: { id: on.page.id, place: 0, paper: "plain", picture: null, gone: false },
      setting,
      width: WIDTHS.pen[1],
      nextId: () => ++this.#id,
      say: (op, began = performance.now(), ended = began) => {
        this.#remember(op, on, setting.colour);
        this.#speaking.say(track, { op, began, ended });
      },
      tell: nothing,
      act: nothing,
      did: () => {
        this.#last.push({ track, id: this.#id });
        this.changed();
      },
      expect: () => this.#speaking.expect(),
      pass: (_id: number, _tip: Tip) => undefined,
      guided: (spot: Spot) => spot,
      take: nothing,
      changed: nothing,
    };
  }

  /** What was said of a stroke stays in sight until the page has it. */
  #remember(op: Op, { view, page }: Ground, colour: number): void {
    if (op.op !== "ink" && op.op !== "more") return;
    const name = `${this.speaker()} ${op.id}`;
    const before = this.#strokes.get(name);
    const stroke: Stroke = before ?? {
      page: page.id,
      xy: [],
      pressures: op.points.pressures ? [] : null,
      colour,
      width: WIDTHS.pen[1],
      pieces: 0,
    };
    const [x, y] = before ? [stroke.xy.at(-2) as number, stroke.xy.at(-1) as number] : [0, 0];
    for (const [i, one] of op.points.xy.entries()) stroke.xy.push(one + (i % 2 ? y : x));
    stroke.pressures?.push(...(op.points.pressures ?? []));
    stroke.pieces += 1;
    this.#strokes.set(name, stroke);
    const points: Points = { xy: stroke.xy, pressures: stroke.pressures };
    view.tip(`${name} said`, { kind: "ink", tool: PEN, colour, width: stroke.width, points });
  }

  #settle({ view, page }: Ground): void {
    for (const [name, { pieces }] of this.#strokes) {
      const there = page.things.get(name)?.what;
      if (there?.kind !== "ink" || there.pieces.length < pieces) continue;
      this.#strokes.delete(name);
      view.tip(`${name} said`, null);
    }
  }

  async #say(): Promise<void> {
    if (this.#saying) return;
    this.#saying = true;
    for (let next = this.#queue[0]; next; next = this.#queue[0]) {
      const { track, payload } = next;
      const speaker = this.speaker();
      const number = (this.#numbers.get(track) ?? 0) + 1;
      const entry = { seq: 0, track, speaker, number, t: 0, duration: 0, flags: STAMP, payload };
      try {
        await say(this.timeline, [entry], new Lent(this.#ticket));
        this.#numbers.set(track, number);
        this.#queue.shift();
      } catch {
        // While the pen is lent it is said again; what was not said by then is not on the board.
        if (!this.lent) this.#queue = [];
        else await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      }
    }
    this.#saying = false;
  }
}

/** A ticket that only whoever lent it renews. */
class Lent extends TicketHolder {
  constructor(ticket: string) {
    super(ticket, "");
  }

  override renew(): Promise<string> {
    return Promise.reject(new Error("The pen is dry."));
  }
}
