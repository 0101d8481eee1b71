import { describe, expect, it } from "vitest";
import { encodeOps, encodeTip } from "../board/encode";
import { TIP_MS, Tips } from "./tips";

const points = { xy: [100, 100, 120, 130], pressures: null };
const tip = (id: number, page = "1") => encodeTip({ page, id, tool: 0, colour: 2, width: 20, points });
const passing = (payload: Uint8Array<ArrayBuffer>, speaker = "s", track = "board") => ({
  track,
  speaker,
  payload,
});
const more = (id: number) => encodeOps([{ op: "more", id, from: 0, span: 9, points }]);

describe("tips", () => {
  it("are shown until their stroke goes on", () => {
    const tips = new Tips();
    tips.take(passing(tip(1)), 0);
    tips.take(passing(tip(2)), 0);
    tips.take(passing(tip(1), "pen-2"), 0);
    tips.settle(passing(more(1), "s", "board/1"));
    expect(tips.on("1", 10).map((one) => one.name)).toEqual(["s 2", "pen-2 1"]);
    tips.settle(passing(more(2), "s", "board/2"));
    expect(tips.on("1", 10)).toHaveLength(2);
    expect(tips.on("2", 10)).toHaveLength(0);
  });

  it("or for two seconds", () => {
    const tips = new Tips();
    tips.take(passing(tip(1)), 1000);
    expect([tips.on("1", 1000 + TIP_MS - 1).length, tips.until]).toEqual([1, 1000 + TIP_MS]);
    tips.take(passing(tip(1)), 1500);
    expect(tips.on("1", 1000 + TIP_MS)).toHaveLength(1);
    expect([tips.on("1", 1500 + TIP_MS), tips.until]).toEqual([[], null]);
  });

  it("a laser is no stroke, and points wherever the page is", () => {
    const tips = new Tips();
    tips.take(passing(tip(0)), 0);
    expect([tips.on("1", 0), tips.laser(0), tips.laser(TIP_MS)]).toEqual([[], { x: 120, y: 130 }, null]);
  });

  it("of several lasers each points for itself", () => {
    const tips = new Tips();
    tips.take(passing(tip(0)), 0);
    tips.take(passing(tip(0), "pen-2"), 0);
    tips.take(passing(tip(0, "2"), "third"), 0);
    expect(tips.lasers("1", 0)).toEqual([
      { speaker: "s", x: 120, y: 130 },
      { speaker: "pen-2", x: 120, y: 130 },
    ]);
  });

  it("garbage, and what is of another track, means nothing", () => {
    const tips = new Tips();
    tips.take(passing(new Uint8Array([0xc1])), 0);
    tips.take(passing(tip(1), "s", "talk"), 0);
    tips.take(passing(tip(2)), 0);
    tips.settle(passing(new Uint8Array([0xc1]), "s", "board/1"));
    expect(tips.on("1", 0)).toHaveLength(1);
  });
});
