import { describe, expect, it } from "vitest";
import type { Question } from "../talk/answers";
import { moved, type Prepared, prepare, quick, type Typed } from "./prepared";
import { mark, merge, NO_MARKS, queue } from "./queue";

const typed: Typed = {
  kind: "one",
  text: " Combien ? ",
  choices: ["", "un", " deux ", ""],
  ticked: [2],
  told: "",
  place: null,
  picture: null,
};

describe("a prepared question", () => {
  it("leaves out empty choices, and what is right goes with its own", () => {
    expect(prepare("q1", typed)).toEqual({
      id: "q1",
      kind: "one",
      text: "Combien ?",
      choices: ["un", "deux"],
      picture: null,
      right: 1,
    });
  });

  it.each<[Partial<Typed>, string]>([
    [{ text: " " }, "text"],
    [{ choices: ["seul"] }, "choices"],
    [{ kind: "number", told: "trois" }, "right"],
  ])("%j misses its %s", (part, missing) => {
    expect(prepare("q1", { ...typed, ...part })).toBe(missing);
  });

  it.each<[Partial<Typed>, unknown]>([
    [{ kind: "several", ticked: [1, 2] }, [0, 1]],
    [{ kind: "truth", told: "false" }, false],
    [{ kind: "truth", told: "" }, null],
    [{ kind: "number", told: "3,5" }, 3.5],
    [{ kind: "text", told: "un; une ؛ واحد" }, ["un", "une", "واحد"]],
    [{ kind: "place", place: [1, 2, 60] }, [1, 2, 60]],
  ])("%j says that %j is right", (part, right) => {
    expect((prepare("q1", { ...typed, ...part }) as Prepared).right).toEqual(right);
  });

  it("is moved among the others, and never out of the list", () => {
    const list = ["a", "b", "c"].map((id) => ({ ...quick("truth"), id, right: null }));
    const order = (id: string, by: -1 | 1) =>
      moved(list, id, by)
        .map((one) => one.id)
        .join("");
    expect([order("a", 1), order("c", 1), order("b", -1), order("x", 1)]).toEqual([
      "bac",
      "abc",
      "bac",
      "abc",
    ]);
  });
});

describe("the queue of questions", () => {
  const asked = (seq: number, text: string, voice = `p-${seq}`): Question => ({
    seq,
    text,
    voice,
    who: voice,
    at: seq,
  });

  it("puts those together that say the same, everyone once", () => {
    const list = [
      asked(1, "Pourquoi ?"),
      asked(2, "pourquoi  ?"),
      asked(3, "Pourquoi ?", "p-1"),
      asked(4, "Quand ?"),
    ];
    const items = queue(list, NO_MARKS);
    expect(items.map((one) => [one.seq, one.times, one.who.join()])).toEqual([
      [1, 2, "p-1,p-2"],
      [4, 1, "p-4"],
    ]);
  });

  it("merges by hand in any order, and can be marked and marked back", () => {
    const list = [asked(1, "a"), asked(2, "b"), asked(3, "c")];
    const together = merge(merge(merge(NO_MARKS, 1, 2), 2, 3), 3, 1);
    expect(queue(list, together)).toMatchObject([{ seq: 3, text: "c", times: 3 }]);
    const done = mark(together, 3, "dismissed");
    expect(queue(list, done)[0]?.state).toBe("dismissed");
    expect(queue(list, mark(done, 3, null))[0]?.state).toBe("waiting");
  });
});
