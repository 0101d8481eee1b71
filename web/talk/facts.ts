/**
 * What is said on `talk`: small facts in JSON (`docs/protocol.md`, Talk payloads). Read strictly: a fact that is not as the
 * page says means nothing. Pure.
 */
import { PAPERS, type Paper } from "../board/board";

export const KINDS = ["one", "several", "truth", "number", "text", "place"] as const;
export type Kind = (typeof KINDS)[number];

/** Characters in a question, an answer in words, a written answer. */
export const MAX_TEXT = 500;
export const MAX_CHOICE = 120;
export const MAX_NAME = 60;
export const MAX_CHOICES = 6;
/** A place is told in thousandths of the width and height of a 16:9 page, on which the picture lies whole. */
export const PLACES = 1000;
/** Base64 letters: 60 kB of picture, which a telephone on 512 kbit/s has within a second. */
export const MAX_PICTURE = 81_920;
/** Rows and points that a tally lists; what lies beyond counts in `answered`. */
export const MAX_VALUES = 12;
export const MAX_POINTS = 500;

export interface Picture {
  readonly type: string;
  /** Base64. */
  readonly data: string;
}

/** An index, indices in order, true or false, a number, words, `[x, y]`: by the kind of its poll. */
export type Answer = number | boolean | string | readonly number[];

/** As `Answer`; words: what counts as right; a place: `[x, y, radius]`. */
export type Right = number | boolean | readonly number[] | readonly string[];

export interface Poll {
  readonly poll: string;
  readonly kind: Kind;
  readonly text: string;
  readonly choices: readonly string[];
  readonly picture: Picture | null;
}

export interface Tally {
  readonly answered: number;
  /** Per choice; of `truth`: true, false. */
  readonly counts?: readonly number[];
  /** Of `number` and `text`: the most frequent first. */
  readonly values?: readonly (readonly [value: string, count: number])[];
  readonly points?: readonly (readonly [x: number, y: number])[];
}

/** A class that has the floor. */
export interface Holder {
  readonly voice: string;
  readonly who: string;
  /** Whether it may write on the board. */
  readonly pen: boolean;
}

/** A task for everyone's own slate. */
export interface Task {
  readonly slate: string;
  /** Empty: asked aloud. */
  readonly text: string;
  readonly paper: Paper;
  /** Whether the pencils are still at work. */
  readonly open: boolean;
}

/** Classes that have the floor at once. */
export const MAX_FLOOR = 3;

export type Fact =
  | ({ readonly fact: "poll-opened" } & Poll)
  | { readonly fact: "poll-closed" | "poll-hidden"; readonly poll: string }
  | {
      readonly fact: "poll-shown";
      readonly poll: string;
      readonly tally: Tally;
      readonly right: Right | null;
    }
  | {
      readonly fact: "question-published";
      readonly question: string;
      readonly text: string;
      readonly who: string | null;
      readonly answer: string | null;
    }
  | { readonly fact: "question-withdrawn"; readonly question: string }
  | { readonly fact: "code-shown"; readonly code: string; readonly join: string }
  | { readonly fact: "code-hidden" }
  | { readonly fact: "floor"; readonly classes: readonly Holder[] }
  | ({ readonly fact: "slate" } & Task)
  | { readonly fact: "slate-hidden" };

const ID = /^[a-z0-9]{1,16}$/;
const SLATE = /^s[a-z0-9]{1,12}$/;
const CLASS = /^c-[a-z2-9]{12}$/;
const utf8 = new TextDecoder("utf-8", { fatal: true });

type Told = Readonly<Record<string, unknown>>;

/** A JSON object in a payload; null when it is none. */
export function readObject(payload: Uint8Array): Told | null {
  try {
    const told: unknown = JSON.parse(utf8.decode(payload));
    return typeof told === "object" && told !== null && !Array.isArray(told) ? (told as Told) : null;
  } catch {
    return null;
  }
}

/** The payload of a fact, or of an answer. */
export function write(told: object): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(told));
}

/** The fact in this payload; null when it is none. */
export function readFact(payload: Uint8Array): Fact | null {
  const told = readObject(payload);
  return told && factOf(told);
}

function factOf(told: Told): Fact | null {
  const { fact, poll, question } = told;
  switch (fact) {
    case "poll-opened": {
      const opened = pollOf(told);
      return opened && { fact, ...opened };
    }
    case "poll-closed":
    case "poll-hidden":
      return isId(poll) ? { fact, poll } : null;
    case "poll-shown": {
      const tally = tallyOf(told.tally);
      const right = rightOf(told.right);
      return isId(poll) && tally && right !== undefined ? { fact, poll, tally, right } : null;
    }
    case "question-published": {
      const { text, who, answer } = told;
      if (!isId(question) || !isText(text, MAX_TEXT) || text === "") return null;
      if (!(who === null || isText(who, MAX_NAME)) || !(answer === null || isText(answer, MAX_TEXT)))
        return null;
      return { fact, question, text, who, answer };
    }
    case "question-withdrawn":
      return isId(question) ? { fact, question } : null;
    case "code-shown": {
      const { code, join } = told;
      return isText(code, 6) && /^\d{6}$/.test(code) && isText(join, 200) ? { fact, code, join } : null;
    }
    case "code-hidden":
      return { fact };
    case "floor": {
      const { classes } = told;
      if (!isList(classes, MAX_FLOOR) || !classes.every(isHolder)) return null;
      return { fact, classes: classes.map(({ voice, who, pen }) => ({ voice, who, pen })) };
    }
    case "slate": {
      const { slate, text, paper, open } = told;
      const known = PAPERS.find((one) => one === paper);
      if (!isSlate(slate) || !isText(text, MAX_TEXT) || !known || typeof open !== "boolean") return null;
      return { fact, slate, text, paper: known, open };
    }
    case "slate-hidden":
      return { fact };
    default:
      return null;
  }
}

function pollOf({ poll, kind, text, choices, picture }: Told): Poll | null {
  if (!isId(poll) || !KINDS.includes(kind as Kind) || !isText(text, MAX_TEXT)) return null;
  if (!isList(choices, MAX_CHOICES) || !choices.every((one) => isText(one, MAX_CHOICE))) return null;
  const choosing = kind === "one" || kind === "several";
  if (choosing !== choices.length > 0 || choices.length === 1) return null;
  const shown = picture === null ? null : pictureOf(picture);
  if (picture !== null && !shown) return null;
  return { poll, kind: kind as Kind, text, choices: choices as string[], picture: shown };
}

function pictureOf(told: unknown): Picture | null {
  const { type, data } = (told ?? {}) as Told;
  const kept = type === "image/webp" || type === "image/jpeg" || type === "image/png";
  return kept && isText(data, MAX_PICTURE) && /^[A-Za-z0-9+/]+={0,2}$/.test(data) ? { type, data } : null;
}

function tallyOf(told: unknown): Tally | null {
  const { answered, counts, values, points } = (told ?? {}) as Told;
  if (!isCount(answered)) return null;
  if (counts !== undefined && !(isList(counts, MAX_CHOICES) && counts.every(isCount))) return null;
  if (values !== undefined && !(isList(values, MAX_VALUES) && values.every(isValue))) return null;
  if (points !== undefined && !(isList(points, MAX_POINTS) && points.every(isPlace))) return null;
  return { answered, counts, values, points } as Tally;
}

function rightOf(told: unknown): Right | null | undefined {
  if (told === null || typeof told === "number" || typeof told === "boolean") return told;
  if (!isList(told, 20)) return undefined;
  const alike = told.every((one) => typeof one === "number") || told.every((one) => isText(one, MAX_TEXT));
  return alike ? (told as Right) : undefined;
}

function isHolder(told: unknown): told is Holder {
  const { voice, who, pen } = (told ?? {}) as Told;
  return typeof voice === "string" && CLASS.test(voice) && isText(who, MAX_NAME) && typeof pen === "boolean";
}

function isValue(told: unknown): boolean {
  return isList(told, 2) && told.length === 2 && isText(told[0], MAX_TEXT) && isCount(told[1]);
}

/** `[x, y]` in thousandths. */
export function isPlace(told: unknown): told is [number, number] {
  return (
    isList(told, 2) && told.length === 2 && told.every((one) => isCount(one) && (one as number) <= PLACES)
  );
}

export function isId(told: unknown): told is string {
  return typeof told === "string" && ID.test(told);
}

/** The name of a task, in the names of the tracks on which it is worked at. */
export function isSlate(told: unknown): told is string {
  return typeof told === "string" && SLATE.test(told);
}

export function isText(told: unknown, most: number): told is string {
  return typeof told === "string" && told.length <= most;
}

/** A whole number, 0 or more. */
export function isCount(told: unknown): told is number {
  return Number.isSafeInteger(told) && (told as number) >= 0;
}

function isList(told: unknown, most: number): told is unknown[] {
  return Array.isArray(told) && told.length <= most;
}
