/** The facts of one lesson as they come in, in any order and more than once; what they fold to at a moment. Pure. */
import type { Entry } from "../wire/frames";
import { type Fact, readFact } from "./facts";
import { fold, type SaidFact, type Talk } from "./fold";

export class TalkLog {
  #said: SaidFact[] = [];
  /** Said here and not heard back yet. */
  #own: (SaidFact & { readonly speaker: string; readonly number: number })[] = [];
  readonly #known = new Set<number>();
  /** The last fold, and between which moments it holds. */
  #folded: { talk: Talk; from: number; to: number } | null = null;

  /** How many entries of `talk` came, facts or not. */
  get entries(): number {
    return this.#known.size;
  }

  /** What this page says itself holds here at once, as the last that was said. */
  say(speaker: string, number: number, t: number, fact: Fact): void {
    const seq = Number.MAX_SAFE_INTEGER - 1_000_000 + number;
    this.#own.push({ speaker, number, seq, t, fact });
    this.#folded = null;
  }

  take({ seq, t, speaker, number, payload }: Entry): void {
    if (this.#known.has(seq)) return;
    this.#known.add(seq);
    this.#own = this.#own.filter((one) => one.speaker !== speaker || one.number !== number);
    const fact = readFact(payload);
    this.#folded = null;
    if (!fact) return;
    const said = [...this.#said, { seq, t, fact }];
    this.#said = said.sort((a, b) => a.seq - b.seq);
  }

  at(t = Number.POSITIVE_INFINITY): Talk {
    const known = this.#folded;
    if (known && t >= known.from && t < known.to) return known.talk;
    const all: SaidFact[] = [...this.#said, ...this.#own];
    const before = all.filter((one) => one.t <= t);
    const next = all.find((one) => one.t > t);
    const from = Math.max(Number.NEGATIVE_INFINITY, ...before.map((one) => one.t));
    this.#folded = { talk: fold(before), from, to: next ? next.t : Number.POSITIVE_INFINITY };
    return this.#folded.talk;
  }
}
