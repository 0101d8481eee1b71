/** What a hand on the board touches. Texts and formulas are as large as they came out on this page. */
import type { Page, Placed } from "../board/board";
import { type Box, holds, meet } from "../board/box";
import { apply, invert, scaleOf } from "../board/matrix";
import { caught, encloses, hits } from "../board/pick";
import { isWritten } from "../board/sheet";
import type { BoardView } from "../board/view";

interface Place {
  readonly x: number;
  readonly y: number;
}

/** What of a view it needs: how large things came out. */
type Boxes = Pick<BoardView, "box" | "ownBox">;

/** What lies within `radius` of the way from one place to another, the topmost last. */
export function touching(view: Boxes, page: Page, from: Place, to: Place, radius: number): Placed[] {
  const area: Box = {
    x1: Math.min(from.x, to.x) - radius,
    y1: Math.min(from.y, to.y) - radius,
    x2: Math.max(from.x, to.x) + radius,
    y2: Math.max(from.y, to.y) + radius,
  };
  const steps = Math.max(1, Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) / radius));
  const along = Array.from({ length: steps + 1 }, (_, i) => [
    from.x + ((to.x - from.x) * i) / steps,
    from.y + ((to.y - from.y) * i) / steps,
  ]) as [number, number][];
  const found: Placed[] = [];
  for (const placed of page.things.values()) {
    if (placed.gone) continue;
    const box = view.box(placed.name);
    if (!box || !meet(box, area)) continue;
    const touches = isWritten(placed.what) ? touchesWritten(view, placed, radius) : null;
    if (along.some(([x, y]) => (touches ? touches(x, y) : hits(placed, x, y, radius)))) found.push(placed);
  }
  return found;
}

/** Whether a place touches what is written: as it is turned, not what lies around it. */
function touchesWritten(view: Boxes, { name, matrix }: Placed, radius: number) {
  const [box, home] = [view.ownBox(name), invert(matrix)];
  const near = radius / scaleOf(matrix);
  return (x: number, y: number) => box !== null && home !== null && holds(box, ...apply(home, x, y), near);
}

/** What lies in an area. */
export function inside(view: Boxes, page: Page, area: readonly Place[]): Placed[] {
  const lasso = area.flatMap(({ x, y }) => [x, y]);
  return [...page.things.values()].filter((placed) => {
    const box = placed.gone ? null : view.box(placed.name);
    if (!box) return false;
    return isWritten(placed.what)
      ? encloses(lasso, (box.x1 + box.x2) / 2, (box.y1 + box.y2) / 2)
      : caught(placed, lasso);
  });
}
