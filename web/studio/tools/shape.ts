/** Lines, arrows, rectangles, ellipses, triangles, axes, number lines: from one corner to the other. */
import { put } from "../../board/acts";
import { PAGE, type Shape } from "../../board/board";
import { nameOf } from "../../board/fold";
import type { Manner, Spot } from "../../board/pen";
import type { Bench, ShapeName, Tool } from "../../write/bench";

/** Units from number to number on axes: as wide as a square of squared paper. */
const UNIT = 250;
/** Less than this (units) was a tap, not a drag: the shape comes in a size of its own. */
const TAP = 40;
const SIZE = 1500;
const TURN = Math.PI / 12;

interface Corner {
  readonly x: number;
  readonly y: number;
}

export class ShapeTool implements Tool {
  #drag: { readonly from: Corner; readonly id: number; readonly name: string } | null = null;

  constructor(
    private readonly bench: Bench,
    private readonly kind: ShapeName,
  ) {}

  begin(spot: Spot): void {
    const id = this.bench.nextId();
    this.#drag = { from: this.bench.guided(spot), id, name: nameOf(this.bench.speaker, id) };
  }

  go(spots: readonly Spot[], _ahead: readonly Spot[], manner: Manner): void {
    const to = spots.at(-1);
    if (!this.#drag || !to) return;
    this.bench.view.tip(this.#drag.name, this.#shape(this.#drag.from, this.bench.guided(to), manner.shift));
  }

  end(spot: Spot, manner: Manner): void {
    const drag = this.#drag;
    if (!drag) return;
    this.#drag = null;
    this.bench.view.tip(drag.name, null);
    const { from } = drag;
    const to = this.bench.guided(spot);
    const tapped = Math.hypot(to.x - from.x, to.y - from.y) < TAP;
    const corner = tapped ? this.#corner(from) : to;
    this.bench.say({ op: "thing", id: drag.id, thing: this.#shape(from, corner, manner.shift) });
    this.bench.did(put(this.bench.page.id, [drag.id]));
  }

  cancel(): void {
    if (this.#drag) this.bench.view.tip(this.#drag.name, null);
    this.#drag = null;
  }

  close(): void {
    this.cancel();
  }

  #corner({ x, y }: Corner): Corner {
    const wide = this.kind === "numbers" ? 10 * UNIT : this.kind === "axes" ? 11 * UNIT : SIZE;
    const high = this.kind === "line" || this.kind === "arrow" ? 0 : this.kind === "axes" ? 7 * UNIT : SIZE;
    return { x: Math.min(PAGE.width, x + wide), y: Math.min(PAGE.height, y + high) };
  }

  #shape(from: Corner, to: Corner, shift: boolean): Shape {
    const { colour } = this.bench.setting;
    return { ...shapeFrom(this.kind, from, to, shift), colour, width: this.bench.width } as Shape;
  }
}

/** Without colour and width. `even`: square, round, or at a multiple of 15 degrees. */
export function shapeFrom(kind: ShapeName, from: Corner, to: Corner, even: boolean) {
  const round = Math.round;
  if (kind === "line" || kind === "arrow") {
    const end = even ? turned(from, to) : to;
    return { kind, x1: round(from.x), y1: round(from.y), x2: round(end.x), y2: round(end.y) };
  }
  let [dx, dy] = [to.x - from.x, to.y - from.y];
  if (even) {
    const side = Math.max(Math.abs(dx), Math.abs(dy));
    [dx, dy] = [side * (Math.sign(dx) || 1), side * (Math.sign(dy) || 1)];
  }
  const box = {
    x: round(Math.min(from.x, from.x + dx)),
    y: round(Math.min(from.y, from.y + dy)),
    w: round(Math.abs(dx)),
    h: round(Math.abs(dy)),
  };
  if (kind === "axes") return axes(box);
  if (kind === "numbers") {
    const count = Math.max(1, round(box.w / UNIT));
    return { kind, x: box.x, y: round(from.y), w: count * UNIT, left: 0, right: count, step: 1 };
  }
  return { kind, ...box };
}

/** A number a unit, the origin in the middle; half a unit beyond the last number for the arrows. */
function axes({ x, y, w, h }: { x: number; y: number; w: number; h: number }) {
  const right = Math.max(1, Math.round(w / UNIT / 2 - 0.5)) + 0.5;
  const top = Math.max(1, Math.round(h / UNIT / 2 - 0.5)) + 0.5;
  return {
    kind: "axes" as const,
    x,
    y,
    w: 2 * right * UNIT,
    h: 2 * top * UNIT,
    left: -right,
    right,
    bottom: -top,
    top,
    step: 1,
  };
}

function turned(from: Corner, to: Corner): Corner {
  const far = Math.hypot(to.x - from.x, to.y - from.y);
  const angle = Math.round(Math.atan2(to.y - from.y, to.x - from.x) / TURN) * TURN;
  return { x: from.x + far * Math.cos(angle), y: from.y + far * Math.sin(angle) };
}
