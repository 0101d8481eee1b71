import { describe, expect, it } from "vitest";
import { type LayoutFacts, layoutOf, wishOfSwap } from "./layout";

const facts: LayoutFacts = {
  scene: null,
  wish: "teacher",
  written: true,
  pictured: true,
  ended: false,
  upright: false,
  asked: false,
};
const layout = (more: Partial<LayoutFacts>) => layoutOf({ ...facts, ...more });

describe("where board and picture stand", () => {
  it("follows the teacher", () => {
    expect(layout({ scene: "camera" })).toBe("picture");
    expect(layout({ scene: "screen" })).toBe("picture");
    expect(layout({ scene: "board" })).toBe("corner");
    expect(layout({ scene: "both" })).toBe("side");
  });

  it("makes room for a question, whatever was chosen", () => {
    expect(layout({ asked: true, scene: "both", wish: "board" })).toBe("asked");
    expect(layout({ asked: true, written: false, pictured: false })).toBe("card");
  });

  it("shows the board once something is written, before any choice", () => {
    expect(layout({})).toBe("corner");
    expect(layout({ written: false })).toBe("picture");
    expect(layout({ written: false, pictured: false })).toBe("card");
  });

  it("gives the board all the room where there is no picture, whatever was chosen", () => {
    for (const scene of ["camera", "screen", "board", "both"] as const)
      expect(layout({ scene, pictured: false })).toBe("board");
  });

  it("stands them above each other on a phone held upright", () => {
    expect([layout({ scene: "both", upright: true }), layout({ scene: "board", upright: true })]).toEqual([
      "stack",
      "stack",
    ]);
  });

  it("gives way to the reader, as far as there is something to show", () => {
    expect(layout({ scene: "camera", wish: "board" })).toBe("board");
    expect(layout({ scene: "board", wish: "picture" })).toBe("picture");
    expect(layout({ scene: "camera", wish: "both" })).toBe("side");
    expect(layout({ wish: "board", written: false })).toBe("picture");
    expect(layout({ wish: "picture", pictured: false })).toBe("board");
  });

  it("shows the card when it has been played to its end", () => {
    expect(layout({ ended: true })).toBe("card");
  });

  it("swaps what is there, and brings what is not", () => {
    expect((["picture", "board", "side", "corner"] as const).map(wishOfSwap)).toEqual([
      "both",
      "picture",
      null,
      null,
    ]);
  });
});
