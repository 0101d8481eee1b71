/**
 * Pictures on the timeline (slides, images on a page): each an entry on `slides/<width>`, asked for by its seq when it is
 * about to be shown, in the width that is needed. One at a time, so that sound keeps its place on a narrow line.
 */
import type { Picture } from "../board/board";
import { Backoff } from "../wire/backoff";
import { ask } from "../wire/follow";
import { Problem, type TicketHolder } from "../wire/tickets";

/** The protocol's least limit: one picture is more. */
const ONE = 1024;
/** Pictures kept ready: the deck of an hour in one width. */
const KEPT = 120;
/** A picture's type comes from whoever said it: only kinds that cannot hold a script are shown. */
const TYPES: readonly string[] = ["image/webp", "image/png", "image/jpeg"];

interface Wanted {
  readonly width: number;
  readonly seq: number;
  readonly type: string;
  readonly resolve: (address: string) => void;
  readonly reject: (error: unknown) => void;
}

/** Of these widths the least that is at least `wanted`; where all are smaller, the largest. */
export function fitting(sizes: Picture["sizes"], wanted: number): { width: number; seq: number } | null {
  const all = Object.entries(sizes).map(([width, seq]) => ({ width: Number(width), seq }));
  all.sort((a, b) => a.width - b.width);
  return all.find(({ width }) => width >= wanted) ?? all.at(-1) ?? null;
}

export class Pictures {
  readonly #known = new Map<number, Promise<string>>();
  readonly #queue: Wanted[] = [];
  readonly #gone = new AbortController();
  #busy = false;

  constructor(
    private readonly timeline: string,
    private readonly tickets: TicketHolder,
    /** Pixels across that are worth having. */
    private readonly wanted: () => number,
  ) {}

  /** The address of this picture, for an `<img>`: asked for as long as it takes; rejects when it is refused or not there. */
  readonly address = (picture: Picture): Promise<string> => {
    const size = fitting(picture.sizes, this.wanted());
    if (!size) return Promise.reject(new RangeError("no size"));
    const known = this.#known.get(size.seq) ?? this.#ask(size.width, size.seq, picture.type);
    // The one used last is let go last.
    this.#known.delete(size.seq);
    this.#known.set(size.seq, known);
    this.#letGo();
    return known;
  };

  /** Forget all of them; nothing is asked for any more. */
  close(): void {
    this.#gone.abort();
    for (const address of this.#known.values()) address.then(URL.revokeObjectURL, () => undefined);
    this.#known.clear();
  }

  #ask(width: number, seq: number, type: string): Promise<string> {
    const asked = new Promise<string>((resolve, reject) => {
      // What was wanted last is what somebody looks at now: it comes first.
      this.#queue.unshift({ width, seq, type, resolve, reject });
    });
    // What failed may be asked for again.
    asked.catch(() => this.#known.delete(seq));
    if (!this.#busy) void this.#work();
    return asked;
  }

  #letGo(): void {
    for (const [seq, address] of this.#known) {
      if (this.#known.size <= KEPT) return;
      this.#known.delete(seq);
      address.then(URL.revokeObjectURL, () => undefined);
    }
  }

  async #work(): Promise<void> {
    this.#busy = true;
    const backoff = new Backoff();
    for (let one = this.#queue[0]; one && !this.#gone.signal.aborted; one = this.#queue[0]) {
      try {
        const address = await this.#fetch(one);
        this.#done(one).resolve(address);
        backoff.succeeded();
      } catch (error) {
        const final = error instanceof RangeError || (error instanceof Problem && !error.retry);
        if (final) this.#done(one).reject(error);
        else await new Promise((resolve) => setTimeout(resolve, backoff.failed()));
      }
    }
    this.#busy = false;
  }

  #done(one: Wanted): Wanted {
    this.#queue.splice(this.#queue.indexOf(one), 1);
    return one;
  }

  async #fetch({ width, seq, type }: Wanted): Promise<string> {
    const question = { tracks: `slides/${width}`, after: seq - 1, limit: ONE };
    const known = TYPES.includes(type) ? type : "image/webp";
    for await (const item of ask(this.timeline, question, this.tickets, this.#gone.signal)) {
      if (item.kind !== "entry") continue;
      if (item.seq !== seq) break;
      return URL.createObjectURL(new Blob([item.payload], { type: known }));
    }
    throw new RangeError(`no picture at ${seq}`);
  }
}
