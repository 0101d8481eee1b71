/**
 * Follows a few small tracks from the beginning of the lesson, for as long as it lasts, whatever befalls the line: for
 * whoever wants what is said about a lesson without its sound and pictures (a telephone, the teacher's list of answers).
 */
import { Backoff } from "../wire/backoff";
import { ask } from "../wire/follow";
import type { Entry } from "../wire/frames";
import { Problem, type TicketHolder } from "../wire/tickets";

export interface Listener {
  entry(entry: Entry): void;
  /** The lesson ends here so far, ms. */
  told(t: number): void;
  /** `ended`: there will never be more. */
  changed(state: "open" | "cut" | "ended"): void;
}

export class Listening {
  #cursor = 0;
  #over = new AbortController();
  #answering: AbortController | null = null;
  #wake: (() => void) | null = null;
  readonly #backoff = new Backoff();

  constructor(
    private readonly timeline: string,
    private readonly tickets: TicketHolder,
    private readonly tracks: readonly string[],
    private readonly listener: Listener,
  ) {}

  start(): void {
    void this.#run();
  }

  stop(): void {
    this.#over.abort();
    this.#answering?.abort();
    this.#wake?.();
  }

  /** The line may be back. */
  hurry(): void {
    this.#backoff.succeeded();
    this.#answering?.abort();
    this.#wake?.();
  }

  async #run(): Promise<void> {
    while (!this.#over.signal.aborted) {
      const why = await this.#answer();
      if (why === "sealed" || this.#over.signal.aborted) {
        this.listener.changed("ended");
        return;
      }
      this.listener.changed("cut");
      await this.#sleep(this.#backoff.failed(why));
    }
  }

  /** One answer to its end: "sealed", or ms to wait at least. */
  async #answer(): Promise<"sealed" | number> {
    const answering = new AbortController();
    this.#answering = answering;
    const question = { after: this.#cursor, follow: 1, tracks: this.tracks.join(",") };
    try {
      for await (const item of ask(this.timeline, question, this.tickets, answering.signal)) {
        if (item.kind === "entry") {
          this.#cursor = item.seq;
          this.listener.entry(item);
          continue;
        }
        if (item.kind !== "notice") continue;
        const { notice, after, t, why } = item.body;
        if (notice !== "hello" && typeof after === "number") this.#cursor = Math.max(this.#cursor, after);
        if (typeof t === "number") this.listener.told(t);
        if (notice === "hello") {
          this.#backoff.succeeded();
          this.listener.changed("open");
        }
        if (notice === "end" && why === "sealed") return "sealed";
      }
      return 0;
    } catch (error) {
      if (error instanceof Problem && error.code === "cursor-ahead") this.#cursor = 0;
      return error instanceof Problem ? error.waitMs : 0;
    }
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
