/** What is drawn on a canvas: strokes and shapes as paths, each made once, in board units. */
import type { Ink, Placed, Shape } from "./board";
import { around, type Box, carried } from "./box";
import { inkAt, outlines, type Polygon } from "./ink";

/** CSS colours by their place in the palette. */
export type Colours = readonly string[];

export interface Drawing {
  /** What it covers, before it was moved. */
  readonly box: Box;
  paint(context: CanvasRenderingContext2D, colours: Colours): void;
}

const known = new WeakMap<object, Drawing>();

export function drawingOf(what: Placed["what"]): Drawing {
  const found = known.get(what);
  if (found) return found;
  const made = what.kind === "ink" ? stroke(what) : shape(what as Shape);
  known.set(what, made);
  return made;
}

const boxes = new WeakMap<Placed, Box>();

/** What a drawn thing covers where it is now, in board units. */
export function boxOf(placed: Placed): Box {
  const found = boxes.get(placed);
  if (found) return found;
  const box = carried(drawingOf(placed.what).box, placed.matrix);
  boxes.set(placed, box);
  return box;
}

/** What of a stroke was drawn by `t`; null: nothing. */
export function inkBy(ink: Ink, t: number): Ink | null {
  const points = inkAt(ink, t);
  return points && { ...ink, pieces: [{ begins: 0, ends: 0, points }] };
}

function stroke(ink: Ink): Drawing {
  const path = new Path2D();
  const all: number[] = [];
  for (const polygon of outlines(ink)) {
    trace(path, polygon);
    for (const [x, y] of polygon) all.push(x, y);
  }
  return {
    box: around(all, 1),
    paint(context, colours) {
      context.fillStyle = colours[ink.colour] ?? "";
      context.fill(path);
    },
  };
}

/** Its corners rounded off through the middles of its sides. */
function trace(path: Path2D, polygon: Polygon): void {
  const n = polygon.length;
  for (let i = 0; i < n; i++) {
    const [x, y] = polygon[i] as readonly [number, number];
    const [nextX, nextY] = polygon[(i + 1) % n] as readonly [number, number];
    if (i === 0) {
      const [lastX, lastY] = polygon[n - 1] as readonly [number, number];
      path.moveTo((lastX + x) / 2, (lastY + y) / 2);
    }
    path.quadraticCurveTo(x, y, (x + nextX) / 2, (y + nextY) / 2);
  }
  path.closePath();
}

function shape(what: Shape): Drawing {
  const { x1 = 0, y1 = 0, x2 = 0, y2 = 0, x = 0, y = 0, w = 0, h = 0 } = what;
  const path = new Path2D();
  if (what.kind === "line" || what.kind === "arrow") {
    path.moveTo(x1, y1);
    path.lineTo(x2, y2);
  } else path.rect(x, y, w, h);
  return {
    box: around([x1, y1, x2, y2, x, y, x + w, y + h], what.width),
    paint(context, colours) {
      context.strokeStyle = colours[what.colour] ?? "";
      context.lineWidth = what.width;
      context.stroke(path);
    },
  };
}
