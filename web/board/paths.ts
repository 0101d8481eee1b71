/** What is drawn on a canvas: strokes and shapes as paths, each made once, in board units. */
import getStroke from "perfect-freehand";
import { HIGHLIGHTER, type Ink, type Piece, type Placed, type Points, type Shape } from "./board";
import { around, type Box, carried } from "./box";

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
  const pieces = ink.pieces.flatMap((piece) => pieceBy(piece, t) ?? []);
  return pieces.length > 0 ? { ...ink, pieces } : null;
}

function pieceBy(piece: Piece, t: number): Piece | null {
  if (piece.ends <= t) return piece;
  if (piece.begins > t) return null;
  const { xy, pressures } = piece.points;
  const n = xy.length / 2;
  const count = 1 + Math.floor(((n - 1) * (t - piece.begins)) / (piece.ends - piece.begins));
  const points = { xy: xy.slice(0, 2 * count), pressures: pressures?.slice(0, count) ?? null };
  return { begins: piece.begins, ends: t, points };
}

function stroke(ink: Ink): Drawing {
  const path = new Path2D();
  const all: number[] = [];
  for (const points of runs(ink)) {
    const rim = outline(points, ink);
    all.push(...rim.flat());
    rim.forEach(([x, y], i) => {
      if (i === 0) path.moveTo(x, y);
      else path.lineTo(x, y);
    });
    path.closePath();
  }
  return {
    box: around(all, 1),
    paint(context, colours) {
      context.fillStyle = colours[ink.colour] ?? "";
      context.fill(path);
    },
  };
}

function runs(ink: Ink): Points[] {
  const xy = ink.pieces.flatMap((piece) => piece.points.xy);
  const pressures = ink.pieces.flatMap(
    (piece) => piece.points.pressures ?? new Array<number>(piece.points.xy.length / 2).fill(8),
  );
  return [{ xy, pressures: ink.pieces.some((one) => one.points.pressures) ? pressures : null }];
}

function outline(points: Points, ink: Ink): [number, number][] {
  const list: number[][] = [];
  for (let i = 0; 2 * i < points.xy.length; i++)
    list.push([
      points.xy[2 * i] as number,
      points.xy[2 * i + 1] as number,
      points.pressures ? (points.pressures[i] as number) / 15 : 0.5,
    ]);
  return getStroke(list, {
    size: ink.width,
    thinning: ink.tool === HIGHLIGHTER ? 0 : 0.5,
    streamline: 0.2,
    smoothing: 0.5,
    simulatePressure: false,
    last: true,
  }) as [number, number][];
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
