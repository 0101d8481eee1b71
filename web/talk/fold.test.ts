import { describe, expect, it } from "vitest";
import type { Entry } from "../wire/frames";
import { dice } from "./dice";
import { type Fact, readFact, write } from "./facts";
import { fold, type SaidFact } from "./fold";
import { TalkLog } from "./log";

const opened = (poll: string, kind = "truth"): Fact =>
  ({
    fact: "poll-opened",
    poll,
    kind,
    text: poll,
    choices: kind === "one" ? ["x", "y"] : [],
    picture: null,
  }) as Fact;
const shown = (poll: string, right: boolean | null = null): Fact => ({
  fact: "poll-shown",
  poll,
  tally: { answered: 0, counts: [0, 0] },
  right,
});

function said(...facts: Fact[]): SaidFact[] {
  return facts.map((fact, i) => ({ seq: i + 1, t: i * 1000, fact }));
}

/** A storm of facts as a hurried teacher says them, in any order, some of them about nothing. */
function storm(seed: number): SaidFact[] {
  const next = dice(seed);
  const any = (of: number) => Math.floor(next() * of);
  let t = 0;
  return Array.from({ length: 60 }, (_, i) => {
    t += any(3) * 400;
    const poll = `p${any(6)}`;
    const facts: Fact[] = [
      opened(poll),
      { fact: "poll-closed", poll },
      { fact: "poll-hidden", poll },
      shown(poll, next() < 0.5),
      { fact: "question-published", question: `q${any(3)}`, text: "?", who: null, answer: null },
      { fact: "question-withdrawn", question: `q${any(3)}` },
      { fact: "code-shown", code: "123456", join: "x/join" },
      {
        fact: "floor",
        classes: [{ voice: `c-${"a".repeat(12)}`, who: "A", pen: next() < 0.5 }].slice(any(2)),
      },
      { fact: "slate", slate: `s${any(3)}`, text: "", paper: "squares", open: next() < 0.5 },
      { fact: "slate-hidden" },
    ];
    return { seq: i + 1, t, fact: facts[any(facts.length)] as Fact };
  });
}

describe("the talk at a moment", () => {
  it("is what was opened, closed, shown and hidden up to it", () => {
    const facts = said(
      opened("a"),
      { fact: "poll-closed", poll: "a" },
      shown("a"),
      shown("a", true),
      { fact: "poll-hidden", poll: "a" },
      shown("a", false),
    );
    expect(fold(facts, -1).poll).toBeNull();
    expect(fold(facts, 500).poll).toMatchObject({ poll: "a", openedAt: 0, closedAt: null, shown: null });
    expect(fold(facts, 1000).poll).toMatchObject({ closedAt: 1000, shown: null });
    expect(fold(facts, 2000).poll?.shown?.right).toBeNull();
    expect(fold(facts, 3000).poll?.shown?.right).toBe(true);
    expect(fold(facts, 4000).poll).toBeNull();
    expect(fold(facts, 5000).poll).toMatchObject({ poll: "a", hidden: false });
  });

  it.each(Array.from({ length: 40 }, (_, seed) => seed))("keeps its laws in storm %i", (seed) => {
    const facts = storm(seed);
    const t = facts[30]?.t ?? 0;
    const whole = fold(facts);
    for (const moment of [t, Number.POSITIVE_INFINITY]) {
      const talk = fold(facts, moment);
      const open = talk.polls.filter((one) => one.closedAt === null);
      expect(open.length, "one poll at a time is open").toBeLessThanOrEqual(1);
      if (open[0]) expect(talk.poll === null || talk.poll.poll === open[0].poll).toBe(true);
      expect(talk.poll?.hidden ?? false, "what is hidden stands on no wall").toBe(false);
      if (talk.poll) expect(talk.polls).toContain(talk.poll);
    }
    // The later talk agrees with the earlier one about what was over by then.
    for (const poll of fold(facts, t).polls) {
      const later = whole.polls.find((one) => one.poll === poll.poll);
      expect(later?.openedAt).toBe(poll.openedAt);
      if (poll.closedAt !== null) expect(later?.closedAt).toBe(poll.closedAt);
    }
    // In any order, twice, with the page's own facts ahead of their echo: the log comes to the same.
    const next = dice(seed + 1000);
    const entries = facts.map(({ seq, t: at, fact }): Entry => {
      const names = { track: "talk", speaker: "s1.1", number: seq, duration: 0, flags: 0 };
      return { kind: "entry", seq, t: at, payload: write(fact), ...names };
    });
    const log = new TalkLog();
    for (const { seq, t: at, fact } of facts.slice(-5)) log.say("s1.1", seq, at, fact);
    for (const entry of [...entries, ...entries.slice(10, 20)].sort(() => next() - 0.5)) {
      log.take(entry);
      log.at(next() * 20_000);
    }
    expect(log.at(t)).toEqual(fold(facts, t));
    expect(log.at()).toEqual(whole);
  });
});

describe("the floor and the slates", () => {
  const tata = { voice: `c-${"a".repeat(12)}`, who: "Tata", pen: false };

  it("stand as they were told last", () => {
    const facts = said(
      { fact: "floor", classes: [tata] },
      { fact: "slate", slate: "s1", text: "3 × 7 ?", paper: "squares", open: true },
      { fact: "floor", classes: [{ ...tata, pen: true }] },
      { fact: "slate", slate: "s1", text: "3 × 7 ?", paper: "squares", open: false },
      { fact: "floor", classes: [] },
      { fact: "slate-hidden" },
    );
    expect(fold(facts, 1000)).toMatchObject({
      floor: [tata],
      slate: { slate: "s1", open: true, givenAt: 1000 },
    });
    expect(fold(facts, 3000)).toMatchObject({
      floor: [{ pen: true }],
      slate: { open: false, givenAt: 1000 },
    });
    expect(fold(facts)).toMatchObject({ floor: [], slate: null });
  });

  it.each([
    { classes: [tata, tata, tata, tata] },
    { classes: [{ ...tata, voice: "p-aaaaaaaaaaaa" }] },
    { classes: [{ ...tata, voice: "c-../../etc/pw" }] },
    { classes: [{ ...tata, who: "x".repeat(61) }] },
    { classes: [{ ...tata, pen: 1 }] },
    { classes: [null] },
    { classes: "all" },
  ])("are not told by %j", (wrong) => {
    expect(readFact(write({ fact: "floor", ...wrong }))).toBeNull();
  });

  it.each([
    { slate: "note" },
    { slate: "1" },
    { slate: "s" },
    { slate: `s${"1".repeat(13)}` },
    { slate: "s-1" },
    { text: "x".repeat(501) },
    { paper: "graph" },
    { open: "yes" },
  ])("nor by a slate with %j", (wrong) => {
    const task = { slate: "s1", text: "", paper: "plain", open: true };
    expect(readFact(write({ fact: "slate", ...task }))).toEqual({ fact: "slate", ...task });
    expect(readFact(write({ fact: "slate", ...task, ...wrong }))).toBeNull();
  });
});

describe("a fact", () => {
  it("is read as it was written", () => {
    for (const fact of [opened("a"), opened("b", "one"), shown("a", true), { fact: "code-hidden" } as Fact])
      expect(readFact(write(fact))).toEqual(fact);
  });

  it.each([
    ["no JSON", "{"],
    ["no object", "[]"],
    ["an id of another kind", JSON.stringify({ ...opened("a"), poll: "<b>" })],
    ["choices without a choice", JSON.stringify({ ...opened("a"), choices: ["x", "y"] })],
    ["one choice", JSON.stringify({ ...opened("a", "one"), choices: ["x"] })],
    ["seven choices", JSON.stringify({ ...opened("a", "one"), choices: [..."abcdefg"] })],
    ["a long text", JSON.stringify({ ...opened("a"), text: "x".repeat(501) })],
    [
      "a picture that is a page",
      JSON.stringify({ ...opened("a"), picture: { type: "image/svg+xml", data: "AAAA" } }),
    ],
    [
      "a picture that breaks out",
      JSON.stringify({ ...opened("a"), picture: { type: "image/png", data: '"><b>' } }),
    ],
    ["half a tally", JSON.stringify({ ...shown("a"), tally: { counts: [1] } })],
    ["a count below nothing", JSON.stringify({ ...shown("a"), tally: { answered: 1, counts: [-1] } })],
    ["a code of letters", JSON.stringify({ fact: "code-shown", code: "12345x", join: "" })],
    ["a fact from the future", JSON.stringify({ fact: "poll-celebrated", poll: "a" })],
  ])("that is %s means nothing", (_, text) => {
    expect(readFact(new TextEncoder().encode(text))).toBeNull();
  });
});
