/** That a class is here, how its line is, whether its hand is up: shown in passing on `private/here`. Pure. */
import { isCount, isText, MAX_NAME, readObject, write } from "../talk/facts";

export const HERE = "private/here";
/** A class tells this often that it is here. */
export const TELL_MS = 4_000;
/** On a poor line, where every telling takes from the sound of others in the school. */
export const TELL_POOR_MS = 8_000;
/** Who was not heard of for so long is gone: one in a row may be lost, four on a good line. */
export const GONE_MS = 20_000;

export const CALLS = ["none", "calling", "voice", "picture", "refused", "failed"] as const;
/** What a class makes of the floor it was given. */
export type Call = (typeof CALLS)[number];

/** 3 free, 2 narrow, 1 poor: sound and ink alone. */
export type Bars = 1 | 2 | 3;

export interface Here {
  readonly who: string;
  /** Since how many ms the hand is up; null: it is down. */
  readonly hand: number | null;
  readonly line: Bars;
  /** The height of the picture it sees, 0: none. */
  readonly rung: number;
  /** ms behind what was said last. */
  readonly behind: number;
  readonly call: Call;
}

export function tellHere(here: Here): Uint8Array<ArrayBuffer> {
  return write(here);
}

export function tellGone(who: string): Uint8Array<ArrayBuffer> {
  return write({ who, gone: true });
}

/** What a class told of itself; null when it makes no sense. */
export function readHere(payload: Uint8Array): Here | "gone" | null {
  const { who, hand, line, rung, behind, call, gone } = readObject(payload) ?? {};
  if (!isText(who, MAX_NAME)) return null;
  if (gone === true) return "gone";
  if (!(hand === null || isCount(hand)) || !isCount(rung) || !isCount(behind)) return null;
  if (line !== 1 && line !== 2 && line !== 3) return null;
  const known = CALLS.find((one) => one === call);
  return known ? { who: who.trim(), hand, line, rung, behind, call: known } : null;
}

/** How the line does, in bars, from the picture it carries and wants. `poor`: the server sends none, for the line has no room. */
export function barsOf(rung: number, wanted: boolean, poor: boolean): Bars {
  if (poor || (wanted && rung === 0)) return 1;
  return rung > 0 && rung < 180 ? 2 : 3;
}
