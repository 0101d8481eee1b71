import { describe, expect, it } from "vitest";
import { Answers, bare, fits, type Given, isRight, readGiven, readQuestion, tally } from "./answers";
import { csv } from "./csv";
import { dice } from "./dice";
import { type Answer, type Kind, type Poll, write } from "./facts";
import type { Asked } from "./fold";
import { Moment } from "./moment";

function asked(kind: Kind, more: Partial<Asked> = {}): Asked {
  const choices = kind === "one" || kind === "several" ? ["a", "b", "c", "d"] : [];
  const poll: Poll = { poll: "p", kind, text: "?", choices, picture: null };
  return { ...poll, openedAt: 1000, closedAt: 9000, hidden: false, shown: null, ...more };
}

const voice = (n: number) => `p-${"abcdefghjkmn".slice(0, 11)}${"abcdefghjkmnpqrstuvwxyz23456789"[n]}`;
const given = (n: number, answer: Answer, at: number, seq: number): Given => ({
  voice: voice(n),
  poll: "p",
  answer,
  at,
  who: "Amina",
  seq,
});

describe("answers", () => {
  it.each(Array.from({ length: 60 }, (_, seed) => seed))(
    "come to the same tally whatever the line did in storm %i",
    (seed) => {
      const next = dice(seed);
      const poll = asked("one");
      const last = new Map<number, { at: number; answer: number }>();
      const sent: Given[] = [];
      for (let seq = 1; seq <= 120; seq++) {
        const who = Math.floor(next() * 20);
        // Some before the opening, some after the closing, some out of the choices; moments of one voice differ.
        const [at, answer] = [Math.floor(next() * 10_000) + seq / 1000, Math.floor(next() * 5)];
        sent.push(given(who, answer, at, seq));
        if (at < 1000 || at > 9000 || answer > 3) continue;
        if (at > (last.get(who)?.at ?? 0)) last.set(who, { at, answer });
      }
      const answers = new Answers();
      // Late, twice, and in any order.
      for (const one of [...sent, ...sent.slice(0, 40)].sort(() => next() - 0.5)) answers.take(one);
      const counted = answers.counting(poll);
      expect(new Set(counted.map((one) => one.voice)).size).toBe(counted.length);
      const expected = [0, 1, 2, 3].map((i) => [...last.values()].filter((one) => one.answer === i).length);
      expect(tally(poll, counted)).toEqual({ answered: last.size, counts: expected });
    },
  );

  it("given before the closing count when they arrive after it, and those given after it never", () => {
    const answers = new Answers();
    answers.take(given(0, 1, 8999, 50));
    answers.take(given(1, 1, 9001, 2));
    answers.take(given(2, 1, 999, 3));
    expect(answers.counting(asked("one")).map((one) => one.voice)).toEqual([voice(0)]);
    expect(answers.counting(asked("one", { closedAt: null }))).toHaveLength(2);
  });

  it("of somebody who answers without end count once, with the last", () => {
    const answers = new Answers();
    for (let i = 0; i < 5000; i++) answers.take(given(0, i % 4, 2000 + i, i + 1));
    expect(tally(asked("one"), answers.counting(asked("one")))).toEqual({
      answered: 1,
      counts: [0, 0, 0, 1],
    });
  });

  it.each<[Kind, Answer, boolean]>([
    ["one", 3, true],
    ["one", 4, false],
    ["one", -1, false],
    ["one", "1", false],
    ["several", [0, 2], true],
    ["several", [2, 0], false],
    ["several", [1, 1], false],
    ["several", [], false],
    ["truth", false, true],
    ["truth", 0, false],
    ["number", -3.5, true],
    ["number", 1e13, false],
    ["text", " ", false],
    ["text", "<b>oui</b>", true],
    ["place", [0, 1000], true],
    ["place", [0, 1001], false],
    ["place", [1], false],
  ])("of the kind %s: %j fits %s", (kind, answer, good) => {
    expect(fits(asked(kind), answer)).toBe(good);
  });

  it("are right or not, however they are written", () => {
    expect(bare("  Élève  ")).toBe(bare("eleve"));
    expect(bare("إجابةٌ")).toBe(bare("اجابة"));
    expect(isRight(asked("text"), "le CARRÉ", ["Le carre"])).toBe(true);
    expect(isRight(asked("several"), [0, 2], [0, 2])).toBe(true);
    expect(isRight(asked("several"), [0], [0, 2])).toBe(false);
    expect(isRight(asked("place"), [550, 500], [500, 500, 60])).toBe(true);
    expect(isRight(asked("place"), [500, 600], [500, 500, 60])).toBe(true);
    expect(isRight(asked("place"), [570, 500], [500, 500, 60])).toBe(false);
    expect(isRight(asked("number"), 3, 3)).toBe(true);
    expect(isRight(asked("truth"), false, true)).toBe(false);
    expect(isRight(asked("truth"), false, null)).toBeNull();
  });

  it("in words are counted together, the most frequent first, and a dozen of them", () => {
    const said = ["Oui", "oui ", "OUI", "non", ...Array.from({ length: 20 }, (_, i) => `autre ${i}`)];
    const told = tally(
      asked("text"),
      said.map((answer) => ({ answer })),
    );
    expect(told.answered).toBe(24);
    expect(told.values).toHaveLength(12);
    expect(told.values?.[0]).toEqual(["Oui", 3]);
  });

  it("are read strictly, and only from classes and pupils", () => {
    const body = { poll: "p", answer: 1, at: 5, who: "Amina" };
    const speaker = `${voice(0)}.1`;
    expect(readGiven(speaker, 7, write(body))).toEqual({ voice: voice(0), ...body, seq: 7 });
    expect(readGiven(`${voice(0)}forged.2`, 7, write(body))?.voice, "a longer name is the same voice").toBe(
      voice(0),
    );
    expect(readGiven("s1234.1", 7, write(body))).toBeNull();
    for (const wrong of [
      { at: -1 },
      { at: 1.5 },
      { who: "x".repeat(61) },
      { answer: "x".repeat(501) },
      { answer: {} },
      { poll: "" },
    ])
      expect(readGiven(speaker, 7, write({ ...body, ...wrong }))).toBeNull();
    expect(readQuestion(speaker, 8, write({ text: " Pourquoi ? ", at: 5, who: "" }))?.text).toBe(
      "Pourquoi ?",
    );
    expect(readQuestion(speaker, 8, write({ text: "x".repeat(501), at: 5, who: "" }))).toBeNull();
    expect(readQuestion(speaker, 8, write({ text: " ", at: 5, who: "" }))).toBeNull();
  });
});

describe("a table", () => {
  it("opens in a spreadsheet, and what looks like a formula is none", () => {
    expect(csv([["é", 'a "b"', "c,d", 1.5]])).toBe('\ufeffé,"a ""b""","c,d",1.5\r\n');
    expect(csv([["=1+1", "@x", "-3,5", "+212", "l1\nl2"]])).toBe(
      '\ufeff\'=1+1,\'@x,"-3,5",\'+212,"l1\nl2"\r\n',
    );
  });
});

describe("where the lesson is now", () => {
  it("goes on from what was told last, and stands still while the teacher does", () => {
    const moment = new Moment();
    expect(moment.at(100)).toBe(0);
    moment.told(5000, 1000);
    expect(moment.at(2500)).toBe(6500);
    moment.told(5000, 6000);
    expect(moment.at(6000)).toBe(5000);
    moment.told(4000, 6000);
    expect(moment.at(6500)).toBe(5500);
  });
});
