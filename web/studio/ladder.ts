/** The rungs a studio can send, and how many of them it does. Pure. */

export interface Rung {
  readonly height: number;
  readonly kbit: number;
  readonly rate: number;
}

export const LADDER: readonly Rung[] = [
  { height: 90, kbit: 40, rate: 12 },
  { height: 180, kbit: 110, rate: 15 },
  { height: 360, kbit: 350, rate: 25 },
  { height: 720, kbit: 1200, rate: 25 },
];

/** The rungs for a source of this height: never larger than it is, at least the lowest. */
export function rungsFor(sourceHeight: number): Rung[] {
  return LADDER.filter((rung, index) => index === 0 || rung.height <= sourceHeight * 1.1);
}

export interface Load {
  /** Frames waiting in the fullest encoder. */
  readonly queued: number;
  /** Age of the oldest entry that the server has not acknowledged, ms. */
  readonly behindMs: number;
}

const FULL_QUEUE = 6;
const LATE_MS = 3_000;
const CALM_S = 10;

/**
 * As many rungs as the PC and the line carry. One rung less at once when an encoder falls behind or the line does; one
 * more after a calm time, which doubles each time that was wrong. Between two steps down the line gets time to drain.
 */
export class Governor {
  count: number;
  #calm = 0;
  #need = CALM_S;
  #rest = 0;

  constructor(private readonly most: number) {
    this.count = Math.min(most, 3);
  }

  /** Once a second; the number of rungs from now on. */
  second(load: Load): number {
    this.#rest = Math.max(0, this.#rest - 1);
    if (load.queued > FULL_QUEUE || load.behindMs > LATE_MS) {
      if (this.#rest === 0 && this.count > 1) {
        this.count--;
        this.#rest = 4;
        this.#need = Math.min(160, this.#need * 2);
      }
      this.#calm = 0;
    } else if (++this.#calm >= this.#need && this.count < this.most) {
      this.count++;
      this.#calm = 0;
    }
    return this.count;
  }
}

/**
 * How long fragments should be: short while every line bears it, longer when lines are narrow or the uplink is late. While
 * the studio itself is cut off never the longest: what is not yet a whole fragment is lost with a closed page.
 */
export function fragmentMs(followers: number, narrow: number, behindMs: number): 250 | 500 | 1000 {
  const late = behindMs > 1_500;
  if (!late && followers > 0 && narrow * 2 > followers) return 1000;
  return narrow > 0 || late ? 500 : 250;
}

/** A length fixed by whoever opened the studio (`?fragment=500`); null: chosen by what the lines bear. */
export function fixedFragment(query: string): 250 | 500 | 1000 | null {
  const told = new URLSearchParams(query).get("fragment");
  return told === "250" ? 250 : told === "500" ? 500 : told === "1000" ? 1000 : null;
}
