/** The tip of the pen, ahead of the timeline: the newest at most every 40 ms, one request at a time. Lost ones are lost. */
import { encodeTip, type Tip } from "../board/codec";
import { Problem, type TicketHolder } from "../wire/tickets";

const EVERY_MS = 40;
/** A server that refuses these, or a line that is gone, is left alone for so long. */
const REST_MS = 5_000;
const PATIENCE_MS = 3_000;
const HEADER = 8;
const PASSING = 3;
/** The protocol's bound. */
const MOST = 4_096;

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
      if (payload.length > MOST) continue;
      try {
        await this.#send(payload);
      } catch {
        this.#notBefore = performance.now() + REST_MS;
      }
    }
    this.#busy = false;
  }

  async #send(payload: Uint8Array<ArrayBuffer>): Promise<void> {
    const answer = await fetch(`${this.timeline}/entries`, {
      method: "POST",
      body: new Blob([frame("board", this.speaker, payload)]),
      headers: { "content-type": "application/vnd.halqa.frames", ...this.tickets.headers },
      signal: AbortSignal.timeout(PATIENCE_MS),
      cache: "no-store",
    });
    if (!answer.ok) throw new Problem(answer.status, {});
  }
}

function frame(track: string, speaker: string, payload: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const names = new TextEncoder().encode(track + speaker);
  const bytes = new Uint8Array(HEADER + names.length + payload.length);
  new DataView(bytes.buffer).setUint32(0, bytes.length - 4);
  bytes.set([PASSING, track.length, speaker.length, 0], 4);
  bytes.set(names, HEADER);
  bytes.set(payload, HEADER + names.length);
  return bytes;
}
