/**
 * How a slate stands: what its voice and the teacher wrote on it and told of it, folded in the order of the timeline, and on top of
 * it what was said here and has not come back yet (as in `web/write/notebook.ts`). Pure.
 */
import { voiceOf } from "../talk/answers";
import type { Entry } from "../wire/frames";
import { type Note, noteOf, slateOf } from "./notes";

export interface Standing {
  /** What its voice calls itself; null: it has not taken this slate. */
  readonly who: string | null;
  /** Handed in. */
  readonly done: boolean;
  /** Given back by the teacher, and its voice has not gone on since. */
  readonly returned: boolean;
  /** The teacher wrote on it. */
  readonly remarked: boolean;
  /** When something was last written on it, ms on the lesson's clock; null: nothing was. */
  readonly changedAt: number | null;
}

export const UNTOUCHED: Standing = {
  who: null,
  done: false,
  returned: false,
  remarked: false,
  changedAt: null,
};

/** Something that changes how a slate stands. */
export type Step =
  | { readonly step: "written"; readonly own: boolean; readonly at: number }
  | { readonly step: "taken"; readonly who: string }
  | { readonly step: "told"; readonly who: string; readonly done: boolean }
  | { readonly step: "returned" };

/** What counts of an entry. */
type Saying = Pick<Entry, "track" | "speaker" | "t" | "payload">;

/** What an entry means for whose slate of which task; null: it is about none. */
export function stepIn(
  entry: Saying,
): { readonly voice: string; readonly slate: string; readonly step: Step } | null {
  const known = slateOf(entry.track);
  const speaking = voiceOf(entry.speaker);
  if (known) return { ...known, step: { step: "written", own: speaking === known.voice, at: entry.t } };
  const told = noteOf(entry);
  const step = told && stepOf(told.note, speaking === told.voice);
  return step && { voice: told.voice, ...step };
}

/** A voice tells whose its slate is and whether it is handed in; only a teacher gives it back. */
function stepOf(note: Note, own: boolean): { readonly slate: string; readonly step: Step } | null {
  if (!("slate" in note)) return null;
  const { slate } = note;
  if ("returned" in note) return own ? null : { slate, step: { step: "returned" } };
  const who = note.who.trim();
  if (!own) return null;
  return { slate, step: "done" in note ? { step: "told", who, done: note.done } : { step: "taken", who } };
}

export class StandingFold {
  #heard = UNTOUCHED;
  #waiting: {
    readonly track: string;
    readonly speaker: string;
    readonly number: number;
    readonly step: Step;
  }[] = [];

  get now(): Standing {
    return this.#waiting.reduce((before, { step }) => after(before, step), this.#heard);
  }

  /** This was said here, under this number; null: it could not be. */
  say({ track, speaker }: Pick<Saying, "track" | "speaker">, number: number | null, step: Step): void {
    if (number !== null) this.#waiting.push({ track, speaker, number, step });
  }

  hear({ track, speaker, number }: Entry, step: Step): void {
    this.#heard = after(this.#heard, step);
    this.#waiting = this.#waiting.filter(
      (one) => one.track !== track || one.speaker !== speaker || one.number > number,
    );
  }
}

function after(before: Standing, step: Step): Standing {
  switch (step.step) {
    case "written": {
      const changed = { ...before, changedAt: step.at };
      // Who goes on writing has not done yet, whatever was told before.
      return step.own ? { ...changed, done: false, returned: false } : { ...changed, remarked: true };
    }
    case "taken":
      return { ...before, who: step.who };
    case "told":
      return { ...before, who: step.who, done: step.done, returned: false };
    case "returned":
      return { ...before, done: false, returned: true };
  }
}
