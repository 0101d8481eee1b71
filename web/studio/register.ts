/** Which classes are here, as they tell it in passing. Pure: the time is told (ms). */
import { GONE_MS, type Here, readHere } from "../floor/here";
import { isClass, voiceOf } from "../talk/answers";

/** A class that is cut off is still shown for so long. */
const SHOWN_MS = 90_000;

export interface School extends Omit<Here, "line"> {
  readonly voice: string;
  /** 0: nothing was heard of it for a while. */
  readonly line: 0 | 1 | 2 | 3;
  /** Since when its hand is up; null: it is down. */
  readonly handSince: number | null;
}

interface Known {
  readonly here: Here;
  readonly heardAt: number;
  readonly handSince: number | null;
}

export class Register {
  readonly #known = new Map<string, Known>();

  /** A passing frame of `private/here`. True when somebody came, went, or raised a hand. */
  hear(speaker: string, payload: Uint8Array, now: number): boolean {
    const voice = voiceOf(speaker);
    const here = readHere(payload);
    if (!voice || !isClass(voice) || !here) return false;
    const before = this.#known.get(voice);
    if (here === "gone") return this.#known.delete(voice);
    // Lines differ, and so do clocks: a hand that stays up keeps the place it had.
    const told = here.hand === null ? null : now - here.hand;
    const handSince = told === null ? null : Math.min(told, before?.handSince ?? told);
    this.#known.set(voice, { here, heardAt: now, handSince });
    return !before || (before.handSince === null) !== (handSince === null) || before.here.call !== here.call;
  }

  /** Hands first, the longest up before the others; then by name. */
  schools(now: number, keep: ReadonlySet<string> = new Set()): readonly School[] {
    const all: School[] = [];
    for (const [voice, { here, heardAt, handSince }] of this.#known) {
      const silent = now - heardAt;
      if (silent > SHOWN_MS && !keep.has(voice)) {
        this.#known.delete(voice);
        continue;
      }
      all.push({ ...here, voice, line: silent > GONE_MS ? 0 : here.line, handSince });
    }
    return all.sort(
      (a, b) => earlier(first(a), first(b)) || a.who.localeCompare(b.who) || (a.voice < b.voice ? -1 : 1),
    );
  }

  get(voice: string, now: number): School | null {
    return this.schools(now, new Set([voice])).find((one) => one.voice === voice) ?? null;
  }
}

function first({ handSince, line }: School): number {
  return handSince === null || line === 0 ? Number.POSITIVE_INFINITY : handSince;
}

function earlier(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
