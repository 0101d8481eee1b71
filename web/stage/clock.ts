/**
 * How far behind the end to play, and how fast, so that sound never stops. Pure: seconds in, decisions out.
 *
 * Theory of operation. What is buffered ahead of the playing moment (the *lead*) swings with the arrivals: it grows by
 * an entry's length when one comes. `margin` is the lead wanted just before an arrival. A starved player raises it,
 * calm lowers it slowly. Too much lead is worked off by playing 5 % faster, which nobody hears, or by a jump.
 */
export const LEAST_S = 0.12;
export const MOST_S = 6;
const JUMP_S = 4;
const CALM_S = 20;

export type Move = { readonly rate: number } | { readonly jumpTo: number };

export class LiveClock {
  #margin = LEAST_S;
  #cadence = 0.25;
  #lastArrival: number | null = null;
  #calmSince = 0;
  #lateness = 0;
  stalls = 0;

  /** Seconds of lead wanted right after an arrival. */
  get target(): number {
    return this.#margin + this.#cadence + this.#lateness;
  }

  /** Entries of this duration arrive now. */
  arrived(duration: number, now: number): void {
    if (duration > 0) this.#cadence += (duration - this.#cadence) * 0.2;
    if (this.#lastArrival !== null) {
      const late = Math.max(0, Math.min(2, now - this.#lastArrival - this.#cadence));
      this.#lateness = Math.max(late, this.#lateness * 0.98);
    }
    this.#lastArrival = now;
  }

  /** The player ran dry. */
  starved(now: number): void {
    this.stalls++;
    this.#margin = Math.min(MOST_S, this.#margin * 1.5 + 0.25);
    this.#calmSince = now;
  }

  /** Whether a player that ran dry should begin again with this lead. */
  enough(lead: number): boolean {
    return lead >= Math.min(this.target, MOST_S) * 0.9;
  }

  /** What to do with this lead at the live end, `end` being the end of what is buffered. */
  decide(lead: number, end: number, now: number): Move {
    if (now - this.#calmSince > CALM_S) {
      this.#calmSince = now;
      this.#margin = Math.max(LEAST_S, this.#margin * 0.85 - 0.02);
    }
    const over = lead - this.target;
    if (over > JUMP_S) return { jumpTo: end - this.target };
    if (over > 0.6) return { rate: 1.08 };
    if (over > 0.12) return { rate: 1.04 };
    return { rate: 1 };
  }
}
