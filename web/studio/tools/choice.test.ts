import { describe, expect, it } from "vitest";
import type { Matrix } from "../../board/board";
import { compose, IDENTITY, rotation, scaling, translation } from "../../board/matrix";
import { Storm } from "../../board/storm";
import {
  angleOfAll,
  centreOf,
  cornersOf,
  type Frame,
  frameOf,
  handleOf,
  held,
  isWithin,
  sideOf,
  sizedBy,
  stepFrom,
  told,
  turnedBy,
  turnOf,
} from "./choice";

const DEGREE = Math.PI / 180;
const BOX = { x1: 1000, y1: 1000, x2: 3000, y2: 2000 };
const PAGE = { x1: 0, y1: 0, x2: 8000, y2: 4500 };

function around(...matrices: Matrix[]): Frame {
  const angle = angleOfAll(matrices.map((matrix) => ({ matrix })));
  return frameOf(
    matrices.map((matrix) => ({ box: BOX, matrix })),
    angle,
  ) as Frame;
}

function isAt(place: { x: number; y: number }, x: number, y: number): void {
  expect(place.x).toBeCloseTo(x, 5);
  expect(place.y).toBeCloseTo(y, 5);
}

describe("the frame around what is chosen", () => {
  it("is turned as one thing is, and as several that are turned alike", () => {
    const turn = rotation(30 * DEGREE, 2000, 1500);
    const corners = new Map(cornersOf(around(turn)));
    const [x, y] = [-1000 * Math.cos(30 * DEGREE) + 500 * 0.5, -1000 * 0.5 - 500 * Math.cos(30 * DEGREE)];
    isAt(corners.get("nw") as { x: number; y: number }, 2000 + x, 1500 + y);
    expect(angleOfAll([{ matrix: turn }, { matrix: compose(translation(50, 9), turn) }])).toBeCloseTo(
      30 * DEGREE,
    );
    expect(angleOfAll([{ matrix: turn }, { matrix: IDENTITY }])).toBe(0);
    // Half a turn is half a turn from both sides.
    const [one, other] = [rotation(Math.PI - 1e-12, 0, 0), rotation(-Math.PI + 1e-12, 0, 0)];
    expect(Math.abs(angleOfAll([{ matrix: one }, { matrix: other }]))).toBeCloseTo(Math.PI);
    expect(frameOf([], 0)).toBeNull();
  });

  it("is as tight around several things as when they were upright", () => {
    const frame = around(IDENTITY, translation(3000, 1000));
    expect(frame.box).toEqual({ x1: 1000, y1: 1000, x2: 6000, y2: 3000 });
    const turn = turnOf(frame, 40 * DEGREE);
    const after = around(turn, compose(turn, translation(3000, 1000)));
    expect(after.box.x2 - after.box.x1).toBeCloseTo(5000);
    isAt(centreOf(after), 3500, 2000);
  });

  it("holds what lies within it as it is turned", () => {
    const frame = around(rotation(90 * DEGREE, 2000, 1500));
    expect(isWithin(frame, { x: 2400, y: 2400 })).toBe(true);
    expect(isWithin(frame, { x: 2900, y: 1500 })).toBe(false);
    const moved = held(frame, translation(4000, 0));
    expect(isWithin(moved, { x: 6400, y: 2400 })).toBe(true);
  });

  it("has its handle above, or where the page still shows it", () => {
    const side = (dy: number, dx = 0) => sideOf(around(translation(dx, dy)), PAGE, 200, 50);
    expect([side(0), side(-900), side(-900 + 4000)]).toEqual(["above", "below", "above"]);
    expect(sideOf(around(compose(scaling(4, 4.5, 0, 0), translation(-1000, -1000))), PAGE, 200, 50)).toBe(
      "within",
    );
    expect(side(0, 20_000)).toBe("above");
    const { knob, foot } = handleOf(around(rotation(90 * DEGREE, 2000, 1500)), "above", 200);
    isAt(foot, 2500, 1500);
    isAt(knob, 2700, 1500);
    isAt(handleOf(around(IDENTITY), "within", 200).knob, 2000, 1200);
    isAt(handleOf(around(IDENTITY), "below", 200).knob, 2000, 2200);
  });
});

describe("turning", () => {
  const frame = around(IDENTITY);
  const [above, right] = [
    { x: 2000, y: 500 },
    { x: 2700, y: 1500 },
  ];

  it("goes with the hand about the middle, which stays", () => {
    const by = turnedBy(frame, 0, above, right, false);
    expect(by).toBeCloseTo(90 * DEGREE);
    isAt(centreOf(held(frame, turnOf(frame, by))), 2000, 1500);
  });

  it("stays at multiples of 15 degrees, counted from upright, when that is asked for", () => {
    const storm = new Storm(5);
    for (let i = 0; i < 200; i++) {
      const to = { x: storm.whole(0, 8000), y: storm.whole(0, 4500) };
      const angle = storm.whole(-180, 180) * DEGREE;
      const after = (angle + turnedBy(frame, angle, above, to, true)) / DEGREE / 15;
      expect(after).toBeCloseTo(Math.round(after), 6);
      const free = turnedBy(frame, angle, above, to, false);
      expect(Math.abs(turnedBy(frame, angle, above, to, true) - free)).toBeLessThanOrEqual(
        7.5 * DEGREE + 1e-9,
      );
    }
  });

  it("goes by keys to the next multiple, and never stays where it is", () => {
    const step = (angle: number, degrees: number) => Math.round(stepFrom(angle * DEGREE, degrees) / DEGREE);
    expect([step(0, 15), step(7, 15), step(15, 15), step(-7, 15)]).toEqual([15, 8, 15, 7]);
    expect([step(0, -15), step(7, -15), step(15, -15), step(-7, -15)]).toEqual([-15, -7, -15, -8]);
    let angle = 0;
    for (let i = 0; i < 24; i++) angle += stepFrom(angle, 15);
    expect(angle).toBeCloseTo(2 * Math.PI, 9);
  });

  it("is told as mathematics counts", () => {
    expect([0, 15, -90, 180, -180, 540, 0.2].map((one) => told(one * DEGREE))).toEqual([
      0, -15, 90, 180, 180, 180, 0,
    ]);
  });
});

it("what is turned grows about the corner that lies opposite", () => {
  const frame = around(rotation(30 * DEGREE, 2000, 1500));
  const corners = new Map(cornersOf(frame));
  const [nw, se] = [corners.get("nw"), corners.get("se")] as { x: number; y: number }[];
  if (!nw || !se) throw new Error("no corners");
  const by = sizedBy(frame, "se", se, { x: nw.x + 1.5 * (se.x - nw.x), y: nw.y + 1.5 * (se.y - nw.y) });
  const after = new Map(cornersOf(held(frame, by)));
  isAt(after.get("nw") as { x: number; y: number }, nw.x, nw.y);
  isAt(after.get("se") as { x: number; y: number }, nw.x + 1.5 * (se.x - nw.x), nw.y + 1.5 * (se.y - nw.y));
});
