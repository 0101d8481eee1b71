import { expect, it } from "vitest";
import { Lasers } from "./laser";

const FRAME = { x: 0, y: 0, scale: 0.1 };

/** A canvas that only notes where spots are drawn. */
function paper() {
  const spots: number[] = [];
  const nothing = () => {};
  const context = {
    setTransform: nothing,
    beginPath: nothing,
    moveTo: nothing,
    lineTo: nothing,
    stroke: nothing,
    fill: nothing,
    arc: (x: number) => spots.push(x),
  };
  return { spots, context: context as unknown as CanvasRenderingContext2D };
}

it("each laser has a spot, and they do not trail into each other", () => {
  const lasers = new Lasers();
  const { spots, context } = paper();
  expect([lasers.paint(context, FRAME, 0), lasers.fading]).toEqual([null, false]);
  lasers.point("", { x: 1000, y: 500 }, 0);
  lasers.point("board-2", { x: 6000, y: 500 }, 0);
  lasers.point("", { x: 1100, y: 500 }, 40);
  expect(lasers.paint(context, FRAME, 40)).toEqual({ x1: 880, y1: 380, x2: 6120, y2: 620 });
  expect(new Set(spots)).toEqual(new Set([110, 600]));
});

it("one that points nowhere leaves a trail that fades, then nothing", () => {
  const lasers = new Lasers();
  const { spots, context } = paper();
  lasers.point("", { x: 1000, y: 500 }, 0);
  lasers.point("", null, 100);
  expect(lasers.paint(context, FRAME, 100)).not.toBeNull();
  expect([spots.length, lasers.fading]).toEqual([0, true]);
  expect(lasers.paint(context, FRAME, 700)).toBeNull();
  expect(lasers.fading).toBe(false);
});
