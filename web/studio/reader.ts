/** What is on the timeline of the board and of what was said about the lesson, from its beginning, for as long as the page is open. */
import { Backoff } from "../wire/backoff";
import { ask } from "../wire/follow";
import type { Entry } from "../wire/frames";
import { Problem, type TicketHolder } from "../wire/tickets";

export interface ReaderEvents {
  entry(entry: Entry): void;
  /** The tip of somebody's pen. */
  passing(speaker: string, payload: Uint8Array<ArrayBuffer>): void;
  /** Everything that was there when it was asked is here. */
  caughtUp(): void;
}

export class Reader {
  #cursor = 0;
  readonly #backoff = new Backoff();
  readonly #gone = new AbortController();

  constructor(
    private readonly timeline: string,
    private readonly tickets: TicketHolder,
    private readonly events: ReaderEvents,
  ) {}

  async run(): Promise<void> {
    const { signal } = this.#gone;
    while (!signal.aborted) {
      let wait = 0;
      try {
        if (await this.#answer(signal)) return;
      } catch (error) {
        if (error instanceof Problem && error.code === "cursor-ahead") this.#cursor = 0;
        else if (error instanceof Problem && !error.retry) return;
        wait = error instanceof Problem ? error.waitMs : 0;
      }
      await new Promise((resolve) => setTimeout(resolve, this.#backoff.failed(wait)));
    }
  }

  close(): void {
    this.#gone.abort();
  }

  /** One answer; true: there will never be more. */
  async #answer(signal: AbortSignal): Promise<boolean> {
    const question = { tracks: "board,board/*,talk", after: this.#cursor, follow: 1 };
    for await (const frame of ask(this.timeline, question, this.tickets, signal)) {
      this.#backoff.succeeded();
      if (frame.kind === "entry") {
        this.#cursor = Math.max(this.#cursor, frame.seq);
        this.events.entry(frame);
      } else if (frame.kind === "notice") {
        const { notice, after, why } = frame.body;
        if (notice !== "hello" && typeof after === "number") this.#cursor = Math.max(this.#cursor, after);
        if (notice === "live") this.events.caughtUp();
        if (notice === "end" && why === "sealed") {
          this.events.caughtUp();
          return true;
        }
      } else {
        this.events.passing(frame.speaker, frame.payload);
      }
    }
    return false;
  }
}
