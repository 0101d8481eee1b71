/** The verb `follow`: one answer as a run of entries and notices. Reconnecting is the controller's affair. */
import { type Entry, FrameReader, type Notice } from "./frames";
import { Problem, problemOf, type TicketHolder } from "./tickets";

export type Question = Readonly<Record<string, string | number>>;

/** A pulse comes every 5 s: a stream that is silent for three of them is cut, whatever the socket says. */
export const SILENT_MS = 16_000;

export class Silence extends Error {}

/**
 * Ask, and yield every frame of the answer. Throws `Problem` (refused), `Silence`, or what `fetch` throws; ends when
 * the answer ends. Aborting `signal` ends it at once.
 */
export async function* ask(
  timeline: string,
  question: Question,
  tickets: TicketHolder,
  signal: AbortSignal,
): AsyncGenerator<Entry | Notice> {
  const params = new URLSearchParams(Object.entries(question).map(([k, v]) => [k, String(v)]));
  const silent = new AbortController();
  const watch = new Watchdog(SILENT_MS, () => silent.abort(new Silence("nothing came")));
  const either = AbortSignal.any([signal, silent.signal]);
  try {
    let answer = await open(`${timeline}/entries?${params}`, tickets, either);
    if (answer.status === 401) {
      await tickets.renew();
      answer = await open(`${timeline}/entries?${params}`, tickets, either);
    }
    if (!answer.ok) throw new Problem(answer.status, await problemOf(answer));
    if (!answer.body) return;
    const frames = new FrameReader();
    const reader = answer.body.getReader();
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        watch.pat();
        yield* frames.feed(value as Uint8Array<ArrayBuffer>);
      }
    } finally {
      await reader.cancel().catch(() => undefined);
    }
  } finally {
    watch.stop();
  }
}

function open(address: string, tickets: TicketHolder, signal: AbortSignal): Promise<Response> {
  return fetch(address, { headers: tickets.headers, signal, cache: "no-store" });
}

class Watchdog {
  #timer: ReturnType<typeof setTimeout>;

  constructor(
    private readonly ms: number,
    private readonly bark: () => void,
  ) {
    this.#timer = setTimeout(bark, ms);
  }

  pat(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.bark, this.ms);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
