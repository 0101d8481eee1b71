/** What a hand on the board touches. The geometry of strokes is that of `web/board`; texts are as large as they came out. */
import type { Page, Parts, Placed, Shape } from "../board/board";
import { type Box, meet } from "../board/box";
import { distance } from "../board/curve";
import { runs } from "../board/ink";
import { apply, invert, scaleOf } from "../board/matrix";
import type { BoardView } from "../board/view";

interface Place {
  readonly x: number;
  readonly y: number;
}

/** What lies within `radius` of the way from one place to another, the topmost last. */
export function touching(view: BoardView, page: Page, from: Place, to: Place, radius: number): Placed[] {
  const area: Box = {
    x1: Math.min(from.x, to.x) - radius,
    y1: Math.min(from.y, to.y) - radius,
    x2: Math.max(from.x, to.x) + radius,
    y2: Math.max(from.y, to.y) + radius,
  };
  const found: Placed[] = [];
  for (const placed of page.things.values()) {
    if (placed.gone) continue;
    const box = view.box(placed.name);
    if (box && meet(box, area) && touches(placed, from, to, radius)) found.push(placed);
  }
  return found;
}

function touches(placed: Placed, from: Place, to: Place, radius: number): boolean {
  const home = invert(placed.matrix);
  if (!home) return false;
  const [a, b] = [apply(home, from.x, from.y), apply(home, to.x, to.y)];
  const near = radius / scaleOf(placed.matrix);
  const { what } = placed;
  if (what.kind === "ink") return runs(what).some(({ xy }) => crosses(xy, a, b, near + what.width / 2));
  if (what.kind === "line" || what.kind === "arrow")
    return crosses([what.x1 ?? 0, what.y1 ?? 0, what.x2 ?? 0, what.y2 ?? 0], a, b, near + what.width);
  if (
    (what.kind === "rect" || what.kind === "ellipse" || what.kind === "triangle") &&
    what.fill === undefined
  )
    return crosses(rim(what), a, b, near + what.width);
  return true;
}

/** The edge of a shape, as a line that comes back to where it began. */
function rim({ kind, x = 0, y = 0, w = 0, h = 0 }: Shape): number[] {
  if (kind === "rect") return [x, y, x + w, y, x + w, y + h, x, y + h, x, y];
  if (kind === "triangle") return [x + w / 2, y, x + w, y + h, x, y + h, x + w / 2, y];
  return Array.from({ length: 33 }, (_, i) => {
    const angle = (i * Math.PI) / 16;
    return [x + w / 2 + (w / 2) * Math.cos(angle), y + h / 2 + (h / 2) * Math.sin(angle)];
  }).flat();
}

/** Whether a line comes as near as this to the way from `a` to `b`. */
function crosses(
  xy: readonly number[],
  a: readonly [number, number],
  b: readonly [number, number],
  near: number,
): boolean {
  for (let i = 0; i + 1 < xy.length; i += 2) {
    const [x, y] = [xy[i] as number, xy[i + 1] as number];
    if (distance(x, y, a[0], a[1], b[0], b[1]) <= near) return true;
    if (i + 3 >= xy.length) break;
    const [nextX, nextY] = [xy[i + 2] as number, xy[i + 3] as number];
    if (distance(a[0], a[1], x, y, nextX, nextY) <= near || distance(b[0], b[1], x, y, nextX, nextY) <= near)
      return true;
    if (cut(x, y, nextX, nextY, a, b)) return true;
  }
  return false;
}

function cut(
  x1: number,
  y1: number,
  x2: number,
  y2: number,
  [ax, ay]: readonly [number, number],
  [bx, by]: readonly [number, number],
): boolean {
  const side = (x: number, y: number) => Math.sign((bx - ax) * (y - ay) - (by - ay) * (x - ax));
  const other = (x: number, y: number) => Math.sign((x2 - x1) * (y - y1) - (y2 - y1) * (x - x1));
  return side(x1, y1) * side(x2, y2) < 0 && other(ax, ay) * other(bx, by) < 0;
}

/** What lies in an area, at least with its middle and more than half of its corners. */
export function inside(view: BoardView, page: Page, area: readonly Place[]): Placed[] {
  return [...page.things.values()].filter((placed) => {
    if (placed.gone) return false;
    const box = view.box(placed.name);
    if (!box) return false;
    const { x1, y1, x2, y2 } = box;
    if (!within(area, (x1 + x2) / 2, (y1 + y2) / 2)) return false;
    const corners = [within(area, x1, y1), within(area, x2, y1), within(area, x1, y2), within(area, x2, y2)];
    return corners.filter(Boolean).length >= 2;
  });
}

function within(area: readonly Place[], x: number, y: number): boolean {
  let is = false;
  for (let i = 0, j = area.length - 1; i < area.length; j = i++) {
    const [a, b] = [area[i] as Place, area[j] as Place];
    if (a.y > y !== b.y > y && x < ((b.x - a.x) * (y - a.y)) / (b.y - a.y) + a.x) is = !is;
  }
  return is;
}

/** What an eraser of this radius leaves of a stroke on its way; undefined: it did not touch it. */
export function rubbed({ what, matrix }: Placed, from: Place, to: Place, radius: number): Parts | undefined {
  const home = invert(matrix);
  if (what.kind !== "ink" || !home) return undefined;
  const [a, b] = [apply(home, from.x, from.y), apply(home, to.x, to.y)];
  const near = radius / scaleOf(matrix);
  const parts: [number, number][] = [];
  let touched = false;
  for (const { xy, at } of runs(what)) {
    let part: [number, number] | null = null;
    at.forEach((place, i) => {
      const off = distance(xy[2 * i] as number, xy[2 * i + 1] as number, a[0], a[1], b[0], b[1]) > near;
      if (!off) touched = true;
      const tenth = Math.round(place * 10);
      if (off && part) part[1] = tenth;
      else part = off ? [tenth, tenth] : null;
      if (part && part !== parts.at(-1)) parts.push(part);
    });
  }
  return touched ? parts.filter(([begin, end]) => end > begin) : undefined;
}
