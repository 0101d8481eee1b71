/**
 * How far behind the end to play, and how fast, so that sound never stops. Pure: seconds in, decisions out.
 *
 * Theory of operation. `lag` is the wall clock minus the playing moment. When an entry arrives, everything before it must
 * not have been played out yet, so the least lag that would just have borne this arrival is the wall clock minus the end
 * of what lay ready (the arrival's *need*). The wanted lag is the worst need of late, and a margin. The worst is forgotten
 * slowly, `FADE` seconds a second: a line that hiccups once keeps a longer lead for minutes, a good line sheds it. Too
 * much lag is worked off by playing a little faster, which nobody hears with natural pitch, or, when it is very much, by
 * a jump; too little is built up again by playing a little slower.
 */
export const MARGIN_S = 0.1;
/** What a stall adds to the margin, at most this often, until calm has taken it back. */
const STALL_S = 0.15;
export const MOST_MARGIN_S = 1;
const FADE = 0.015;
/** Further behind than this nobody waits for gentle speed: 15 s at 1.1x take two and a half minutes. */
export const JUMP_S = 15;

/**
 * How fast for how much too much lag (s). What was begun is brought to its end, so that the speed does not change at every
 * tick: each change can be heard in WebKitGTK, which flushes its pipeline.
 */
const FASTER = [
  { rate: 1.1, from: 3, until: 2 },
  { rate: 1.06, from: 0.6, until: 0.3 },
  { rate: 1.03, from: 0.08, until: 0 },
] as const;

export type Move = { readonly rate: number } | { readonly jumpTo: number };

export class LiveClock {
  #margin = MARGIN_S;
  #cadence = 0.25;
  #worst: number | null = null;
  #at = 0;
  #rate = 1;
  stalls = 0;

  /** Another place, or another source: the needs of before say nothing any more. */
  reset(): void {
    this.#worst = null;
  }

  /** An entry of this duration arrived when everything up to `ready` (s on the lesson's clock) lay ready. */
  arrived(duration: number, ready: number, now: number): void {
    if (duration > 0) this.#cadence += (duration - this.#cadence) * 0.2;
    const need = now - ready;
    this.#worst = this.#worst === null ? need : Math.max(need, this.#faded(now));
    this.#at = now;
  }

  /** Seconds that should lie ready when beginning to play at the end. */
  get lead(): number {
    return this.#cadence + this.#margin;
  }

  /** The lag wanted now (s); null while nothing is known. */
  wanted(now: number): number | null {
    return this.#worst === null ? null : this.#faded(now) + this.#margin;
  }

  /** The player ran dry. */
  starved(): void {
    this.stalls++;
    this.#margin = Math.min(MOST_MARGIN_S, this.#margin + STALL_S);
  }

  /** What to do when playing moment `at` at the live end, `end` being the end of what is buffered. */
  decide(at: number, end: number, now: number): Move {
    const wanted = this.wanted(now);
    if (wanted === null) return end - at > JUMP_S ? { jumpTo: end - this.lead } : { rate: 1 };
    const over = now - at - wanted;
    if (over > JUMP_S && end - at > JUMP_S) return { jumpTo: end - this.lead };
    this.#rate = this.#rateFor(over);
    return { rate: this.#rate };
  }

  #rateFor(over: number): number {
    const faster = FASTER.find(({ rate, from, until }) => over > (this.#rate >= rate ? until : from));
    if (faster) return faster.rate;
    if (over < (this.#rate < 1 ? 0 : -0.08)) return 0.97;
    return 1;
  }

  #faded(now: number): number {
    const faded = FADE * Math.max(0, now - this.#at);
    this.#margin = Math.max(MARGIN_S, this.#margin - faded / 20);
    this.#at = Math.max(now, this.#at);
    this.#worst = (this.#worst ?? 0) - faded;
    return this.#worst;
  }
}
