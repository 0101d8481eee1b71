/**
 * Follows a few small tracks from the beginning of the lesson, for as long as it lasts, whatever befalls the line: for
 * whoever wants what is written and said about a lesson without its sound and pictures (the studio, a telephone).
 */
import { Backoff } from "./backoff";
import { ask } from "./follow";
import type { Entry, Passing } from "./frames";
import { Nap } from "./nap";
import { Problem, type TicketHolder } from "./tickets";

export interface Listener {
  entry(entry: Entry): void;
  /** What is only on its way. */
  passing?(frame: Passing): void;
  /** The lesson ends here so far, ms. */
  told?(t: number): void;
  /** `open`: there is an answer; `here`: all that there was has come; `ended`: there will never be more, `refused`: nor any. */
  changed?(state: "open" | "here" | "cut" | "ended" | "refused"): void;
}

export class Listening {
  #cursor = 0;
  #over = new AbortController();
  #answering: AbortController | null = null;
  readonly #nap = new Nap();
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
    this.#nap.wake();
  }

  /** The line may be back. */
  hurry(): void {
    this.#backoff.succeeded();
    this.#answering?.abort();
    this.#nap.wake();
  }

  async #run(): Promise<void> {
    while (!this.#over.signal.aborted) {
      const why = await this.#answer();
      if (this.#over.signal.aborted) return;
      if (typeof why === "string") {
        this.listener.changed?.(why);
        return;
      }
      this.listener.changed?.("cut");
      await this.#nap.sleep(this.#backoff.failed(why));
    }
  }

  /** One answer to its end: why there is no next one, or ms to wait at least. */
  async #answer(): Promise<"ended" | "refused" | number> {
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
        if (item.kind === "passing") {
          this.listener.passing?.(item);
          continue;
        }
        const { notice, after, t, why } = item.body;
        if (notice !== "hello" && typeof after === "number") this.#cursor = Math.max(this.#cursor, after);
        if (typeof t === "number") this.listener.told?.(t);
        if (notice === "hello") {
          this.#backoff.succeeded();
          this.listener.changed?.("open");
        }
        if (notice === "live") this.listener.changed?.("here");
        if (notice === "end" && why === "sealed") return "ended";
      }
      return 0;
    } catch (error) {
      if (!(error instanceof Problem)) return 0;
      if (error.code === "cursor-ahead") this.#cursor = 0;
      return error.retry ? error.waitMs : "refused";
    }
  }
}
