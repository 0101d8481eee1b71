/** What is said, as text with its times: typed while the lesson is on air, or brought as a file later. Pure. */
import type { Entry } from "../wire/frames";

export interface Cue {
  /** ms on the lesson's clock. */
  readonly begins: number;
  readonly ends: number;
  readonly text: string;
}

export const LANGUAGES = ["ar", "fr", "zgh", "en"] as const;
export const MAX_LINE = 500;
/** A typed line is shown until the next one, for as long as it takes to read it (17 letters a second), 7 s at most. */
const SHOWN_MS = 2_000;
const LETTER_MS = 60;
const MOST_MS = 7_000;

const utf8 = new TextDecoder();

/** The language of a track of captions; "": it is none. */
export function languageOf(track: string): string {
  return track.startsWith("captions/") ? track.slice(9) : "";
}

export class CueBook {
  readonly #typed = new Map<string, Map<number, { readonly t: number; readonly text: string }>>();
  readonly #files = new Map<string, readonly Cue[]>();
  readonly #made = new Map<string, readonly Cue[]>();

  /** A typed line; true: one that was not known. */
  take({ track, seq, t, payload }: Entry): boolean {
    const language = languageOf(track);
    const lines = this.#typed.get(language) ?? new Map();
    if (!language || lines.has(seq)) return false;
    lines.set(seq, { t, text: utf8.decode(payload).replace(/\s+/g, " ").trim().slice(0, MAX_LINE) });
    this.#typed.set(language, lines);
    this.#made.delete(language);
    return true;
  }

  /** A file takes the place of what was typed in its language. */
  bring(language: string, cues: readonly (readonly [number, number, string])[]): void {
    this.#files.set(
      language,
      cues.map(([begins, ends, text]) => ({ begins, ends, text })),
    );
  }

  /** The languages in which something was said. */
  get languages(): readonly string[] {
    return [...new Set([...this.#files.keys(), ...this.#typed.keys()])];
  }

  cues(language: string): readonly Cue[] {
    const known = this.#files.get(language) ?? this.#made.get(language);
    if (known) return known;
    const lines = [...(this.#typed.get(language)?.entries() ?? [])]
      .sort(([a], [b]) => a - b)
      .map(([, one]) => one);
    const made = lines.flatMap(({ t, text }, i): Cue[] => {
      const later = lines.slice(i + 1, i + 20).find((one) => one.t > t)?.t ?? Number.POSITIVE_INFINITY;
      const ends = Math.min(t + Math.min(MOST_MS, SHOWN_MS + LETTER_MS * text.length), later);
      return text ? [{ begins: t, ends, text }] : [];
    });
    this.#made.set(language, made);
    return made;
  }

  /** What is to be read at a moment, one below the other. */
  at(language: string, ms: number): string {
    return this.cues(language)
      .filter((cue) => cue.begins <= ms && ms < cue.ends)
      .slice(-3)
      .map((cue) => cue.text)
      .join("\n");
  }
}

/** The cue that is being said, or was last; -1: none yet. */
export function currentOf(cues: readonly Cue[], ms: number): number {
  return cues.findLastIndex((cue) => cue.begins <= ms);
}
