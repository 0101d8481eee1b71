import { describe, expect, it } from "vitest";
import type { Op, Page } from "../board/board";
import { decodeOps } from "../board/decode";
import { encodeOps } from "../board/encode";
import { applied, emptyPage } from "../board/fold";
import { chance } from "../board/storm";
import { GUEST_ENTRY, portions } from "./portions";

const ME = "c-abcdefghjkmn.1";

function page(payloads: readonly Uint8Array[]): Page {
  return payloads.reduce(
    (before, payload) => applied(before, { t: 0, speaker: ME, ops: decodeOps(payload) }),
    emptyPage("1"),
  );
}

/** What is to be seen of it: where the points are and how the pen pressed, in however many pieces. */
function look(of: Page): unknown[] {
  return [...of.things.values()].map(({ name, gone, what }) =>
    what.kind === "ink"
      ? [
          name,
          gone,
          what.colour,
          what.pieces.flatMap((one) => one.points.xy),
          what.pieces.flatMap((one) => one.points.pressures ?? []),
        ]
      : [name, gone, what],
  );
}

describe("what a guest did at once", () => {
  it.each(Array.from({ length: 60 }, (_, seed) => seed + 1))(
    "is on the page in portions, storm %i",
    (seed) => {
      const next = chance(seed);
      const ops: Op[] = [];
      for (let id = 1; id <= 1 + next() * 30; id++) {
        const count = 1 + Math.floor(next() ** 4 * 3_000);
        const xy = Array.from({ length: 2 * count }, () => Math.floor(next() * 8_000));
        const pressures = next() < 0.5 ? null : Array.from({ length: count }, () => Math.floor(next() * 16));
        const timed = { id, from: 0, span: Math.floor(next() * 400) * 10 };
        ops.push({ op: "ink", ...timed, tool: 0, colour: 2, width: 20, points: { xy, pressures } });
        if (next() < 0.3) ops.push({ op: "more", ...timed, points: { xy, pressures } });
        if (next() < 0.2) {
          const things = Array.from(
            { length: Math.floor(next() * 900) },
            (_, i) => ["c-nmkjhgfedcba.7", i + 1] as const,
          );
          ops.push({ op: "gone", things: [...things, id] });
        }
      }
      const said = portions(ops);
      for (const one of said) expect(one.length).toBeLessThanOrEqual(GUEST_ENTRY);
      expect(look(page(said))).toEqual(look(page([encodeOps(ops)])));
    },
  );

  it("is one payload mostly, and none if it was nothing", () => {
    const points = { xy: [10, 10, 20, 30], pressures: null };
    const ink: Op = { op: "ink", id: 1, from: 0, span: 100, tool: 0, colour: 0, width: 24, points };
    expect(portions([ink])).toEqual([encodeOps([ink])]);
    expect(portions([])).toEqual([]);
  });

  it("leaves out one thing that no entry of a guest's can hold", () => {
    const text = "ⴰ".repeat(5_000);
    const thing: Op = {
      op: "thing",
      id: 1,
      thing: { kind: "text", x: 0, y: 0, w: 9, size: 9, colour: 0, text },
    };
    const kept: Op = { op: "gone", things: [1] };
    expect(portions([thing, kept])).toEqual([encodeOps([kept])]);
  });
});
