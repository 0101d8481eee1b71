/** What of the page is looked at in the studio, and whether those who follow look along. */
import { type Book, type Op, PAGE } from "../board/board";
import type { BoardView, Look } from "../board/view";

/** Whoever looks closer is followed at most so often. */
const LOOK_MS = 200;

export interface LookingEvents {
  /** What those who follow look at so far. */
  told(): Book["view"];
  tell(op: Op): void;
  changed(): void;
}

export class Looking {
  #shared = true;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly view: BoardView,
    private readonly events: LookingEvents,
  ) {}

  /** Those who follow look along. */
  get shared(): boolean {
    return this.#shared;
  }

  look(look: Look | null): void {
    this.view.look(look);
    this.events.changed();
    if (this.#shared) this.#timer ??= setTimeout(() => this.#tell(), LOOK_MS);
  }

  share(): void {
    this.#shared = !this.#shared;
    this.#tell();
  }

  /** Another page is turned up: what was looked at of the one before is nobody's affair any more. */
  turned(look: Look | null): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.view.look(look);
  }

  #tell(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const look = this.view.looked;
    const view = this.#shared && look.width < PAGE.width ? look : null;
    const before = this.events.told();
    if (view?.x !== before?.x || view?.y !== before?.y || view?.width !== before?.width)
      this.events.tell({ op: "view", view });
  }
}
