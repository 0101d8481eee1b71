/** One thing said to the reader for a while, perhaps with a button. A new one takes the place of the old. */
export interface Note {
  readonly text: string;
  /** The word on its button; empty: none. */
  readonly act: string;
}

export class NoteBoard {
  #note: (Note & { run: () => void; until: number }) | null = null;

  say(text: string, ms: number, act = "", run = () => {}): void {
    this.#note = { text, act, run, until: performance.now() + ms };
  }

  /** What stands there now. */
  get now(): Note | null {
    if (this.#note && performance.now() > this.#note.until) this.#note = null;
    return this.#note;
  }

  /** Its button was pressed. */
  press(): void {
    const note = this.#note;
    this.#note = null;
    note?.run();
  }
}
