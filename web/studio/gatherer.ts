/** Encoded chunks of one track in, entries out: fragments of the length asked for, cut at every key. Pure. */
import type { Draft } from "../say/outbox";
import { INIT, KEY } from "../wire/frames";
import { fragment, type Sample } from "./muxer";

export class Gatherer {
  #samples: Sample[] = [];
  #base = 0;
  #end = 0;
  #lastT: number;
  #sequence = 0;

  /** `startsAt`: no entry may begin before it (ms). `plain`: the one duration of sound packets, or 0. */
  constructor(
    private readonly track: string,
    private readonly scale: number,
    startsAt: number,
    private readonly plain = 0,
  ) {
    this.#lastT = startsAt;
  }

  /** The init segment: in force from the last moment on. */
  init(segment: Uint8Array<ArrayBuffer>): Draft[] {
    const rest = this.flush();
    return [...rest, { track: this.track, t: this.#lastT, duration: 0, flags: INIT, payload: segment }];
  }

  /** One chunk that begins at `at` (track timescale); what is complete now. */
  take(at: number, sample: Sample, fragmentMs: number): Draft[] {
    const picture = this.plain === 0;
    const out = picture && sample.key ? this.flush() : [];
    if (this.#samples.length === 0) this.#base = this.#end = at;
    else if (picture) this.#stretch(at);
    this.#samples.push(sample);
    this.#end = this.#base + this.#samples.reduce((sum, one) => sum + one.duration, 0);
    // A packet more would pass the wanted length: it is closer now than then.
    const length = ((this.#end - this.#base + sample.duration / 2) * 1000) / this.scale;
    if (length >= fragmentMs) out.push(...this.flush());
    return out;
  }

  /** The picture before lasts until this one begins. */
  #stretch(at: number): void {
    const before = this.#samples.pop();
    if (!before) return;
    const gone = this.#samples.reduce((sum, one) => sum + one.duration, 0);
    const duration = Math.max(1, at - this.#base - gone);
    this.#samples.push({ ...before, duration });
  }

  /** Whatever is gathered, as the last fragment. */
  flush(): Draft[] {
    if (this.#samples.length === 0) return [];
    const samples = this.#samples;
    this.#samples = [];
    const t = Math.max(Math.floor((this.#base * 1000) / this.scale), this.#lastT);
    const duration = Math.max(0, Math.floor((this.#end * 1000) / this.scale) - t);
    this.#lastT = t;
    const payload = fragment(++this.#sequence, this.#base, samples, this.plain);
    const key = this.plain > 0 || samples[0]?.key === true;
    return [{ track: this.track, t, duration, flags: key ? KEY : 0, payload }];
  }
}
