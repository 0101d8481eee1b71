import { describe, expect, it } from "vitest";
import { leftWords } from "../ui/left";
import { type Again, Before } from "./before";

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 10, 25, 9, 30);

/** A page that came when its clock showed 7,000, of a lesson that begins in so many minutes; `pass` lets time go by. */
function waiting(minutes: number | null, answers: Again[] = []) {
  let tick = 12_000;
  const asked: (number | null)[] = [];
  const starts = minutes === null ? null : { at: NOW + minutes * MINUTE, now: NOW, words: "jeudi à 10:00" };
  const before = new Before(
    starts,
    7_000,
    () => tick,
    (known) => {
      asked.push(known);
      const answer = answers.shift();
      return answer ? Promise.resolve(answer) : Promise.reject(new Error("cut"));
    },
  );
  const pass = async (ms: number) => {
    tick += ms;
    before.beat();
    for (let turns = 0; turns < 5; turns++) await Promise.resolve();
  };
  return { before, asked, pass };
}

describe("the hour of a lesson that has not begun", () => {
  it("counts by the server's clock, from when the page came", async () => {
    const { before, pass } = waiting(12);
    expect(before.hour).toEqual({ words: "jeudi à 10:00", left: 12 * MINUTE - 5_000 });
    await pass(10_000);
    expect(before.hour?.left).toBe(12 * MINUTE - 15_000);
    await pass(20 * MINUTE);
    expect(before.hour?.left).toBe(-8 * MINUTE - 15_000);
  });

  it("has none where none is planned", () => {
    expect(waiting(null).before.hour).toBeNull();
  });

  it("asks again every minute, and goes on by what it knows where the line is cut", async () => {
    const { before, asked, pass } = waiting(12);
    for (let second = 0; second < 150; second++) await pass(1_000);
    expect(asked).toEqual([NOW + 12 * MINUTE, NOW + 12 * MINUTE]);
    expect(before.hour?.left).toBe(12 * MINUTE - 155_000);
  });

  it("asks at once after a sleep, and believes the server", async () => {
    const { before, asked, pass } = waiting(12, [{ now: NOW + 10 * MINUTE }]);
    before.hurry();
    await pass(1_000);
    expect(asked.length).toBe(1);
    expect(before.hour?.left).toBe(2 * MINUTE);
  });

  it("does not jump by what an answer was on its way", async () => {
    const { before, pass } = waiting(12, [{ now: NOW + MINUTE + 5_000 - 1_900 }]);
    await pass(MINUTE);
    expect(before.hour?.left).toBe(11 * MINUTE - 5_000);
  });

  it("shows another hour when it was moved, none when it was taken away, and one that was given", async () => {
    const later = { at: NOW + 45 * MINUTE, now: NOW + MINUTE, words: "jeudi à 10:45" };
    const { before, asked, pass } = waiting(12, [
      { now: null, starts: later },
      { now: null, starts: null },
      { now: null, starts: { ...later, now: NOW + 3 * MINUTE } },
    ]);
    await pass(MINUTE);
    expect(before.hour?.words).toBe("jeudi à 10:45");
    expect(before.hour?.left).toBe(44 * MINUTE);
    await pass(MINUTE);
    expect(before.hour).toBeNull();
    await pass(MINUTE);
    expect(before.hour).toEqual({ words: "jeudi à 10:45", left: 42 * MINUTE });
    expect(asked).toEqual([NOW + 12 * MINUTE, later.at, null]);
  });
});

describe("what stands on the wall", () => {
  const plain = (ms: number, lang: string) => leftWords(ms, lang, "soon").replace(/\s/g, " ");

  it("is said in the reader's language, from days down to seconds", () => {
    const minutes = [2 * 1440, 36 * 60, 100, 90, 89.2, 12, 11.1, 1.01, 1, 0.5, 0.001];
    expect(minutes.map((n) => plain(n * MINUTE, "fr"))).toEqual([
      "dans 2 jours",
      "dans 36 h",
      "dans 2 h",
      "dans 90 min",
      "dans 90 min",
      "dans 12 min",
      "dans 12 min",
      "dans 2 min",
      "dans 60 s",
      "dans 30 s",
      "dans 1 s",
    ]);
    expect(plain(12 * MINUTE, "ar-MA")).toBe("خلال 12 دقيقة");
    expect(plain(2 * MINUTE, "ar-MA")).toBe("خلال دقيقتين");
    expect(plain(12 * MINUTE, "zgh")).toBe("dans 12 min");
  });

  it("never goes below nothing", () => {
    expect([0, -1, -30 * MINUTE].map((ms) => plain(ms, "fr"))).toEqual(["soon", "soon", "soon"]);
    expect(plain(-30 * MINUTE - 1, "fr")).toBe("");
  });
});
