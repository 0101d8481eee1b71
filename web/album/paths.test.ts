import { expect, it } from "vitest";
import type { Ink, Shape } from "../board/board";
import { drawnOf } from "./paths";

const colours = ["black", "blue", "red"];

it("a stroke is one filled outline, in its colour", () => {
  const points = { xy: [0, 0, 100, 0, 200, 50], pressures: null };
  const pieces = [{ begins: 0, ends: 100, points }];
  const ink: Ink = { kind: "ink", tool: 0, colour: 2, width: 20, pieces, parts: null };
  const [drawn, ...more] = drawnOf(ink, colours);
  expect(more).toEqual([]);
  expect(drawn).toMatchObject({ name: "path", attributes: { fill: "red" } });
  expect(drawn?.attributes.d).toMatch(/^M[-\d. ]+Q[-\d. ]+Z$/);
});

it("a shape is stroked, and filled where it is", () => {
  const rect: Shape = { kind: "rect", x: 0, y: 0, w: 100, h: 50, colour: 0, width: 10, fill: 1 };
  const drawn = drawnOf(rect, colours);
  expect(drawn.some((one) => one.attributes.fill === "blue")).toBe(true);
  expect(drawn.some((one) => one.attributes.stroke === "black")).toBe(true);
});

it("the numbers of axes are texts", () => {
  const axes: Shape = {
    ...{ kind: "axes", x: 0, y: 0, w: 3000, h: 3000, left: -2, right: 2, bottom: -2, top: 2, step: 1 },
    ...{ colour: 1, width: 8 },
  };
  const labels = drawnOf(axes, colours).filter((one) => one.name === "text");
  expect(labels.map((one) => one.text)).toContain("−2");
  expect(labels.every((one) => one.attributes.fill === "blue")).toBe(true);
});
