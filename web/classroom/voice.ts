/**
 * The voice as bars, for a lesson without a picture: something moves while somebody speaks. Nothing is decoded for it: an
 * encoder of voices (Opus, variable rate) spends many bytes on speech and few on silence, so sizes of samples tell it.
 */
const KEPT_MS = 60_000;

export class Voice {
  #samples: { t: number; size: number }[] = [];

  /** The samples of one fragment of sound: it began at `t` and lasted `duration` ms. */
  take(t: number, duration: number, sizes: readonly number[]): void {
    const last = this.#samples.at(-1);
    if (last && t < last.t) this.#samples = [];
    for (const [i, size] of sizes.entries())
      this.#samples.push({ t: t + (i * duration) / sizes.length, size });
    const old = this.#samples.findIndex((sample) => sample.t > t - KEPT_MS);
    if (old > 0) this.#samples.splice(0, old);
  }

  /** How loud (0 to 1) it was in each of `count` steps of `step` ms up to the moment `now`. */
  bars(now: number, count: number, step: number): number[] {
    const sizes = this.#samples.map((sample) => sample.size).sort((a, b) => a - b);
    const [quiet, loud] = [
      sizes[Math.floor(sizes.length * 0.05)] ?? 0,
      sizes[Math.floor(sizes.length * 0.98)] ?? 0,
    ];
    const begin = now - count * step;
    const bars = new Array<number>(count).fill(0);
    for (const { t, size } of this.#samples) {
      const index = Math.floor((t - begin) / step);
      if (index < 0 || index >= count) continue;
      const level = loud > quiet * 1.2 ? (size - quiet) / (loud - quiet) : 0.4;
      bars[index] = Math.max(bars[index] ?? 0, Math.min(1, Math.max(0, level)));
    }
    return bars;
  }
}
