/** The eraser that takes away what it passes over: which parts of a stroke are left. */
import type { Ink, Parts, Placed } from "./board";
import { along, cubic, distance } from "./curve";
import { pointsOf } from "./ink";
import { apply, invert, scaleOf } from "./matrix";

/** Where an eraser went, x and y alternating. */
export type Way = readonly number[];

export type Left = Parts | "untouched" | "nothing left";

/**
 * What is left of a stroke after a round eraser has gone this way over it, in the stroke's own units. A tenth of the way
 * between two points goes or stays as a whole. Parts come in order and do not touch each other.
 */
export function eraseAlong(ink: Ink, way: Way, radius: number): Left {
  const { xy } = pointsOf(ink);
  const n = xy.length >> 1;
  const reach = radius + ink.width / 4;
  const kept = normal(ink.parts ?? [[0, 10 * (n - 1)]], 10 * (n - 1));
  const left: [number, number][] = [];
  let touched = false;
  for (const [from, to] of kept) {
    if (from === to) {
      const [x, y] = place(xy, from);
      if (far(way, x, y, x, y, reach)) left.push([from, to]);
      else touched = true;
      continue;
    }
    let begun: number | null = null;
    for (let tenth = from; tenth < to; tenth++) {
      const [ax, ay] = place(xy, tenth);
      const [bx, by] = place(xy, tenth + 1);
      if (far(way, ax, ay, bx, by, reach)) begun ??= tenth;
      else {
        touched = true;
        if (begun !== null) left.push([begun, tenth]);
        begun = null;
      }
    }
    if (begun !== null) left.push([begun, to]);
  }
  if (!touched) return "untouched";
  return left.length === 0 ? "nothing left" : left;
}

/** The same for a stroke where it is now, the way in units of the page. */
export function eraseFrom(placed: Placed, way: Way, radius: number): Left {
  const home = invert(placed.matrix);
  if (placed.what.kind !== "ink" || placed.gone || !home) return "untouched";
  const own: number[] = [];
  for (let i = 0; i + 1 < way.length; i += 2)
    own.push(...apply(home, way[i] as number, way[i + 1] as number));
  return eraseAlong(placed.what, own, radius / scaleOf(placed.matrix));
}

/** In order, joined where they touch, and within the stroke: parts may have been said by anybody. */
function normal(parts: Parts, end: number): [number, number][] {
  const out: [number, number][] = [];
  for (const [from, to] of [...parts].sort((a, b) => a[0] - b[0])) {
    if (from > end) continue;
    const last = out.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], Math.min(to, end));
    else out.push([from, Math.min(to, end)]);
  }
  return out;
}

function place(xy: readonly number[], tenth: number): readonly [number, number] {
  const i = Math.floor(tenth / 10);
  if (tenth % 10 === 0) return [xy[2 * i] as number, xy[2 * i + 1] as number];
  return along(cubic(xy, i), (tenth % 10) / 10);
}

/** Whether nothing of the way comes within `reach` of a straight piece. */
function far(way: Way, ax: number, ay: number, bx: number, by: number, reach: number): boolean {
  if (way.length < 2) return true;
  if (way.length < 4) return distance(way[0] as number, way[1] as number, ax, ay, bx, by) > reach;
  for (let i = 0; i + 3 < way.length; i += 2)
    if (
      apart(
        way[i] as number,
        way[i + 1] as number,
        way[i + 2] as number,
        way[i + 3] as number,
        ax,
        ay,
        bx,
        by,
      ) <= reach
    )
      return false;
  return true;
}

/** Between two straight pieces. */
export function apart(
  px: number,
  py: number,
  qx: number,
  qy: number,
  ax: number,
  ay: number,
  bx: number,
  by: number,
): number {
  const side = (x1: number, y1: number, x2: number, y2: number, x: number, y: number) =>
    Math.sign((x2 - x1) * (y - y1) - (y2 - y1) * (x - x1));
  const crossed =
    side(px, py, qx, qy, ax, ay) * side(px, py, qx, qy, bx, by) < 0 &&
    side(ax, ay, bx, by, px, py) * side(ax, ay, bx, by, qx, qy) < 0;
  if (crossed) return 0;
  return Math.min(
    distance(px, py, ax, ay, bx, by),
    distance(qx, qy, ax, ay, bx, by),
    distance(ax, ay, px, py, qx, qy),
    distance(bx, by, px, py, qx, qy),
  );
}
