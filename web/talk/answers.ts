/**
 * Answers as they are said on `private/answers`, and what they come to. Pure.
 *
 * Rules. Everyone has one answer to a poll: the last given while it was open. *Given* is what the answer itself says (`at`,
 * on the lesson's clock), not when it arrived: who was cut off answers no later than others. Who answers is told by the
 * voice, which the server enforces; the name beside it (`who`) is only shown.
 */
import {
  type Answer,
  isCount,
  isId,
  isPlace,
  isText,
  MAX_NAME,
  MAX_POINTS,
  MAX_TEXT,
  MAX_VALUES,
  type Poll,
  type Right,
  readObject,
  type Tally,
} from "./facts";
import type { Asked } from "./fold";

/** The part of a speaker's name that its ticket fixes: `c-` a class, `p-` a pupil, and twelve letters. */
const VOICE = /^[cp]-[a-z2-9]{12}/;

export interface Given {
  readonly voice: string;
  readonly poll: string;
  readonly answer: Answer;
  readonly at: number;
  readonly who: string;
  readonly seq: number;
}

export interface Question {
  readonly voice: string;
  readonly text: string;
  readonly at: number;
  readonly who: string;
  readonly seq: number;
}

/** Whoever speaks under this name; null when it is neither a class nor a pupil. */
export function voiceOf(speaker: string): string | null {
  return VOICE.exec(speaker)?.[0] ?? null;
}

export function isClass(voice: string): boolean {
  return voice.startsWith("c-");
}

/** The answer in an entry of `private/answers`; null when it is none. */
export function readGiven(speaker: string, seq: number, payload: Uint8Array): Given | null {
  const voice = voiceOf(speaker);
  const { poll, answer, at, who } = readObject(payload) ?? {};
  if (!voice || !isId(poll) || !isCount(at) || !isText(who, MAX_NAME) || !isAnswer(answer)) return null;
  return { voice, poll, answer, at, who: who.trim(), seq };
}

/** The question in an entry of `private/questions`; null when it is none. */
export function readQuestion(speaker: string, seq: number, payload: Uint8Array): Question | null {
  const voice = voiceOf(speaker);
  const { text, at, who } = readObject(payload) ?? {};
  if (!voice || !isCount(at) || !isText(who, MAX_NAME) || !isText(text, MAX_TEXT) || !text.trim())
    return null;
  return { voice, text: text.trim(), at, who: who.trim(), seq };
}

function isAnswer(told: unknown): told is Answer {
  if (typeof told === "boolean") return true;
  if (typeof told === "number") return Number.isFinite(told);
  if (typeof told === "string") return told.length <= MAX_TEXT;
  return Array.isArray(told) && told.length <= 6 && told.every(isCount);
}

/** Whether this can be an answer to this poll. */
export function fits(poll: Poll, answer: Answer): boolean {
  const chosen = (one: unknown) => isCount(one) && one < poll.choices.length;
  switch (poll.kind) {
    case "one":
      return chosen(answer);
    case "several":
      return (
        Array.isArray(answer) &&
        answer.length > 0 &&
        answer.every((one, i) => chosen(one) && (i === 0 || one > answer[i - 1]))
      );
    case "truth":
      return typeof answer === "boolean";
    case "number":
      return typeof answer === "number" && Math.abs(answer) <= 1e12;
    case "text":
      return typeof answer === "string" && answer.trim() !== "";
    case "place":
      return isPlace(answer);
  }
}

/** Everything that was ever answered, as it comes in, in any order. */
export class Answers {
  readonly #polls = new Map<string, Map<string, Given[]>>();

  take(given: Given): void {
    const voices = this.#polls.get(given.poll) ?? new Map<string, Given[]>();
    this.#polls.set(given.poll, voices);
    const list = voices.get(given.voice) ?? [];
    if (list.some((one) => one.seq === given.seq)) return;
    voices.set(given.voice, [...list.slice(-MAX_CHANGES + 1), given]);
  }

  /** The one that counts of everyone who answered this poll in time, in the order in which they came. */
  counting(poll: Asked): Given[] {
    const counted: Given[] = [];
    for (const list of this.#polls.get(poll.poll)?.values() ?? []) {
      const best = list.filter((one) => inTime(poll, one)).reduce(later, null as Given | null);
      if (best) counted.push(best);
    }
    return counted.sort((a, b) => a.seq - b.seq);
  }
}

/** Answers of one voice to one poll that are kept: who changes its mind more often is heard with the last of them. */
const MAX_CHANGES = 64;

function inTime(poll: Asked, given: Given): boolean {
  const before = given.at <= (poll.closedAt ?? Number.POSITIVE_INFINITY);
  return given.at >= poll.openedAt && before && fits(poll, given.answer);
}

function later(best: Given | null, one: Given): Given {
  return best === null || one.at > best.at || (one.at === best.at && one.seq > best.seq) ? one : best;
}

/** What these answers (one a voice) come to. */
export function tally(poll: Poll, given: readonly { readonly answer: Answer }[]): Tally {
  const answered = given.length;
  const answers = given.map((one) => one.answer);
  switch (poll.kind) {
    case "one":
      return { answered, counts: poll.choices.map((_, i) => answers.filter((one) => one === i).length) };
    case "several":
      return {
        answered,
        counts: poll.choices.map((_, i) => answers.filter((one) => (one as number[]).includes(i)).length),
      };
    case "truth":
      return { answered, counts: [true, false].map((side) => answers.filter((one) => one === side).length) };
    case "place":
      return { answered, points: (answers as [number, number][]).slice(0, MAX_POINTS) };
    default:
      return { answered, values: frequent(answers.map(String)) };
  }
}

/** Words that differ only in capitals, accents and spaces are the same; shown as most wrote them first. */
function frequent(said: readonly string[]): [string, number][] {
  const counts = new Map<string, [string, number]>();
  for (const one of said) {
    const key = bare(one);
    const known = counts.get(key);
    if (known) known[1]++;
    else counts.set(key, [one.trim(), 1]);
  }
  return [...counts.values()].sort((a, b) => b[1] - a[1]).slice(0, MAX_VALUES);
}

/** Without what a tired hand writes one way or another: capitals, accents, the vowel signs of Arabic, spaces. */
export function bare(text: string): string {
  const plain = text.normalize("NFD").replace(/\p{M}|ـ/gu, "");
  return plain
    .toLowerCase()
    .replace(/[أإآٱ]/g, "ا")
    .replace(/\s+/g, " ")
    .trim();
}

/** Whether an answer is right; null where nobody said what is. */
export function isRight(poll: Poll, answer: Answer, right: Right | null): boolean | null {
  if (right === null) return null;
  if (poll.kind === "several")
    return Array.isArray(answer) && Array.isArray(right) && answer.join() === right.join();
  if (poll.kind === "text")
    return Array.isArray(right) && right.some((one) => bare(String(one)) === bare(String(answer)));
  if (poll.kind === "place") {
    if (!Array.isArray(answer) || !Array.isArray(right)) return false;
    const [x, y, radius] = right as number[];
    // The page is 16:9: a thousandth of its height is shorter than one of its width.
    const [dx, dy] = [Number(answer[0]) - Number(x), ((Number(answer[1]) - Number(y)) * 9) / 16];
    return Math.hypot(dx, dy) <= Number(radius);
  }
  return answer === right;
}
