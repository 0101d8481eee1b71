/** Pictures on the timeline (slides, images on a page): fetched once each, in the size that is needed. */
import type { Picture } from "../board/board";
import { ask } from "../wire/follow";
import type { TicketHolder } from "../wire/tickets";

/** The protocol's least limit: one picture is more. */
const ONE = 1024;

/** Of these widths the least that is at least `wanted`; where all are smaller, the largest. */
export function fitting(sizes: Picture["sizes"], wanted: number): { width: number; seq: number } | null {
  const all = Object.entries(sizes).map(([width, seq]) => ({ width: Number(width), seq }));
  all.sort((a, b) => a.width - b.width);
  return all.find(({ width }) => width >= wanted) ?? all.at(-1) ?? null;
}

export class Pictures {
  readonly #known = new Map<number, Promise<string>>();

  constructor(
    private readonly timeline: string,
    private readonly tickets: TicketHolder,
    /** Pixels across that are worth having. */
    private readonly wanted: () => number,
  ) {}

  /** The address of this picture, for an `<img>`. */
  readonly address = (picture: Picture): Promise<string> => {
    const size = fitting(picture.sizes, this.wanted());
    if (!size) return Promise.reject(new Error("no size"));
    const known = this.#known.get(size.seq) ?? this.#fetch(size.width, size.seq, picture.type);
    this.#known.set(size.seq, known);
    // What failed may be asked for again.
    known.catch(() => this.#known.delete(size.seq));
    return known;
  };

  async #fetch(width: number, seq: number, type: string): Promise<string> {
    const question = { tracks: `slides/${width}`, after: seq - 1, limit: ONE };
    for await (const item of ask(this.timeline, question, this.tickets, new AbortController().signal))
      if (item.kind === "entry" && item.seq === seq)
        return URL.createObjectURL(new Blob([item.payload], { type }));
    throw new Error(`no picture at ${seq}`);
  }
}
