import { describe, expect, it } from "vitest";
import type { Placed, Shape, Thing } from "./board";
import { apply, compose, IDENTITY, invert, rotation, scaleOf, scaling, translation } from "./matrix";
import { boundsOf, caught, hits, rectangle } from "./pick";
import { Storm } from "./storm";
import { lines, type Primitive, primitives, svgOf, trace } from "./things";

const dress = { colour: 2, width: 10 };
const box = { x: 100, y: 200, w: 400, h: 300 };

function labels(shape: Shape): string[] {
  return primitives(shape).flatMap((one) => (one.kind === "label" ? [one.text] : []));
}

function placed(what: Placed["what"], changed: Partial<Placed> = {}): Placed {
  return { name: "a 1", what, matrix: IDENTITY, gone: false, ...changed };
}

describe("shapes", () => {
  it("are paths, stroked and filled as they are dressed", () => {
    expect(primitives({ kind: "rect", ...box, ...dress, fill: 4 })).toEqual([
      {
        kind: "path",
        path: [["M", 100, 200], ["L", 500, 200], ["L", 500, 500], ["L", 100, 500], ["Z"]],
        stroke: 2,
        width: 10,
        fill: 4,
      },
    ]);
    const [triangle] = primitives({ kind: "triangle", ...box, ...dress }) as [Primitive & { kind: "path" }];
    expect(svgOf(triangle.path)).toBe("M300 200L500 500L100 500Z");
    expect(triangle.fill).toBeNull();
  });

  it("are round where they should be", () => {
    const [ellipse] = primitives({ kind: "ellipse", ...box, ...dress }) as [Primitive & { kind: "path" }];
    const [line] = lines(ellipse.path) as [number[]];
    for (let i = 0; i < line.length; i += 2) {
      const [x, y] = [((line[i] as number) - 300) / 200, ((line[i + 1] as number) - 350) / 150];
      expect(Math.hypot(x, y)).toBeCloseTo(1, 2);
    }
    const drawn: string[] = [];
    trace(
      {
        moveTo: () => drawn.push("M"),
        lineTo: () => drawn.push("L"),
        bezierCurveTo: () => drawn.push("C"),
        closePath: () => drawn.push("Z"),
      },
      ellipse.path,
    );
    expect(drawn.join("")).toBe("MCCCCZ");
  });

  it("point where arrows point", () => {
    const [, head] = primitives({ kind: "arrow", x1: 0, y1: 0, x2: 0, y2: 400, ...dress }) as Primitive[];
    if (head?.kind !== "path") throw new Error("no head");
    expect(head.path[0]).toEqual(["M", 0, 400]);
    expect(head.fill).toBe(2);
    const [line] = lines(head.path) as [number[]];
    expect(Math.min(...line.filter((_, i) => i % 2 === 1))).toBe(350);
    expect(primitives({ kind: "arrow", x1: 5, y1: 5, x2: 5, y2: 5, ...dress }).length).toBe(1);
  });

  it("count: axes and number lines", () => {
    const axes: Shape = { kind: "axes", ...box, left: -2, right: 3, bottom: -1, top: 1, step: 1, ...dress };
    expect(labels(axes)).toEqual(["−2", "−1", "1", "2", "3", "−1", "1", "0"]);
    const line: Shape = { kind: "numbers", x: 0, y: 0, w: 1000, left: 0, right: 0.3, step: 0.1, ...dress };
    expect(labels(line)).toEqual(["0", "0.1", "0.2", "0.3"]);
    const at = primitives(line).flatMap((one) => (one.kind === "label" ? [one.x] : []));
    expect(at.map(Math.round)).toEqual([0, 333, 667, 1000]);
    expect(labels({ ...line, left: 0.15, right: 0.45 })).toEqual(["0.2", "0.3", "0.4"]);
    // Axes whose nought is not between their ends cross at the nearest.
    expect(labels({ ...axes, left: 2, right: 4, bottom: 5, top: 6 })).toEqual(["3", "4", "6"]);
    // A scale of a thousand million numbers is its ends.
    expect(labels({ ...line, left: 0, right: 1e9, step: 1 })).toEqual(["0", "1000000000"]);
  });

  it("are numbers whatever a page says", () => {
    const storm = new Storm(12);
    for (let i = 0; i < 2000; i++) {
      const what = storm.thing();
      if (what.kind === "text" || what.kind === "formula" || what.kind === "image") continue;
      for (const one of primitives(what)) {
        const numbers = one.kind === "label" ? [one.x, one.y, one.size] : lines(one.path).flat();
        expect(numbers.every(Number.isFinite)).toBe(true);
      }
    }
  });
});

describe("what a thing covers", () => {
  it("goes with its matrix", () => {
    const rect = placed({ kind: "rect", ...box, ...dress });
    expect(boundsOf(rect)).toEqual({ x1: 95, y1: 195, x2: 505, y2: 505 });
    expect(boundsOf({ ...rect, matrix: translation(1000, 0) })).toMatchObject({ x1: 1095, x2: 1505 });
    expect(boundsOf({ ...rect, matrix: scaling(2, 2, 100, 200) })).toMatchObject({ x1: 90, x2: 910 });
    const turned = boundsOf({ ...rect, matrix: rotation(Math.PI / 2, 300, 350) });
    expect(turned?.x1).toBeCloseTo(145);
    expect(turned?.y2).toBeCloseTo(555);
  });

  it("is known of every kind of thing", () => {
    const storm = new Storm(3);
    const kinds = new Set<string>();
    for (let i = 0; i < 500; i++) {
      const what = storm.thing();
      kinds.add(what.kind);
      const bounds = boundsOf(placed(what));
      expect(bounds && [bounds.x1, bounds.y1, bounds.x2, bounds.y2].every(Number.isFinite)).toBe(true);
    }
    expect(kinds.size).toBe(10);
    const points = { xy: [0, 0, 100, 50], pressures: null };
    const pieces = [{ begins: 0, ends: 0, points }];
    const ink = { kind: "ink", tool: 0, colour: 0, width: 20, pieces, parts: null } as const;
    expect(boundsOf(placed(ink))).toEqual({ x1: -10, y1: -10, x2: 110, y2: 60 });
    expect(boundsOf(placed({ ...ink, parts: [[0, 5]] }))?.x2).toBeCloseTo(60);
    expect(boundsOf(placed({ ...ink, parts: [] }))).toBeNull();
  });
});

describe("a touch", () => {
  const rect: Thing = { kind: "rect", ...box, ...dress };
  it("finds an empty shape by its edge, a full one anywhere", () => {
    expect(hits(placed(rect), 300, 350, 10)).toBe(false);
    expect(hits(placed(rect), 109, 350, 10)).toBe(true);
    expect(hits(placed({ ...rect, fill: 1 }), 300, 350, 10)).toBe(true);
    expect(hits(placed({ ...rect, fill: 1 }, { gone: true }), 300, 350, 10)).toBe(false);
    expect(
      hits(placed({ kind: "text", x: 0, y: 0, w: 900, size: 100, colour: 0, text: "abc" }), 450, 60, 1),
    ).toBe(true);
  });

  it("finds things where they were moved to", () => {
    const moved = placed(rect, { matrix: compose(translation(1000, 0), scaling(0.5, 0.5, 0, 0)) });
    expect(hits(moved, 1052, 200, 4)).toBe(true);
    expect(hits(moved, 105, 350, 4)).toBe(false);
    const turned = placed(rect, { matrix: rotation(Math.PI / 4, 300, 350) });
    const [x, y] = apply(turned.matrix, 100, 200);
    expect([hits(turned, x, y, 4), hits(turned, 100, 200, 4)]).toEqual([true, false]);
    expect(hits(placed(rect, { matrix: [1, 1, 1, 1, 0, 0] }), 100, 100, 50)).toBe(false);
  });

  it("catches with a lasso what lies mostly within it", () => {
    expect(caught(placed(rect), rectangle(0, 0, 600, 600))).toBe(true);
    expect(caught(placed(rect), rectangle(0, 0, 300, 600))).toBe(false);
    expect(caught(placed(rect), rectangle(600, 600, 90, 190))).toBe(true);
    expect(caught(placed(rect, { matrix: translation(1000, 0) }), rectangle(0, 0, 600, 600))).toBe(false);
    expect(caught(placed(rect, { gone: true }), rectangle(0, 0, 600, 600))).toBe(false);
    // Turned, it lies where it is turned to: its corners are within no more.
    expect(caught(placed(rect), rectangle(99, 199, 501, 501))).toBe(true);
    expect(
      caught(placed(rect, { matrix: rotation(Math.PI / 4, 300, 350) }), rectangle(99, 199, 501, 501)),
    ).toBe(false);
    expect(
      caught(placed({ kind: "line", x1: 0, y1: 50, x2: 1000, y2: 50, ...dress }), rectangle(-1, 0, 100, 100)),
    ).toBe(false);
  });
});

it("undoes every matrix that can be undone", () => {
  const storm = new Storm(4);
  for (let i = 0; i < 200; i++) {
    const angle = storm.whole(0, 628) / 100;
    const matrix = compose(
      rotation(angle, storm.whole(0, 8000), 7),
      scaling(storm.whole(1, 30) / 10, 1.5, 4, 5),
    );
    const back = invert(matrix);
    if (!back) throw new Error("not undone");
    const [x, y] = apply(back, ...apply(matrix, 123, -45));
    expect(x).toBeCloseTo(123, 6);
    expect(y).toBeCloseTo(-45, 6);
    expect(scaleOf(back) * scaleOf(matrix)).toBeCloseTo(1, 9);
  }
  expect(invert([1, 1, 1, 1, 0, 0])).toBeNull();
  // First the right one, then the left one.
  expect(apply(compose(translation(10, 0), scaling(2, 2, 0, 0)), 1, 1)).toEqual([12, 2]);
});
