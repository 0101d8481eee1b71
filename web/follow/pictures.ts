/**
 * Pictures on the timeline (slides, images on a page): each an entry on `slides/<width>`, asked for by its seq when it is
 * about to be shown, in the width that is needed. One at a time, and on a narrow line no faster than the voice leaves room for. The one
 * that comes next is asked for when there is nothing else to do, and given up when there is.
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
  /** Nobody looks at it yet. */
  readonly early: boolean;
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
  /** Ends the question for one that nobody looks at yet, or any more. */
  #yield: AbortController | null = null;
  #busy = false;

  constructor(
    private readonly timeline: string,
    private readonly tickets: TicketHolder,
    /** Pixels across that are worth having. */
    private readonly wanted: () => number,
    /** kbit/s that a picture may take of the line; null: all of it. */
    private readonly pace: () => number | null = () => null,
  ) {}

  /** The address of this picture, for an `<img>`: asked for as long as it takes; rejects when it is refused or not there. */
  readonly address = (picture: Picture): Promise<string> => {
    const size = fitting(picture.sizes, this.wanted());
    if (!size) return Promise.reject(new RangeError("no size"));
    const waiting = this.#queue.find(({ seq, early }) => early && seq === size.seq);
    if (waiting) this.#hasten(waiting);
    const known = this.#known.get(size.seq) ?? this.#ask(size.width, size.seq, picture.type, false);
    // The one used last is let go last.
    this.#known.delete(size.seq);
    this.#known.set(size.seq, known);
    this.#letGo();
    return known;
  };

  /** Ask for this one too if there is nothing else to ask for: somebody will look at it soon. */
  prepare(picture: Picture): void {
    const size = fitting(picture.sizes, this.wanted());
    if (!size || this.#busy || this.#known.has(size.seq)) return;
    this.#known.set(size.seq, this.#ask(size.width, size.seq, picture.type, true));
  }

  /** Forget all of them; nothing is asked for any more. */
  close(): void {
    this.#gone.abort();
    for (const address of this.#known.values()) address.then(URL.revokeObjectURL, () => undefined);
    this.#known.clear();
  }

  /** What was to be looked at soon is looked at now: what has come of it goes on coming. */
  #hasten(waiting: Wanted): void {
    this.#queue[this.#queue.indexOf(waiting)] = { ...waiting, early: false };
    this.#yield = null;
  }

  #ask(width: number, seq: number, type: string, early: boolean): Promise<string> {
    const asked = new Promise<string>((resolve, reject) => {
      // What was wanted last is what somebody looks at now: it comes first.
      this.#queue.unshift({ width, seq, type, early, resolve, reject });
    });
    if (!early) this.#yield?.abort();
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
      // At a pace, what somebody looks at now does not wait for what was looked at before.
      const yielding = one.early || this.pace() !== null ? new AbortController() : null;
      this.#yield = yielding;
      try {
        const address = await this.#fetch(one, yielding?.signal ?? null);
        this.#done(one.seq).resolve(address);
        backoff.succeeded();
      } catch (error) {
        const yielded = yielding?.signal.aborted === true;
        const final = error instanceof RangeError || (error instanceof Problem && !error.retry);
        if (final || (yielded && one.early)) this.#done(one.seq).reject(error);
        else if (!yielded) await new Promise((resolve) => setTimeout(resolve, backoff.failed()));
      }
    }
    this.#yield = null;
    this.#busy = false;
  }

  #done(seq: number): Wanted {
    const place = this.#queue.findIndex((one) => one.seq === seq);
    return this.#queue.splice(place, 1)[0] as Wanted;
  }

  async #fetch({ width, seq, type }: Wanted, yielding: AbortSignal | null): Promise<string> {
    const pace = this.pace();
    const slowly = pace === null ? {} : { pace };
    const question = { tracks: `slides/${width}`, after: seq - 1, limit: ONE, ...slowly };
    const known = TYPES.includes(type) ? type : "image/webp";
    const signal = yielding ? AbortSignal.any([yielding, this.#gone.signal]) : this.#gone.signal;
    for await (const item of ask(this.timeline, question, this.tickets, signal)) {
      if (item.kind !== "entry") continue;
      if (item.seq !== seq) break;
      return URL.createObjectURL(new Blob([item.payload], { type: known }));
    }
    throw new RangeError(`no picture at ${seq}`);
  }
}
