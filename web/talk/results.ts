/** Answers as words, and the table of all of them that the teacher takes home. Pure but for the words. */
import { clock } from "../ui/facts";
import { word } from "../ui/words";
import { type Answers, isRight } from "./answers";
import type { Answer, Poll, Right } from "./facts";
import type { Asked } from "./fold";

const LETTERS = "ABCDEF";

/** An answer as a reader says it. */
export function told(poll: Poll, answer: Answer): string {
  const choice = (index: number) => {
    const [letter = "", text = ""] = [LETTERS[index], poll.choices[index]];
    return text === letter || text === "" ? letter : `${letter}. ${text}`;
  };
  switch (poll.kind) {
    case "one":
      return choice(Number(answer));
    case "several":
      return (answer as readonly number[]).map(choice).join(" + ");
    case "truth":
      return word(answer ? "asking.true" : "asking.false");
    case "place":
      return (answer as readonly number[]).map((one) => `${(one / 10).toFixed(1)} %`).join(" / ");
    default:
      return String(answer);
  }
}

/** What the question is called where it has no words of its own. */
export function title(poll: Poll): string {
  return poll.text || word(poll.kind === "truth" ? "asking.quicktruth" : "asking.quickchoice");
}

/** One row an answer that counts, after a row of headings. `rights`: what the teacher said is right, by poll. */
export function table(
  polls: readonly Asked[],
  answers: Answers,
  rights: ReadonlyMap<string, Right>,
): (string | number)[][] {
  const rows = polls.flatMap((poll, index) =>
    answers.counting(poll).map((given) => {
      const right = isRight(poll, given.answer, rights.get(poll.poll) ?? poll.shown?.right ?? null);
      const verdict = right === null ? "" : word(right ? "asking.yes" : "asking.no");
      return [index + 1, title(poll), given.who, told(poll, given.answer), verdict, clock(given.at)];
    }),
  );
  const headings = ["poll", "question", "who", "answer", "right", "time"];
  return [headings.map((one) => word(`asking.csv-${one}`)), ...rows];
}
