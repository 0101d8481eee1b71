/**
 * A hand's samples become the few points that draw the same line. Streaming: a point is decided when the samples a little
 * beyond it are known, never because a piece is said just then; so a stroke cut into pieces has the points, and the look, of one that was not.
 */
import type { Points } from "./board";
import { along, between, distance } from "./curve";

/** Board units between the samples and the curve through the points: a third of a pixel on a screen 1,920 wide. */
const TOLERANCE = 1.3;
/** Of the 15 steps of pressure: an edge lies off by a fifteenth of the stroke's width, a unit of a common pen's. */
const PRESSURE_TOLERANCE = 3;
/** So little more or less is pressed the same: what does not change costs a bit. */
const STEADY = 1.3;
/** Samples beyond a point that must be known, to know in which direction the line leaves it. */
const AHEAD = 3;
/** So many samples in a row may fail before the best point is taken: a stroke may leave the tolerance and come back. */
const PATIENCE = 6;
/** The eraser cuts at tenths of the way between two points: so far apart at most, in units. */
const LONGEST = 200;
/** And so long at most, in ms: the points of a piece are evenly spread over its time. */
const SLOWEST = 300;
/** What moved less than this has not moved. */
const STILL = 0.3;
/** Samples on each side over which trembling, and the pixels of a mouse (4 units on a screen 1,920 wide), are smoothed. */
const WINDOW = 3;
/** By so many units at most. */
const TREMBLE = 1.2;
/** By how many neighbours on each side: weights of the sample itself, of those next to it, and so on (Savitzky and Golay). */
const PARABOLAS = [[1], [1, 0], [17 / 35, 12 / 35, -3 / 35], [7 / 21, 6 / 21, 3 / 21, -2 / 21]];

interface Sample {
  readonly x: number;
  readonly y: number;
  /** From 0 to 15; not whole. */
  readonly pressure: number;
  readonly t: number;
}

/** Points that were decided, and when (in the time of the samples) the first and the last of them were drawn. */
export interface Decided {
  readonly points: Points;
  readonly begins: number;
  readonly ends: number;
}

export class Simplifier {
  readonly #raw: Sample[] = [];
  /** The same, smoothed: up to a few before the last. */
  readonly #smooth: Sample[] = [];
  /** What was decided. */
  readonly #points: Sample[] = [];
  #taken = 0;
  /** Which sample the last decided point is, and the one before it. */
  #last = -1;
  #beforeLast = -1;
  #tried = 0;
  #best = -1;
  /** How badly the best fits; 1: well enough. */
  #least = Number.POSITIVE_INFINITY;
  #ended = false;

  /** `pressed`: whether the samples have a pressure that means something (a pen's). */
  constructor(private readonly pressed: boolean) {}

  /** One sample in board units; `pressure` from 0 to 1, `t` in ms. */
  add(x: number, y: number, pressure: number, t: number): void {
    if (![x, y, pressure, t].every(Number.isFinite) || this.#ended) return;
    const last = this.#raw.at(-1);
    if (last && Math.hypot(x - last.x, y - last.y) < STILL) return;
    this.#raw.push({ x, y, pressure: Math.max(0, Math.min(1, pressure)) * 15, t: Math.max(t, last?.t ?? t) });
    while (this.#smooth.length + WINDOW < this.#raw.length) this.#smoothen();
    this.#decide(false);
  }

  /** What was decided since it was last taken; null: nothing. */
  take(): Decided | null {
    const fresh = this.#points.slice(this.#taken);
    if (fresh.length === 0) return null;
    this.#taken = this.#points.length;
    const [first, last] = [fresh[0] as Sample, fresh.at(-1) as Sample];
    return { points: this.#pack(fresh), begins: first.t, ends: last.t };
  }

  /** The pen was lifted: the rest is decided. */
  end(): Decided | null {
    while (this.#smooth.length < this.#raw.length) this.#smoothen();
    this.#decide(true);
    this.#ended = true;
    return this.take();
  }

  /** What was not taken yet, down to the very tip: for a passing frame. */
  tip(): Points | null {
    const fresh = this.#points.slice(this.#taken);
    const points = [...fresh, ...this.#raw.slice(this.#last + 1)];
    return points.length === 0 ? null : this.#pack(points);
  }

  #pack(samples: readonly Sample[]): Points {
    return {
      xy: samples.flatMap(({ x, y }) => [Math.round(x), Math.round(y)]),
      pressures: this.pressed ? samples.map(({ pressure }) => Math.round(pressure)) : null,
    };
  }

  /** The next sample, without its trembling: on the parabola that runs best through it and its neighbours. */
  #smoothen(): void {
    const i = this.#smooth.length;
    const raw = this.#raw[i] as Sample;
    const wide = Math.min(WINDOW, i, this.#raw.length - 1 - i);
    const weights = PARABOLAS[wide] as readonly number[];
    let [x, y, pressure] = [0, 0, 0];
    for (let k = -wide; k <= wide; k++) {
      const weight = weights[Math.abs(k)] as number;
      const sample = this.#raw[i + k] as Sample;
      x += weight * sample.x;
      y += weight * sample.y;
      pressure += weight * sample.pressure;
    }
    // What goes far is no trembling but a corner.
    const part = Math.min(1, TREMBLE / (Math.hypot(x - raw.x, y - raw.y) || 1));
    x = raw.x + part * (x - raw.x);
    y = raw.y + part * (y - raw.y);
    this.#smooth.push({ x, y, pressure: Math.max(0, Math.min(15, pressure)), t: raw.t });
  }

  #decide(all: boolean): void {
    const end = this.#smooth.length - 1;
    if (end < 0) return;
    if (this.#last < 0) this.#accept(0);
    // The last sample can be a point only when it is known to be the last.
    while (this.#last < end) {
      const candidate = this.#tried + 1;
      if (candidate > (all ? end : end - AHEAD)) {
        if (!all) return;
        this.#accept(this.#best > this.#last ? this.#best : candidate - 1);
        continue;
      }
      this.#tried = candidate;
      const from = this.#smooth[this.#last] as Sample;
      const to = this.#smooth[candidate] as Sample;
      const near = Math.hypot(to.x - from.x, to.y - from.y) <= LONGEST && to.t - from.t <= SLOWEST;
      const misfit = near ? this.#misfit(candidate, end) : Number.POSITIVE_INFINITY;
      // The farthest that fits; where none does (a sharp corner), the one that fits best.
      if (misfit <= 1 || misfit < this.#least) {
        this.#best = candidate;
        this.#least = Math.max(1, misfit);
      } else if (!near || candidate - Math.max(this.#best, this.#last) >= PATIENCE)
        this.#accept(Math.max(this.#best, this.#last + 1));
    }
  }

  #accept(place: number): void {
    const { x, y, pressure: given, t } = this.#smooth[place] as Sample;
    const last = this.#points.at(-1)?.pressure;
    const pressure = last !== undefined && Math.abs(given - last) <= STEADY ? last : Math.round(given);
    this.#points.push({ x: Math.round(x), y: Math.round(y), pressure, t });
    this.#beforeLast = this.#last;
    this.#last = place;
    this.#best = place;
    this.#least = Number.POSITIVE_INFINITY;
    this.#tried = place;
  }

  /** How far the curve would run from the samples since the last point but one, if this were the next: 1 is the tolerance. */
  #misfit(candidate: number, end: number): number {
    const n = this.#points.length;
    const [b, a, before] = [this.#points[n - 1] as Sample, this.#points[n - 2], this.#points[n - 3]];
    const place = (one: Sample | undefined) => (one ? ([one.x, one.y] as const) : null);
    const to = this.#smooth[candidate] as Sample;
    const c = { ...to, x: Math.round(to.x), y: Math.round(to.y) };
    const beyond = candidate < end ? this.#smooth[Math.min(end, candidate + AHEAD)] : undefined;
    const next = this.#off(b, c, place(a), place(beyond), this.#last, candidate);
    return a ? Math.max(next, this.#off(a, b, place(before), place(c), this.#beforeLast, this.#last)) : next;
  }

  #off(
    from: Sample,
    to: Sample,
    before: readonly [number, number] | null,
    after: readonly [number, number] | null,
    first: number,
    last: number,
  ): number {
    if (last - first < 2) return 0;
    let most = 0;
    const piece = between(before, from.x, from.y, to.x, to.y, after);
    const cuts = Math.max(4, Math.min(16, last - first));
    const line = Array.from({ length: cuts + 1 }, (_, k) => along(piece, k / cuts));
    let nearest = 0;
    for (let i = first + 1; i < last; i++) {
      const sample = this.#smooth[i] as Sample;
      let least = Number.POSITIVE_INFINITY;
      // The line is followed in its direction: what comes later is not compared with what was passed.
      for (let k = nearest; k < Math.min(cuts, nearest + 6); k++) {
        const [a, b] = [line[k] as readonly [number, number], line[k + 1] as readonly [number, number]];
        const far = distance(sample.x, sample.y, a[0], a[1], b[0], b[1]);
        if (far < least) {
          least = far;
          nearest = k;
        }
      }
      most = Math.max(most, least / TOLERANCE);
      const pressure = from.pressure + ((to.pressure - from.pressure) * (nearest + 0.5)) / cuts;
      if (this.pressed) most = Math.max(most, Math.abs(pressure - sample.pressure) / PRESSURE_TOLERANCE);
    }
    return most;
  }
}
