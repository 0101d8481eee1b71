import { describe, expect, it } from "vitest";
import type { Entry } from "../wire/frames";
import { CueBook, currentOf } from "./cues";

const line = (seq: number, t: number, text: string, track = "captions/fr"): Entry => ({
  kind: "entry",
  seq,
  t,
  duration: 0,
  flags: 0,
  track,
  speaker: "s.1",
  number: seq,
  payload: new TextEncoder().encode(text),
});

describe("captions", () => {
  it("are shown until the next line, as long as it takes to read them", () => {
    const book = new CueBook();
    for (const one of [line(3, 9_000, "x".repeat(200)), line(1, 0, "un"), line(2, 1_000, "deux")])
      book.take(one);
    expect(book.take(line(2, 1_000, "deux"))).toBe(false);
    expect(book.cues("fr").map(({ begins, ends }) => [begins, ends])).toEqual([
      [0, 1_000],
      [1_000, 3_240],
      [9_000, 16_000],
    ]);
    expect(book.at("fr", 1_500)).toBe("deux");
    expect(book.at("fr", 5_000)).toBe("");
    expect(book.at("ar", 1_500)).toBe("");
  });

  it("come from the file where there is one", () => {
    const book = new CueBook();
    book.take(line(1, 0, "typed"));
    book.take(line(2, 0, "مكتوب", "captions/ar"));
    book.bring("fr", [
      [0, 2_000, "brought"],
      [1_000, 3_000, "beside it"],
    ]);
    expect(book.languages).toEqual(["fr", "ar"]);
    expect(book.at("fr", 1_500)).toBe("brought\nbeside it");
    expect(book.at("ar", 100)).toBe("مكتوب");
    expect(currentOf(book.cues("fr"), 999)).toBe(0);
    expect(currentOf(book.cues("fr"), 5_000)).toBe(1);
    expect(currentOf(book.cues("fr"), -1)).toBe(-1);
  });

  it("are no captions on other tracks", () => {
    expect(new CueBook().take(line(1, 0, "x", "talk"))).toBe(false);
  });
});
