/**
 * The pictures of slides: each an entry on `slides/<width>`, asked for by its seq when it is about to be shown, in the
 * width that the screen wants and the line carries. One at a time, so that sound keeps its place on a narrow line.
 */
import type { Picture } from "../board/board";
import { Backoff } from "../wire/backoff";
import { ask } from "../wire/follow";
import { Problem, type TicketHolder } from "../wire/tickets";

/** Pictures kept ready: the deck of an hour in one width. */
const KEPT = 120;

interface Wanted {
  readonly track: string;
  readonly seq: number;
  readonly type: string;
  readonly resolve: (address: string) => void;
  readonly reject: (error: unknown) => void;
}

/** Which of the widths there are to show on so many pixels: the least that is enough, else the greatest. */
export function widthFor(picture: Picture, pixels: number): number {
  const widths = Object.keys(picture.sizes)
    .map(Number)
    .sort((a, b) => a - b);
  return widths.find((width) => width >= pixels * 0.9) ?? widths.at(-1) ?? 0;
}

export class Pictures {
  readonly #kept = new Map<string, Promise<string>>();
  readonly #queue: Wanted[] = [];
  readonly #gone = new AbortController();
  #busy = false;

  constructor(
    private readonly timeline: string,
    private readonly tickets: TicketHolder,
  ) {}

  /** An address (`blob:`) of this picture for so many pixels across. Asked for as long as it takes; rejects when refused. */
  show(picture: Picture, pixels: number): Promise<string> {
    const width = widthFor(picture, pixels);
    const seq = picture.sizes[width];
    if (seq === undefined) return Promise.reject(new RangeError("a picture without sizes"));
    const name = `${width} ${seq}`;
    const known = this.#kept.get(name);
    if (known) {
      this.#kept.delete(name);
      this.#kept.set(name, known);
      return known;
    }
    const asked = new Promise<string>((resolve, reject) => {
      this.#queue.unshift({ track: `slides/${width}`, seq, type: picture.type, resolve, reject });
    });
    asked.catch(() => this.#kept.delete(name));
    this.#kept.set(name, asked);
    this.#letGo();
    if (!this.#busy) void this.#work();
    return asked;
  }

  close(): void {
    this.#gone.abort();
    for (const address of this.#kept.values()) address.then(URL.revokeObjectURL, () => undefined);
    this.#kept.clear();
  }

  #letGo(): void {
    for (const [name, address] of this.#kept) {
      if (this.#kept.size <= KEPT) return;
      this.#kept.delete(name);
      address.then(URL.revokeObjectURL, () => undefined);
    }
  }

  /** What was wanted last is shown first: it is what somebody looks at now. */
  async #work(): Promise<void> {
    this.#busy = true;
    const backoff = new Backoff();
    while (!this.#gone.signal.aborted) {
      const wanted = this.#queue[0];
      if (!wanted) break;
      try {
        const address = await this.#fetch(wanted);
        this.#done(wanted).resolve(address);
        backoff.succeeded();
      } catch (error) {
        if (error instanceof Problem && !error.retry) this.#done(wanted).reject(error);
        else if (error instanceof RangeError) this.#done(wanted).reject(error);
        else await new Promise((resolve) => setTimeout(resolve, backoff.failed(0)));
      }
    }
    this.#busy = false;
  }

  #done(wanted: Wanted): Wanted {
    this.#queue.splice(this.#queue.indexOf(wanted), 1);
    return wanted;
  }

  async #fetch(wanted: Wanted): Promise<string> {
    const question = { after: wanted.seq - 1, tracks: wanted.track, limit: 1024 };
    for await (const item of ask(this.timeline, question, this.tickets, this.#gone.signal)) {
      if (item.kind !== "entry") continue;
      if (item.seq !== wanted.seq) break;
      return URL.createObjectURL(new Blob([item.payload], { type: safe(wanted.type) }));
    }
    throw new RangeError("no such picture");
  }
}

/** A picture's type comes from whoever said it: only kinds that cannot hold a script are shown. */
function safe(type: string): string {
  return ["image/webp", "image/png", "image/jpeg"].includes(type) ? type : "image/webp";
}
