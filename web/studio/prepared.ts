/** Questions prepared before the lesson, on this PC: written down once, opened as often as one likes. Pure. */
import { isRight } from "../talk/answers";
import {
  KINDS,
  type Kind,
  MAX_CHOICE,
  MAX_CHOICES,
  MAX_TEXT,
  type Picture,
  type Poll,
  type Right,
} from "../talk/facts";

export interface Prepared {
  readonly id: string;
  readonly kind: Kind;
  readonly text: string;
  readonly choices: readonly string[];
  readonly picture: Picture | null;
  readonly right: Right | null;
}

/** What the form tells, as typed. */
export interface Typed {
  readonly kind: string;
  readonly text: string;
  readonly choices: readonly string[];
  /** Indices of the choices ticked as right. */
  readonly ticked: readonly number[];
  /** Of a number or words: what is right; several ways of saying it, separated by `;`. */
  readonly told: string;
  readonly place: readonly number[] | null;
  readonly picture: Picture | null;
}

/** The question that was typed, or which of its parts is missing. */
export function prepare(id: string, typed: Typed): Prepared | "text" | "choices" | "right" {
  const kind = KINDS.find((one) => one === typed.kind) ?? "one";
  const text = typed.text.trim().slice(0, MAX_TEXT);
  if (!text) return "text";
  const kept = typed.choices.map((one, i) => ({
    text: one.trim().slice(0, MAX_CHOICE),
    right: typed.ticked.includes(i),
  }));
  const choices = kept.filter((one) => one.text).slice(0, MAX_CHOICES);
  const choosing = kind === "one" || kind === "several";
  if (choosing && choices.length < 2) return "choices";
  const rights = choices.flatMap((one, i) => (one.right ? [i] : []));
  const right = rightOf(kind, rights, typed);
  if (right === "right") return right;
  const prepared = { id, kind, text, picture: typed.picture, right };
  return { ...prepared, choices: choosing ? choices.map((one) => one.text) : [] };
}

function rightOf(kind: Kind, rights: readonly number[], typed: Typed): Right | null | "right" {
  const told = typed.told.trim();
  switch (kind) {
    case "one":
      return rights[0] ?? null;
    case "several":
      return rights.length > 0 ? rights : null;
    case "truth":
      return told === "" ? null : told === "true";
    case "number": {
      if (told === "") return null;
      const number = Number(told.replace(",", "."));
      return Number.isFinite(number) ? number : "right";
    }
    case "text": {
      const words = told.split(/[;؛]/).map((one) => one.trim());
      const said = words.filter(Boolean).slice(0, 20);
      return said.length > 0 ? said : null;
    }
    case "place":
      return typed.place && typed.place.length === 3 ? [...typed.place] : null;
  }
}

/** The fact that opens it, under an id of its own. */
export function opening(
  poll: string,
  prepared: Omit<Prepared, "id" | "right">,
): Poll & { fact: "poll-opened" } {
  const { kind, text, choices, picture } = prepared;
  return { fact: "poll-opened", poll, kind, text, choices, picture };
}

/** Asked in one tap, aloud, without a word on the screen. */
export function quick(kind: "one" | "truth", count = 4): Omit<Prepared, "id" | "right"> {
  const choices = kind === "one" ? [..."ABCDEF"].slice(0, count) : [];
  return { kind, text: "", choices, picture: null };
}

/** `list` with the question of this id moved one place. */
export function moved(list: readonly Prepared[], id: string, by: -1 | 1): Prepared[] {
  const from = list.findIndex((one) => one.id === id);
  const to = from + by;
  if (from < 0 || to < 0 || to >= list.length) return [...list];
  const next = [...list];
  next.splice(to, 0, ...next.splice(from, 1));
  return next;
}

/** How many of these answers are right; null where nobody said what is. */
export function rightCount(
  poll: Poll,
  answers: readonly Parameters<typeof isRight>[1][],
  right: Right | null,
): number | null {
  return right === null ? null : answers.filter((one) => isRight(poll, one, right)).length;
}
