/** Where things were moved to: x' = a x + c y + e, y' = b x + d y + f. */
import type { Matrix } from "./board";

export const IDENTITY: Matrix = [1, 0, 0, 1, 0, 0];

/** What `first` does, and then `second`. */
export function compose(second: Matrix, first: Matrix): Matrix {
  const [a, b, c, d, e, f] = second;
  const [p, q, r, s, t, u] = first;
  return [a * p + c * q, b * p + d * q, a * r + c * s, b * r + d * s, a * t + c * u + e, b * t + d * u + f];
}

/** Undoes a matrix; null where it laid everything onto a line. */
export function invert([a, b, c, d, e, f]: Matrix): Matrix | null {
  const det = a * d - b * c;
  if (!(Math.abs(det) > 1e-12)) return null;
  return [d / det, -b / det, -c / det, a / det, (c * f - d * e) / det, (b * e - a * f) / det];
}

export function apply([a, b, c, d, e, f]: Matrix, x: number, y: number): [x: number, y: number] {
  return [a * x + c * y + e, b * x + d * y + f];
}

/** How much larger a length becomes: the root of what an area does. */
export function scaleOf([a, b, c, d]: Matrix): number {
  return Math.sqrt(Math.abs(a * d - b * c));
}

/** How far a matrix turns things: radians, clockwise on a page. */
export function angleOf([a, b]: Matrix): number {
  return Math.atan2(b, a);
}

export function translation(dx: number, dy: number): Matrix {
  return [1, 0, 0, 1, dx, dy];
}

/** Larger or smaller about a point that stays where it is. */
export function scaling(sx: number, sy: number, x: number, y: number): Matrix {
  return [sx, 0, 0, sy, x - sx * x, y - sy * y];
}

/** Turned by `angle` (radians, clockwise on a page, as y goes down) about a point. */
export function rotation(angle: number, x: number, y: number): Matrix {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return [cos, sin, -sin, cos, x - cos * x + sin * y, y - sin * x - cos * y];
}
