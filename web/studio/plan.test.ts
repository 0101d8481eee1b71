import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Choice, choose, type Mark, Plan, type PlanFacts, type PlanState } from "./plan";
import type { Prepared } from "./prepared";

const untold = (version: number): Mark => ({ version, untold: true });
const told = (version: number): Mark => ({ version, untold: false });

const ROWS: readonly [why: string, server: number, mark: Mark | null, empty: boolean, Choice][] = [
  ["a PC that has never seen this lesson", 3, null, true, "server"],
  ["nothing was prepared anywhere", 0, null, true, "server"],
  ["prepared here before the server kept anything", 0, null, false, "mine"],
  ["prepared here and there, unknown to each other", 2, null, false, "ask"],
  ["told, and nobody wrote since", 4, told(4), false, "server"],
  ["told, and another PC wrote since", 5, told(4), false, "server"],
  ["written without a line, and nobody wrote since", 4, untold(4), false, "mine"],
  ["written without a line, and another PC wrote since", 5, untold(4), false, "ask"],
  ["the server was set back to a copy of before", 2, told(4), false, "mine"],
];

test.each(ROWS)("whose copy: %s", (_, server, mark, empty, choice) => {
  expect(choose(server, mark, empty, false)).toBe(choice);
});

test("what is the same everywhere needs no choice", () => {
  for (const [, server, mark, empty] of ROWS) expect(choose(server, mark, empty, true)).toBe("server");
});

describe("what is prepared here", () => {
  const POLL: Prepared = { id: "q1", kind: "truth", text: "?", choices: [], picture: null, right: true };
  const page = (byte: number) => ({ track: "board/1", payload: Uint8Array.of(0x91, byte) });
  let puts: { version: number; board: unknown[] | null; polls: unknown[] }[];
  let answers: (() => Response | Error)[];
  let states: PlanState[];

  beforeEach(() => {
    vi.useFakeTimers();
    [puts, answers, states] = [[], [], []];
    vi.stubGlobal("fetch", async (_address: string, { body }: { body: string }) => {
      puts.push(JSON.parse(body));
      const answer = answers.shift()?.() ?? Response.json({ version: puts.length });
      if (answer instanceof Error) throw answer;
      return answer;
    });
  });

  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  function planWith(facts: Partial<PlanFacts> = {}): Plan {
    const changed = (state: PlanState) => states.push(state);
    return new Plan("k3", { version: 0, board: [], polls: [], address: "/p", ...facts }, "", "s.1", {
      changed,
    });
  }

  const conflict = (expected: number) => () =>
    Response.json({ code: "plan-changed", retry: false, expected }, { status: 409 });

  test("is told when the hand rests, all of it", async () => {
    const plan = planWith();
    plan.open([], [], true);
    plan.wrote(page(1));
    plan.wrote(page(2));
    plan.asked([POLL]);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(puts).toHaveLength(1);
    expect(puts[0]).toMatchObject({ version: 0, polls: [POLL] });
    expect(puts[0]?.board).toEqual([
      { track: "board/1", payload: "kQE=" },
      { track: "board/1", payload: "kQI=" },
    ]);
    expect(states.at(-1)).toBe("kept");
    plan.wrote(page(3));
    await vi.advanceTimersByTimeAsync(3_000);
    expect(puts[1]).toMatchObject({ version: 1 });
    expect(puts[1]?.board).toHaveLength(3);
  });

  test("without a line it waits, and goes on by itself", async () => {
    answers = [() => new TypeError("no line"), () => new Response("", { status: 503 })];
    const plan = planWith();
    plan.open([], [], true);
    plan.asked([POLL]);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(puts).toHaveLength(3);
    expect(states.at(-1)).toBe("kept");
  });

  test("nothing of another PC is overwritten before the teacher says so", async () => {
    answers = [conflict(7)];
    const plan = planWith({ version: 2 });
    plan.open([], [], true);
    plan.wrote(page(1));
    await vi.advanceTimersByTimeAsync(3_000);
    expect(states.at(-1)).toBe("ask");
    plan.wrote(page(2));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(puts).toHaveLength(1);
    plan.keepMine();
    await vi.advanceTimersByTimeAsync(3_000);
    expect(puts[1]).toMatchObject({ version: 7 });
    expect(puts[1]?.board).toHaveLength(2);
    expect(states.at(-1)).toBe("kept");
  });

  test("what the server will not take stays here, and the next change tries again", async () => {
    answers = [() => Response.json({ code: "too-large", retry: false }, { status: 413 })];
    const plan = planWith();
    plan.open([], [], true);
    plan.wrote(page(1));
    await vi.advanceTimersByTimeAsync(60_000);
    expect([puts.length, states.at(-1)]).toEqual([1, "refused"]);
    plan.asked([]);
    await vi.advanceTimersByTimeAsync(3_000);
    expect([puts.length, states.at(-1)]).toEqual([2, "kept"]);
  });

  test("a PC that knows nothing begins with what the server has", () => {
    const plan = planWith({ version: 3, board: [{ track: "board/1", payload: "kQE=" }], polls: [POLL] });
    expect(plan.open([], [], true)).toEqual({ board: [page(1)], polls: [POLL] });
    expect(puts).toEqual([]);
  });

  test("pages of a lesson that has begun are not said again, nor forgotten", async () => {
    const plan = planWith({ version: 3, board: [{ track: "board/1", payload: "kQE=" }], polls: [POLL] });
    expect(plan.open([], [], false)).toEqual({ board: [], polls: [POLL] });
    plan.asked([POLL, { ...POLL, id: "q2" }]);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(puts[0]).toMatchObject({ version: 3, board: null });
  });

  test("on air, the pages that were just said stay in the plan", async () => {
    const plan = planWith();
    plan.open([], [], true);
    plan.wrote(page(1));
    plan.begin();
    await vi.advanceTimersByTimeAsync(3_000);
    expect(puts[0]?.board).toHaveLength(1);
  });
});
