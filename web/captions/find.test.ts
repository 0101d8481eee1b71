import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { find, searchKey, type Written } from "./find";

const TABLE = JSON.parse(readFileSync("web/captions/folding.json", "utf8")) as Record<string, string>;

describe("words are folded as the house folds them", () => {
  it.each(Object.entries(TABLE))("%s", (written, folded) => {
    expect(searchKey(written)).toBe(folded);
  });
});

describe("finding", () => {
  const written: Written[] = [
    { t: 3000, kind: "board", text: "الحديقة العمومية" },
    { t: 1000, kind: "said", text: "هذا كِتَابٌ جديد" },
    { t: 2000, kind: "chapter", text: "Les écoles rurales" },
    { t: 4000, kind: "question", text: "Combien de fois 12 dans ١٤٤ ?" },
  ];

  it.each([
    ["حديقة", 3000],
    ["الحديقة", 3000],
    ["كتاب", 1000],
    ["ecole", 2000],
    ["ÉCOLES rurales", 2000],
    ["144", 4000],
    ["١٢", 4000],
  ])("%s", (asked, t) => {
    expect(find(written, asked).map((one) => one.t)).toEqual([t]);
  });

  it("needs all of the words, and finds nothing for nothing", () => {
    expect(find(written, "ecoles كتاب")).toEqual([]);
    expect(find(written, " . ")).toEqual([]);
    expect(find(written, "")).toEqual([]);
  });

  it("tells what it found in the order of the lesson", () => {
    expect(find([...written, { t: 500, kind: "said", text: "école" }], "ecole").map((one) => one.t)).toEqual([
      500, 2000,
    ]);
  });
});
