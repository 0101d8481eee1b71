/**
 * The line through the points of a stroke: a centripetal Catmull-Rom curve, which neither loops nor overshoots between
 * points however unevenly they lie. What is drawn, what is left out of a stroke and what is erased all go by this one curve.
 */

/** From one point to the next, as a cubic: x and y of the two ends and the two handles between them. */
export type Cubic = readonly [
  x0: number,
  y0: number,
  x1: number,
  y1: number,
  x2: number,
  y2: number,
  x3: number,
  y3: number,
];

/** The curve from point `i` to the next. `xy`: x and y alternating, at least `i` + 2 points. */
export function cubic(xy: readonly number[], i: number): Cubic {
  const n = xy.length >> 1;
  const [bx, by] = [xy[2 * i] as number, xy[2 * i + 1] as number];
  const [cx, cy] = [xy[2 * i + 2] as number, xy[2 * i + 3] as number];
  const before = i > 0 ? ([xy[2 * i - 2] as number, xy[2 * i - 1] as number] as const) : null;
  const after = i + 2 < n ? ([xy[2 * i + 4] as number, xy[2 * i + 5] as number] as const) : null;
  return between(before, bx, by, cx, cy, after);
}

type Place = readonly [x: number, y: number];

export function between(
  before: Place | null,
  bx: number,
  by: number,
  cx: number,
  cy: number,
  after: Place | null,
): Cubic {
  let first = before && handle(before[0], before[1], bx, by, cx, cy);
  let second = after && handle(after[0], after[1], cx, cy, bx, by);
  // At an end the curve is a parabola: as straight as the other side lets it be.
  if (!first)
    first = second ? [(bx + 3 * second[0] - cx) / 3, (by + 3 * second[1] - cy) / 3] : third(bx, by, cx, cy);
  if (!second)
    second = before ? [(cx + 3 * first[0] - bx) / 3, (cy + 3 * first[1] - by) / 3] : third(cx, cy, bx, by);
  return [bx, by, first[0], first[1], second[0], second[1], cx, cy];
}

function third(bx: number, by: number, cx: number, cy: number): Place {
  return [bx + (cx - bx) / 3, by + (cy - by) / 3];
}

/** The handle at B of the curve from B to C that comes from A. */
function handle(ax: number, ay: number, bx: number, by: number, cx: number, cy: number): Place | null {
  const far = Math.hypot(bx - ax, by - ay);
  const next = Math.hypot(cx - bx, cy - by);
  if (far === 0) return null;
  const [d1, d2] = [Math.sqrt(far), Math.sqrt(next)];
  const whole = 3 * d1 * (d1 + d2);
  const own = 2 * far + 3 * d1 * d2 + next;
  return [(far * cx - next * ax + own * bx) / whole, (far * cy - next * ay + own * by) / whole];
}

export function along([x0, y0, x1, y1, x2, y2, x3, y3]: Cubic, u: number): Place {
  const v = 1 - u;
  const [a, b, c, d] = [v * v * v, 3 * v * v * u, 3 * v * u * u, u * u * u];
  return [a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3];
}

/** A line along a curve: places, and which point of the stroke each is at (2.5: half way from the third to the fourth). */
export interface Line {
  readonly xy: readonly number[];
  readonly at: readonly number[];
}

/** The curve as short straight pieces of about `step` units, or a tenth of the way between two points if that is shorter. */
export function flattened(xy: readonly number[], step: number): Line {
  const n = xy.length >> 1;
  const out: number[] = [xy[0] as number, xy[1] as number];
  const at = [0];
  for (let i = 0; i + 1 < n; i++) {
    const piece = cubic(xy, i);
    const length = Math.hypot(piece[6] - piece[0], piece[7] - piece[1]);
    const cuts = Math.max(1, Math.ceil(length / step));
    for (let k = 1; k <= cuts; k++) {
      const [x, y] = along(piece, k / cuts);
      out.push(x, y);
      at.push(i + k / cuts);
    }
  }
  return { xy: out, at };
}

/** From a place to a straight piece. */
export function distance(x: number, y: number, ax: number, ay: number, bx: number, by: number): number {
  const [dx, dy] = [bx - ax, by - ay];
  const square = dx * dx + dy * dy;
  const u = square === 0 ? 0 : Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / square));
  return Math.hypot(x - ax - u * dx, y - ay - u * dy);
}
