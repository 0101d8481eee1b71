/** Rectangles, to know what lies where without looking at points. */
import type { Matrix } from "./board";
import { apply } from "./matrix";
import type { Frame } from "./paper";

export interface Box {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

export function carried({ x1, y1, x2, y2 }: Box, matrix: Matrix): Box {
  const corners = [
    apply(matrix, x1, y1),
    apply(matrix, x2, y1),
    apply(matrix, x1, y2),
    apply(matrix, x2, y2),
  ];
  const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
  return { x1: Math.min(...xs), y1: Math.min(...ys), x2: Math.max(...xs), y2: Math.max(...ys) };
}

/** Whether a place lies within it, or no further from it than so much. */
export function holds({ x1, y1, x2, y2 }: Box, x: number, y: number, margin = 0): boolean {
  return x >= x1 - margin && x <= x2 + margin && y >= y1 - margin && y <= y2 + margin;
}

export function meet(a: Box, b: Box): boolean {
  return a.x1 <= b.x2 && b.x1 <= a.x2 && a.y1 <= b.y2 && b.y1 <= a.y2;
}

export function joined(a: Box, b: Box): Box {
  return {
    x1: Math.min(a.x1, b.x1),
    y1: Math.min(a.y1, b.y1),
    x2: Math.max(a.x2, b.x2),
    y2: Math.max(a.y2, b.y2),
  };
}

/** In whole pixels of a frame, with a margin around it. */
export function moved(box: Box, { x, y, scale }: Frame, margin: number) {
  const left = Math.floor((box.x1 - x) * scale) - margin;
  const top = Math.floor((box.y1 - y) * scale) - margin;
  const width = Math.ceil((box.x2 - x) * scale) + margin - left;
  const height = Math.ceil((box.y2 - y) * scale) + margin - top;
  return { left, top, width, height };
}

/** Around points, x and y alternating, with a margin. */
export function around(xy: ArrayLike<number>, margin: number): Box {
  let [x1, y1, x2, y2] = [
    Number.POSITIVE_INFINITY,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ];
  for (let i = 0; i + 1 < xy.length; i += 2) {
    const [x, y] = [xy[i] as number, xy[i + 1] as number];
    if (x < x1) x1 = x;
    if (x > x2) x2 = x;
    if (y < y1) y1 = y;
    if (y > y2) y2 = y;
  }
  return { x1: x1 - margin, y1: y1 - margin, x2: x2 + margin, y2: y2 + margin };
}
