/** The verb `follow`: one answer as a run of frames. Reconnecting is the controller's affair. */
import { takeEarly } from "./early";
import { type Frame, FrameReader } from "./frames";
import { refusal, type TicketHolder } from "./tickets";

export type Question = Readonly<Record<string, string | number>>;

/** A pulse comes every 5 s: a stream that is silent for three of them is cut, whatever the socket says. */
export const SILENT_MS = 15_000;

/**
 * Ask, and yield every frame of the answer. Throws `Problem` (refused), an `AbortError` (aborted, or nothing came for
 * `SILENT_MS`) or what `fetch` throws; ends when the answer ends. Aborting `signal` ends it at once.
 */
export async function* ask(
  timeline: string,
  question: Question,
  tickets: TicketHolder,
  signal: AbortSignal,
): AsyncGenerator<Frame> {
  const line = new AbortController();
  const hangUp = () => line.abort();
  signal.addEventListener("abort", hangUp);
  if (signal.aborted) hangUp();
  const watch = new Watchdog(SILENT_MS, hangUp);
  try {
    const answer = await open(addressOf(timeline, question), tickets, line.signal);
    if (!answer.ok) throw await refusal(answer);
    if (answer.body) yield* frames(answer.body.getReader(), watch);
  } finally {
    watch.stop();
    signal.removeEventListener("abort", hangUp);
    hangUp();
  }
}

/** Where this question is asked. */
export function addressOf(timeline: string, question: Question): string {
  const params = new URLSearchParams(Object.entries(question).map(([k, v]) => [k, String(v)]));
  return `${timeline}/entries?${params}`;
}

async function open(address: string, tickets: TicketHolder, signal: AbortSignal): Promise<Response> {
  const once = () => fetch(address, { headers: tickets.headers, signal, cache: "no-store" });
  const answer = await (takeEarly(address, signal) ?? once());
  if (answer.status !== 401) return answer;
  await tickets.renew();
  return once();
}

async function* frames(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  watch: Watchdog,
): AsyncGenerator<Frame> {
  const whole = new FrameReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    watch.pat();
    yield* whole.feed(value as Uint8Array<ArrayBuffer>);
  }
}

/** Barks when nobody has patted it for so long. */
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

/** One track in figures, as `hello` and the summary tell it. */
export interface Track {
  readonly begins: number;
  readonly ends: number;
  readonly bytes: number;
  readonly entries: number;
}

/** The tracks there are by now; null when nothing was said yet. */
export async function tracksOf(
  timeline: string,
  tickets: TicketHolder,
): Promise<Readonly<Record<string, Track>> | null> {
  const answer = await open(timeline, tickets, AbortSignal.timeout(SILENT_MS));
  if (!answer.ok) return null;
  return ((await answer.json()) as { tracks: Readonly<Record<string, Track>> }).tracks;
}
