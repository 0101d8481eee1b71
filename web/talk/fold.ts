/**
 * What is open, shown and published at a moment: the fold of the facts on `talk` up to it, in the order of `seq`. Pure.
 *
 * Rules. A poll is opened once, under an id of its own; opened again it means nothing. One poll at a time is open: opening
 * or showing another closes it. A poll stands on the wall from its opening until it is hidden or another takes its place; once
 * hidden it comes back when it is shown. What is said about a poll that nobody opened means nothing.
 */
import type { Fact, Holder, Poll, Right, Tally, Task } from "./facts";

export interface SaidFact {
  readonly seq: number;
  /** ms on the lesson's clock. */
  readonly t: number;
  readonly fact: Fact;
}

export interface Asked extends Poll {
  readonly openedAt: number;
  /** null: still open. */
  readonly closedAt: number | null;
  readonly hidden: boolean;
  /** What was shown to all. */
  readonly shown: { readonly tally: Tally; readonly right: Right | null } | null;
}

export interface Published {
  readonly question: string;
  readonly text: string;
  readonly who: string | null;
  readonly answer: string | null;
  readonly t: number;
}

export interface Talk {
  /** Every poll so far, in the order of their opening. */
  readonly polls: readonly Asked[];
  /** The one that stands on the wall. */
  readonly poll: Asked | null;
  readonly questions: readonly Published[];
  readonly code: { readonly code: string; readonly join: string } | null;
  /** Who has the floor. */
  readonly floor: readonly Holder[];
  /** The task for everyone's slate; `givenAt` ms on the lesson's clock. */
  readonly slate: (Task & { readonly givenAt: number }) | null;
}

export const SILENCE: Talk = { polls: [], poll: null, questions: [], code: null, floor: [], slate: null };

/** The talk at the moment `t`. `said` is in the order of `seq`. */
export function fold(said: readonly SaidFact[], t = Number.POSITIVE_INFINITY): Talk {
  let talk = SILENCE;
  for (const one of said) if (one.t <= t) talk = after(talk, one);
  return talk;
}

function after(talk: Talk, { t, fact }: SaidFact): Talk {
  switch (fact.fact) {
    case "poll-opened": {
      if (find(talk, fact.poll)) return talk;
      const { fact: _, ...poll } = fact;
      const opened: Asked = { ...poll, openedAt: t, closedAt: null, hidden: false, shown: null };
      return { ...talk, polls: [...talk.polls.map((one) => closed(one, t)), opened], poll: opened };
    }
    case "poll-closed":
      return changed(talk, fact.poll, (poll) => closed(poll, t));
    case "poll-hidden":
      return changed(talk, fact.poll, (poll) => ({ ...closed(poll, t), hidden: true }));
    case "poll-shown": {
      const shown = { tally: fact.tally, right: fact.right };
      if (!find(talk, fact.poll)) return talk;
      const alone = talk.polls.map((one) => (one.poll === fact.poll ? one : closed(one, t)));
      return changed(
        { ...talk, polls: alone },
        fact.poll,
        (poll) => ({ ...poll, hidden: false, shown }),
        true,
      );
    }
    case "question-published": {
      const { fact: _, ...told } = fact;
      const others = talk.questions.filter((one) => one.question !== told.question);
      return { ...talk, questions: [...others, { ...told, t }] };
    }
    case "question-withdrawn":
      return { ...talk, questions: talk.questions.filter((one) => one.question !== fact.question) };
    case "code-shown":
      return { ...talk, code: { code: fact.code, join: fact.join } };
    case "code-hidden":
      return { ...talk, code: null };
    case "floor":
      return { ...talk, floor: fact.classes };
    case "slate": {
      const { fact: _, ...task } = fact;
      const givenAt = talk.slate?.slate === task.slate ? talk.slate.givenAt : t;
      return { ...talk, slate: { ...task, givenAt } };
    }
    case "slate-hidden":
      return { ...talk, slate: null };
  }
}

function find(talk: Talk, id: string): Asked | undefined {
  return talk.polls.find((one) => one.poll === id);
}

function closed(poll: Asked, t: number): Asked {
  return poll.closedAt === null ? { ...poll, closedAt: t } : poll;
}

function changed(talk: Talk, id: string, change: (poll: Asked) => Asked, turnsUp = false): Talk {
  const before = find(talk, id);
  if (!before) return talk;
  const now = change(before);
  const polls = talk.polls.map((one) => (one.poll === id ? now : one));
  const stands = turnsUp || talk.poll?.poll === id ? now : talk.poll;
  return { ...talk, polls, poll: stands?.hidden ? null : stands };
}
