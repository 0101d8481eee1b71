import { expect, it } from "vitest";
import { ago } from "./ago";

it("says how long ago something was, in the reader's language", () => {
  const plain = (ms: number, lang: string) => ago(ms, lang).replace(/\s/g, " ");
  expect([-500, 0, 9_999].map((ms) => plain(ms, "fr"))).toEqual(["maintenant", "maintenant", "maintenant"]);
  expect(plain(49_000, "fr")).toBe("il y a 40 s");
  expect(plain(119_999, "fr")).toBe("il y a 1 min");
  expect(plain(7_300_000, "fr")).toBe("il y a 2 h");
  expect(plain(130_000, "ar-MA")).toBe("قبل دقيقتين");
  expect(plain(130_000, "en")).toBe("2 min. ago");
  expect(plain(130_000, "zgh")).toBe("il y a 2 min");
});
