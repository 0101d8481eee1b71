/** What is drawn on a canvas: strokes and shapes as paths, each made once, in board units. */
import type { Ink, Placed, Shape } from "./board";
import { around, type Box, carried } from "./box";
import { inkAt, outlines, type Polygon } from "./ink";
import { IDENTITY } from "./matrix";
import { boundsOf } from "./pick";
import { type Primitive, trace as pencil, primitives } from "./things";

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
  const list = primitives(what).map((one) => {
    if (one.kind === "label") return { one, path: null };
    const path = new Path2D();
    pencil(path, one.path);
    return { one, path };
  });
  const bounds = boundsOf({ name: "", what, matrix: IDENTITY, gone: false });
  return {
    box: bounds ?? { x1: 0, y1: 0, x2: 0, y2: 0 },
    paint(context, colours) {
      context.lineJoin = context.lineCap = "round";
      for (const { one, path } of list)
        if (one.kind === "label") write(context, one, colours);
        else if (path) {
          if (one.fill !== null) {
            context.fillStyle = colours[one.fill] ?? "";
            context.fill(path);
          }
          if (one.stroke === null) continue;
          context.strokeStyle = colours[one.stroke] ?? "";
          context.lineWidth = one.width;
          context.stroke(path);
        }
    },
  };
}

function write(
  context: CanvasRenderingContext2D,
  { text, x, y, size, align, colour }: Primitive & { readonly kind: "label" },
  colours: Colours,
): void {
  context.fillStyle = colours[colour] ?? "";
  context.font = `${size}px ${getComputedStyle(context.canvas).fontFamily || "sans-serif"}`;
  context.direction = "ltr";
  context.textAlign = align === "middle" ? "center" : align;
  context.textBaseline = "middle";
  context.fillText(text, x, y);
}
