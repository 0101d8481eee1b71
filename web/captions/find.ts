/**
 * Finds words in whatever was written in a lesson. Folds as the search of the house does (`src/halqa/spelling`; one table tests
 * both): case, accents, Arabic vowel signs, the forms of alif and hamza, digits; the article is left out of what is asked. Pure.
 */

export type Kind = "said" | "board" | "chapter" | "question";

export interface Written {
  readonly t: number;
  readonly kind: Kind;
  readonly text: string;
}

const ALSO: Readonly<Record<string, string>> = {
  œ: "oe",
  æ: "ae",
  ß: "ss",
  ø: "o",
  ı: "i",
  ـ: "",
  ء: "",
  ٱ: "ا",
  ى: "ي",
  ة: "ه",
  ک: "ك",
  ی: "ي",
  گ: "ك",
  ڭ: "ك",
};

/** Words asked for at once. */
const MOST_WORDS = 8;
export const MOST_HITS = 100;

export function searchKey(text: string): string {
  const bare = text.normalize("NFKD").toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");
  let folded = "";
  for (const letter of bare) {
    const code = letter.codePointAt(0) as number;
    const digit =
      code >= 0x660 && code <= 0x669 ? code - 0x660 : code >= 0x6f0 && code <= 0x6f9 ? code - 0x6f0 : -1;
    folded += digit >= 0 ? String(digit) : (ALSO[letter] ?? letter);
  }
  return folded
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim()
    .replace(/\s+/g, " ");
}

/** Whatever has all these words, in the order in which it was written. */
export function find(written: readonly Written[], asked: string): Written[] {
  const words = searchKey(asked)
    .split(" ")
    .filter(Boolean)
    .slice(0, MOST_WORDS)
    .map((word) => (word.startsWith("ال") && word.length >= 5 ? word.slice(2) : word));
  if (words.length === 0) return [];
  return written
    .filter(({ text }) => {
      const key = searchKey(text);
      return words.every((word) => key.includes(word));
    })
    .sort((a, b) => a.t - b.t)
    .slice(0, MOST_HITS);
}
