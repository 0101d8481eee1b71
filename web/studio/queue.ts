/** The questions that classes and pupils asked, as the teacher works through them. Pure. */
import { bare, type Question } from "../talk/answers";

/** What the teacher did with a question; kept on this PC. */
export interface Mark {
  readonly state: "aloud" | "written" | "published" | "kept" | "dismissed";
}

export interface Marks {
  /** By the seq of the question. */
  readonly done: Readonly<Record<string, Mark["state"]>>;
  /** The seq of a question, and that of the one it says again. */
  readonly merged: Readonly<Record<string, number>>;
}

export const NO_MARKS: Marks = { done: {}, merged: {} };

export interface Item {
  readonly seq: number;
  readonly text: string;
  readonly at: number;
  /** Everyone who asked it, each once. */
  readonly who: readonly string[];
  readonly voices: readonly string[];
  readonly times: number;
  readonly state: Mark["state"] | "waiting";
}

/** One item a question, those that say the same together, in the order in which they were first asked. */
export function queue(asked: readonly Question[], marks: Marks): Item[] {
  const groups = new Map<number, Question[]>();
  const bySaying = new Map<string, number>();
  for (const one of [...asked].sort((a, b) => a.seq - b.seq)) {
    const same = bySaying.get(bare(one.text));
    const into = root(marks.merged[one.seq] ?? same ?? one.seq, marks);
    if (same === undefined) bySaying.set(bare(one.text), into);
    const group = groups.get(into) ?? [];
    group.push(one);
    groups.set(into, group);
  }
  return [...groups].flatMap(([seq, group]) => {
    const first = group.find((one) => one.seq === seq) ?? group[0];
    if (!first) return [];
    const voices = new Map(group.map((one) => [one.voice, one.who]));
    const state = marks.done[first.seq] ?? "waiting";
    return [
      {
        seq: first.seq,
        text: first.text,
        at: first.at,
        who: [...voices.values()],
        voices: [...voices.keys()],
        times: voices.size,
        state,
      },
    ];
  });
}

/** `seq` says the same as `into`. Merging two that already are together changes nothing. */
export function merge(marks: Marks, seq: number, into: number): Marks {
  if (root(into, marks) === root(seq, marks)) return marks;
  return { ...marks, merged: { ...marks.merged, [root(seq, marks)]: root(into, marks) } };
}

export function mark(marks: Marks, seq: number, state: Mark["state"] | null): Marks {
  const { [seq]: _, ...rest } = marks.done;
  return { ...marks, done: state === null ? rest : { ...rest, [seq]: state } };
}

function root(seq: number, marks: Marks): number {
  let at = seq;
  for (let into = marks.merged[at]; into !== undefined; into = marks.merged[at]) at = into;
  return at;
}
