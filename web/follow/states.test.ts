import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Event, next, type State } from "./states";

/** The table in the comment of `states.ts` is the law; this reads it row by row. */
const rows = readFileSync("web/follow/states.ts", "utf8")
  .split("\n")
  .filter((line) => line.startsWith(" * | ") && !line.includes("---"))
  .map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
const events = rows[0]?.slice(1) ?? [];

describe("the table of states", () => {
  it("has five states and five events", () => expect([rows.length, events.length]).toEqual([6, 5]));

  for (const [from = "", ...cells] of rows.slice(1))
    for (const [index, to] of cells.entries())
      it(`${from} + ${events[index]} = ${to}`, () => {
        const state = { name: from, retryAt: 1 } as State;
        const event = { event: events[index], retryAt: 2 } as Event;
        expect(next(state, event).name).toBe(to);
      });
});
