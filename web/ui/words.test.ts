import { describe, expect, it } from "vitest";
import { mark } from "./on-air";
import { fill, pick } from "./words";

const arabic = {
  "seen.one": "مدرسة واحدة",
  "seen.two": "مدرستان",
  "seen.few": "{n} مدارس",
  "seen.other": "{n} مدرسة",
};

describe("words", () => {
  it("takes the form the language says for a number", () => {
    const said = [1, 2, 3, 11].map((n) => pick(arabic, "seen", { n }, "ar-MA"));
    expect(said).toEqual(["مدرسة واحدة", "مدرستان", "{n} مدارس", "{n} مدرسة"]);
    expect(pick({ "seen.one": "{n} école", "seen.other": "{n} écoles" }, "seen", { n: 0 }, "fr")).toBe(
      "{n} école",
    );
  });

  it("takes the plain text where there are no forms, and shows a key nobody translated", () => {
    expect(pick({ live: "Direct" }, "live", { n: 3 }, "fr")).toBe("Direct");
    expect(pick({}, "classroom.live", {}, "fr")).toBe("classroom.live");
  });

  it("fills in what it was given, numbers as the reader writes them", () => {
    expect(fill("{n} sur {all} pour {who}", { n: 1234, who: "Amina" }, "fr")).toBe(
      "1\u202f234 sur {all} pour Amina",
    );
    expect(fill("{n}", { n: 12 }, "ar-MA")).toBe("12");
  });
});

describe("what is on air", () => {
  it("is one word that changes when a lesson begins, ends, or falls silent", () => {
    expect(mark([])).toBe("");
    expect(
      mark([
        { id: "a", silent: false },
        { id: "b", silent: true },
      ]),
    ).toBe("a b~");
  });
});
