/** What was done and can be undone: by saying the opposite. One list over all pages. Pure. */
import type { Op } from "./board";

/** Operations on one page's track; null: on `board`. */
export interface Words {
  readonly page: string | null;
  readonly ops: readonly Op[];
}

export interface Act {
  /** The page on which it is seen. */
  readonly seen: string;
  readonly forth: readonly Words[];
  readonly back: readonly Words[];
}

/** Nobody goes back further, and every act holds on to what it was about. */
const DEEPEST = 500;

export class History {
  #done: Act[] = [];
  #undone: Act[] = [];

  /** This was said just now. `forth` says it again after it was undone. */
  did(act: Act): void {
    this.#done.push(act);
    if (this.#done.length > DEEPEST) this.#done.shift();
    this.#undone = [];
  }

  /** What to undo: say its `back`. */
  undo(): Act | null {
    const act = this.#done.pop();
    if (act) this.#undone.push(act);
    return act ?? null;
  }

  /** What to do again: say its `forth`. */
  redo(): Act | null {
    const act = this.#undone.pop();
    if (act) this.#done.push(act);
    return act ?? null;
  }

  get canUndo(): boolean {
    return this.#done.length > 0;
  }

  get canRedo(): boolean {
    return this.#undone.length > 0;
  }
}
