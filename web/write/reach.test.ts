import { expect, test } from "vitest";
import type { Placed, Text } from "../board/board";
import { carried } from "../board/box";
import { applied, emptyPage } from "../board/fold";
import { rotation } from "../board/matrix";
import { touching } from "./reach";

const NAME = "s1 1";
const TEXT: Text = { kind: "text", x: 1000, y: 1000, w: 2000, size: 200, colour: 0, text: "Thalès" };
const SIZE = { x1: 1000, y1: 1000, x2: 3000, y2: 1250 };

test("a text that is turned is touched where it is seen, not in the corners around it", () => {
  const by = rotation(Math.PI / 4, 2000, 1125);
  const page = applied(emptyPage("1"), {
    t: 0,
    speaker: "s1",
    ops: [
      { op: "thing", id: 1, thing: TEXT },
      { op: "moved", things: [1], by },
    ],
  });
  const { matrix } = page.things.get(NAME) as Placed;
  const view = { ownBox: () => SIZE, box: () => carried(SIZE, matrix) };
  const touched = (x: number, y: number, toX = x, toY = y) =>
    touching(view, page, { x, y }, { x: toX, y: toY }, 40).length === 1;
  expect(touched(2000, 1125)).toBe(true);
  // Along what is written, from the upper left to the lower right.
  expect(touched(2650, 1775)).toBe(true);
  expect(touched(2650, 475)).toBe(false);
  expect(touched(1350, 1775)).toBe(false);
  // A hand that goes over it quickly.
  expect(touched(1350, 1775, 2650, 475)).toBe(true);
});
