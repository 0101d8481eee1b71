/**
 * How long to wait for a media element that has enough and does not move, and what to do then. Pure: seconds in, advice out.
 *
 * Theory of operation. It is helped on by a small seek; if that does not help, it is given twice the time: a slow computer
 * may need it to begin at all. At last it gets a new player of the browser's: one of WebKitGTK's may stand for as long
 * as it had waited, or seek for ever. Once it has moved on, patience begins anew.
 */
const STUCK_S = 0.6;
const MOST_STUCK_S = 20;
/** Who stood still for longer than this at a stretch is not helped by another seek. */
const HUNG_S = 2;
const SEEKS_FOR_EVER_S = 6;
/** A seek of ours moves it by less. */
const STEP_S = 0.05;

export type Advice = "wait" | "nudge" | "renew";

export class Patience {
  #patience = STUCK_S;
  #at = -1;
  #movedAt = 0;
  #seeksSince: number | null = null;

  /** At every look at the element: where it is, whether it is seeking. True: it has moved. */
  saw(at: number, seeking: boolean, now: number): boolean {
    this.#seeksSince = seeking ? (this.#seeksSince ?? now) : null;
    if (at === this.#at) return false;
    if (at - this.#at > STEP_S) this.#patience = STUCK_S;
    this.#at = at;
    this.#movedAt = now;
    return true;
  }

  /** It is told to move from now on. */
  begin(now: number): void {
    this.#movedAt = now;
  }

  /** For how long it has not moved. */
  still(now: number): number {
    return now - this.#movedAt;
  }

  /** What to do with an element that has enough and is not seeking; asked again, it has as much time again, and more. */
  advise(now: number): Advice {
    if (this.still(now) < this.#patience) return "wait";
    const advice = this.#patience > HUNG_S ? "renew" : "nudge";
    this.#lengthen(now);
    return advice;
  }

  /** Whether it seeks for ever; true once, then it has more time. */
  seeksForEver(now: number): boolean {
    const bound = Math.max(SEEKS_FOR_EVER_S, this.#patience);
    if (this.#seeksSince === null || now - this.#seeksSince < bound) return false;
    this.#lengthen(now);
    this.#seeksSince = null;
    return true;
  }

  #lengthen(now: number): void {
    this.#patience = Math.min(MOST_STUCK_S, this.#patience * 2);
    this.#movedAt = now;
  }
}
