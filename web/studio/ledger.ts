/**
 * Everything that is said on the board: it counts here at once (`notebook.ts`), is gathered (`speaker.ts`), and is said; or, before
 * the lesson, kept on this PC until then.
 */
import type { Book, Op, Page, PageFacts } from "../board/board";
import { decodeOps, MalformedBoard } from "../board/decode";
import { pageOf } from "../board/fold";
import type { Draft, Said } from "../say/outbox";
import type { Prepared } from "../say/store";
import type { Entry } from "../wire/frames";
import { Notebook, type Waiting } from "../write/notebook";
import { BoardSpeaker, type Gathered } from "../write/speaker";

export interface LedgerEvents {
  /** Say these now. `prepared`: they are all that was prepared. */
  say(drafts: readonly Draft[], prepared: boolean): readonly Said[];
  /** Keep this until the lesson is on air. */
  prepare(one: Prepared): void;
  /** The board is different now. */
  changed(): void;
  /** Whoever is in the middle of a stroke may hand over what there is of it. */
  hurry(): void;
}

/** What was prepared: what will be said, and what of it waits in the notebook. */
interface Preparation extends Prepared {
  readonly waiting: readonly Waiting[];
}

export class Ledger {
  readonly #notebook = new Notebook();
  readonly #gathering: BoardSpeaker;
  readonly #ids = new Map<string, number>();
  #onAir = false;
  /** Said by a hand, and not yet an entry. */
  #unsaid: Waiting[] = [];
  #prepared: Preparation[] = [];

  constructor(
    readonly speaker: string,
    private readonly events: LedgerEvents,
  ) {
    this.#gathering = new BoardSpeaker({
      gathered: (gathered) => this.#gathered(gathered),
      hurry: () => events.hurry(),
    });
  }

  /** What earlier sittings left on this PC: said but not acknowledged, and prepared. */
  restore(left: readonly Said[], prepared: readonly Prepared[]): void {
    for (const { track, speaker, t, payload, number } of left)
      if (pageOf(track) !== undefined) this.#notebook.say(track, speaker, t, meant(payload), number);
    for (const one of prepared) {
      const waiting = [this.#notebook.say(one.track, this.speaker, 0, meant(one.payload))];
      this.#prepared.push({ ...one, waiting });
    }
    this.events.changed();
  }

  /** The lesson runs from now on: its clock stands at `ms` at `performance.now() === at`. What was prepared is said. */
  begin(ms: number, at: number): void {
    this.#gathering.flush();
    const prepared = this.#prepared;
    this.#prepared = [];
    this.#onAir = true;
    this.#gathering.begin(ms, at);
    if (prepared.length === 0) return;
    const t = Math.round(ms);
    const drafts = prepared.map(({ track, payload }) => ({ track, t, duration: 0, flags: 0, payload }));
    this.events.say(drafts, true).forEach(({ number }, i) => {
      for (const one of prepared[i]?.waiting ?? []) one.number = number;
    });
  }

  get onAir(): boolean {
    return this.#onAir;
  }

  /** Everything that was done so far is said. */
  flush(): void {
    this.#gathering.flush();
  }

  /** A stroke has begun. */
  expect(): void {
    this.#gathering.expect();
  }

  /** This was done, from one moment to another (`performance.now`). */
  say(track: string, op: Op, began = performance.now(), ended = began): void {
    // What came before on another track becomes an entry first: the number it gets is not this one's.
    this.#gathering.turn(track);
    if (op.op !== "laser") this.#unsaid.push(this.#notebook.say(track, this.speaker, 0, [op]));
    this.#gathering.say(track, { op, began, ended });
    this.events.changed();
  }

  /** Something came from the timeline. True: the board may be different now. */
  hear(entry: Entry): boolean {
    return this.#notebook.hear(entry) !== undefined;
  }

  get book(): Book {
    return this.#notebook.book;
  }

  get written(): boolean {
    return this.#notebook.written;
  }

  page(id: string): Page {
    return this.#notebook.page(id);
  }

  facts(id: string): PageFacts {
    const { pages } = this.book;
    return pages.find((one) => one.id === id) ?? (pages[0] as PageFacts);
  }

  /** A name for the next thing on this page. */
  nextId(page: string): number {
    const last = this.#ids.get(page) ?? this.#notebook.lastId(page, this.speaker);
    this.#ids.set(page, last + 1);
    return last + 1;
  }

  #gathered({ draft }: Gathered): void {
    const waiting = this.#unsaid;
    this.#unsaid = [];
    if (this.#onAir) {
      for (const { number } of this.events.say([draft], false))
        for (const one of waiting) one.number = number;
    } else if (waiting.length > 0) {
      // (Where the laser was before the lesson is nobody's affair.)
      const { track, payload } = draft;
      this.#prepared.push({ track, payload, waiting });
      this.events.prepare({ track, payload });
    }
  }
}

function meant(payload: Uint8Array): readonly Op[] {
  try {
    return decodeOps(payload);
  } catch (error) {
    if (error instanceof MalformedBoard) return [];
    throw error;
  }
}
