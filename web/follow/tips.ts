/** Tips of pens, and lasers: what is on its way ahead of the timeline. Shown until its stroke goes on, or for two seconds. */
import { decodeOps, decodeTip, MalformedBoard } from "../board/decode";
import { nameOf, pageOf } from "../board/fold";
import type { Tip } from "../board/payload";
import type { Passing } from "../wire/frames";

/** docs/protocol.md: "or for two seconds". */
export const TIP_MS = 2_000;

/** A frame, as far as it matters here. */
type Said = Pick<Passing, "track" | "speaker" | "payload">;

export interface Known extends Tip {
  readonly speaker: string;
  /** `speaker id`: the name of the stroke on its page. */
  readonly name: string;
  readonly until: number;
}

export interface Laser {
  readonly speaker: string;
  readonly x: number;
  readonly y: number;
}

export class Tips {
  readonly #tips = new Map<string, Known>();

  take({ track, speaker, payload }: Said, now: number): void {
    if (track !== "board") return;
    let tip: Tip;
    try {
      tip = decodeTip(payload);
    } catch (error) {
      if (error instanceof MalformedBoard) return;
      throw error;
    }
    const name = nameOf(speaker, tip.id);
    this.#tips.set(`${tip.page} ${name}`, { ...tip, speaker, name, until: now + TIP_MS });
  }

  /** An entry came: the strokes that it goes on with have it now. */
  settle({ track, speaker, payload }: Said): void {
    const page = pageOf(track);
    if (page === undefined || this.#tips.size === 0) return;
    let ops: ReturnType<typeof decodeOps>;
    try {
      ops = decodeOps(payload);
    } catch (error) {
      if (error instanceof MalformedBoard) return;
      throw error;
    }
    for (const op of ops)
      if (op.op === "ink" || op.op === "more") this.#tips.delete(`${page} ${nameOf(speaker, op.id)}`);
  }

  /** The tips on this page; of a laser see `laser`. */
  on(page: string, now: number): readonly Known[] {
    return this.#live(now).filter((tip) => tip.page === page && !isLaser(tip));
  }

  /** Where a laser points; null: nowhere. */
  laser(now: number): { readonly x: number; readonly y: number } | null {
    const tip = this.#live(now).findLast(isLaser);
    return tip ? endOf(tip) : null;
  }

  /** Where each laser points that is on this page. */
  lasers(page: string, now: number): readonly Laser[] {
    return this.#live(now)
      .filter((tip) => isLaser(tip) && tip.page === page)
      .map((tip) => ({ speaker: tip.speaker, ...endOf(tip) }));
  }

  /** When the next of them is over; null: there is none. */
  get until(): number | null {
    const ends = [...this.#tips.values()].map((tip) => tip.until);
    return ends.length > 0 ? Math.min(...ends) : null;
  }

  #live(now: number): Known[] {
    for (const [key, tip] of this.#tips) if (tip.until <= now) this.#tips.delete(key);
    return [...this.#tips.values()];
  }
}

function isLaser(tip: Tip): boolean {
  return tip.id === 0;
}

function endOf({ points: { xy } }: Tip): { readonly x: number; readonly y: number } {
  return { x: xy.at(-2) as number, y: xy.at(-1) as number };
}
