/** The tip of the pen, ahead of the timeline: the newest at most every 40 ms, one request at a time. Lost ones are lost. */
import { encodeTip } from "../board/encode";
import type { Tip } from "../board/payload";
import { MAX_PASSING } from "../wire/frames";
import { say } from "../wire/say";
import type { TicketHolder } from "../wire/tickets";

const EVERY_MS = 40;
/** A server that refuses these, or a line that is gone, is left alone for so long. */
const REST_MS = 5_000;

export class Passer {
  #next: Tip | null = null;
  #busy = false;
  #notBefore = 0;

  constructor(
    private readonly timeline: string,
    private readonly tickets: TicketHolder,
    private readonly speaker: string,
  ) {}

  pass(tip: Tip): void {
    this.#next = tip;
    if (!this.#busy) void this.#run();
  }

  /** Nothing is being written any more: what was not sent yet is of no use. */
  drop(): void {
    this.#next = null;
  }

  async #run(): Promise<void> {
    this.#busy = true;
    while (this.#next) {
      const wait = this.#notBefore - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      const tip = this.#next;
      if (!tip) break;
      this.#next = null;
      this.#notBefore = performance.now() + EVERY_MS;
      const payload = encodeTip(tip);
      if (payload.length > MAX_PASSING) continue;
      try {
        await say(this.timeline, [], this.tickets, [{ track: "board", speaker: this.speaker, payload }]);
      } catch {
        this.#notBefore = performance.now() + REST_MS;
      }
    }
    this.#busy = false;
  }
}
