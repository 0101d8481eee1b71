/** What lies near a place, without looking at all there is: names by the squares of a page that their boxes cover. */
import type { Box } from "./box";

/** Units to a side. What lies beyond the page is kept in the squares at its edge. */
const SQUARE = 500;
const COLUMNS = 16;
const ROWS = 9;

export class Grid {
  readonly #squares = Array.from({ length: COLUMNS * ROWS }, () => new Set<string>());
  readonly #boxes = new Map<string, Box>();

  /** This name covers this box now. */
  put(name: string, box: Box): void {
    this.remove(name);
    this.#boxes.set(name, box);
    for (const square of this.#under(box)) square.add(name);
  }

  remove(name: string): void {
    const box = this.#boxes.get(name);
    if (!box) return;
    this.#boxes.delete(name);
    for (const square of this.#under(box)) square.delete(name);
  }

  clear(): void {
    this.#boxes.clear();
    for (const square of this.#squares) square.clear();
  }

  /** All names whose boxes meet this one, and perhaps some more, in no order. */
  near(box: Box): Set<string> {
    const names = new Set<string>();
    for (const square of this.#under(box)) for (const name of square) names.add(name);
    return names;
  }

  *#under({ x1, y1, x2, y2 }: Box): Generator<Set<string>> {
    const [left, right] = [within(x1, COLUMNS), within(x2, COLUMNS)];
    const [top, bottom] = [within(y1, ROWS), within(y2, ROWS)];
    for (let row = top; row <= bottom; row++)
      for (let column = left; column <= right; column++)
        yield this.#squares[row * COLUMNS + column] as Set<string>;
  }
}

function within(at: number, count: number): number {
  return Math.max(0, Math.min(count - 1, Math.floor(at / SQUARE)));
}
