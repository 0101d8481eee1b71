/** Where the lesson is now, for whoever hears of it only every few seconds, or heard of it last before the line was cut. Pure. */
export class Moment {
  #t = 0;
  #toldAt = Number.NEGATIVE_INFINITY;

  /** The lesson ends here so far (ms), at this moment of the reader's own clock (ms). */
  told(t: number, now: number): void {
    if (t < this.#t) return;
    // A studio that fell silent tells the same end again and again: the lesson's clock stands still then.
    this.#t = t;
    this.#toldAt = now;
  }

  at(now: number): number {
    return Number.isFinite(this.#toldAt) ? Math.round(this.#t + Math.max(0, now - this.#toldAt)) : 0;
  }
}
