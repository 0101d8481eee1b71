import { describe, expect, it } from "vitest";
import { type StateFacts, stateOf } from "./state";

const live: StateFacts = {
  unplayable: false,
  blocked: false,
  line: "live",
  begun: true,
  over: false,
  finished: false,
  atEnd: true,
};

describe("the state of the classroom", () => {
  const rows: readonly [string, Partial<StateFacts>][] = [
    ["live", {}],
    ["behind", { atEnd: false }],
    ["connecting", { begun: false, line: "connecting" }],
    ["before", { begun: false, line: "behind" }],
    ["waiting", { line: "waiting" }],
    ["waiting", { begun: false, line: "waiting" }],
    ["replay", { over: true, line: "ended", atEnd: false }],
    ["replay", { over: true, line: "behind" }],
    ["ended", { over: true, finished: true }],
    ["ended", { over: true, finished: true, line: "waiting" }],
    ["blocked", { blocked: true, line: "waiting" }],
    ["unplayable", { unplayable: true, blocked: true }],
  ];
  for (const [state, facts] of rows)
    it(`${JSON.stringify(facts)} is ${state}`, () => expect(stateOf({ ...live, ...facts })).toBe(state));
});
