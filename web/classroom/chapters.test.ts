import { describe, expect, it } from "vitest";
import { chapterAt, chaptersOf, nextOf, previousOf } from "./chapters";

describe("chapters", () => {
  it("are titles, pages and scenes in their order; what happens together is one", () => {
    const chapters = chaptersOf({
      titles: [
        { t: 1000, title: "Thalès" },
        { t: 60_000, title: "Exercice" },
      ],
      turns: [
        { t: 60_200, page: 2 },
        { t: 90_000, page: 1 },
      ],
      scenes: [
        { t: 900, scene: "both" },
        { t: 62_000, scene: "board" },
        { t: 70_000, scene: "board" },
        { t: 120_000, scene: "camera" },
      ],
    });
    expect(chapters).toEqual([
      { t: 900, title: "Thalès", page: 0, scene: "both" },
      { t: 60_000, title: "Exercice", page: 2, scene: "board" },
      { t: 90_000, title: "", page: 1, scene: null },
      { t: 120_000, title: "", page: 0, scene: "camera" },
    ]);
  });

  it("two titles are two chapters, however close", () => {
    const titles = [
      { t: 0, title: "Un" },
      { t: 500, title: "Deux" },
    ];
    expect(chaptersOf({ titles, turns: [], scenes: [] }).map((one) => one.title)).toEqual(["Un", "Deux"]);
  });

  it("lead forward and back", () => {
    const turns = [10_000, 20_000, 30_000].map((t, i) => ({ t, page: i + 1 }));
    const chapters = chaptersOf({ titles: [], turns, scenes: [] });
    expect([0, 10_000, 25_000, 30_000].map((now) => nextOf(chapters, now))).toEqual([
      10_000,
      20_000,
      30_000,
      null,
    ]);
    expect([5_000, 11_000, 14_000, 22_000, 99_000].map((now) => previousOf(chapters, now))).toEqual([
      0, 0, 10_000, 10_000, 30_000,
    ]);
    expect([0, 10_000, 29_999, 50_000].map((now) => chapterAt(chapters, now))).toEqual([-1, 0, 1, 2]);
  });

  it("there may be none", () => {
    const none = chaptersOf({ titles: [], turns: [], scenes: [] });
    expect([none, nextOf(none, 5), previousOf(none, 5)]).toEqual([[], null, 0]);
  });
});
