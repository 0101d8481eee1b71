/** Pen and highlighter. A stroke is said in pieces while it is written; its tip goes ahead. */
import { put } from "../board/acts";
import { type HIGHLIGHTER, PEN, type Points } from "../board/board";
import { nameOf } from "../board/fold";
import { relative } from "../board/payload";
import type { Manner, Spot } from "../board/pen";
import { type Decided, Simplifier } from "../board/simplify";
import type { Bench, Tool } from "./bench";

interface Stroke {
  readonly id: number;
  readonly name: string;
  readonly page: string;
  readonly colour: number;
  readonly width: number;
  readonly points: Simplifier;
  /** The last point that was said. */
  last: readonly [x: number, y: number] | null;
}

export class InkTool implements Tool {
  #stroke: Stroke | null = null;

  constructor(
    private readonly bench: Bench,
    private readonly kind: typeof PEN | typeof HIGHLIGHTER = PEN,
  ) {}

  begin(spot: Spot, manner: Manner): void {
    const { bench } = this;
    const id = bench.nextId();
    this.#stroke = {
      id,
      name: nameOf(bench.speaker, id),
      page: bench.page.id,
      colour: bench.setting.colour,
      width: bench.width,
      points: new Simplifier(manner.pressed && this.kind === PEN),
      last: null,
    };
    bench.expect();
    this.go([spot], []);
  }

  go(spots: readonly Spot[], ahead: readonly Spot[]): void {
    const stroke = this.#stroke;
    if (!stroke) return;
    for (const spot of spots) this.#add(stroke, spot);
    const tip = stroke.points.tip();
    if (!tip) return;
    const { colour, width } = stroke;
    const shown = { kind: "ink", tool: this.kind, colour, width } as const;
    this.bench.view.tip(stroke.name, { ...shown, points: longer(tip, ahead.map(this.bench.guided)) });
    this.bench.pass(stroke.id, { ...shown, points: tip });
  }

  end(spot: Spot): void {
    const stroke = this.#stroke;
    if (!stroke) return;
    this.#add(stroke, spot);
    this.#finish(stroke);
  }

  cancel(): void {
    const stroke = this.#stroke;
    this.#stroke = null;
    if (!stroke) return;
    this.bench.view.tip(stroke.name, null);
    if (stroke.last) this.bench.say({ op: "gone", things: [stroke.id] });
  }

  piece(): void {
    const stroke = this.#stroke;
    if (!stroke) return;
    this.#say(stroke, stroke.points.take());
    this.go([], []);
    this.bench.expect();
  }

  /** What was written so far stays. */
  close(): void {
    const stroke = this.#stroke;
    if (stroke) this.#finish(stroke);
  }

  #finish(stroke: Stroke): void {
    this.#stroke = null;
    this.#say(stroke, stroke.points.end());
    this.bench.view.tip(stroke.name, null);
    if (stroke.last) this.bench.did(put(stroke.page, [stroke.id]));
  }

  #add(stroke: Stroke, spot: Spot): void {
    const { x, y, pressure, at } = this.bench.guided(spot);
    stroke.points.add(x, y, pressure, at);
  }

  #say(stroke: Stroke, decided: Decided | null): void {
    if (!decided) return;
    const { id, colour, width, last } = stroke;
    const { points, begins, ends } = decided;
    const timed = { id, from: 0, span: 0 };
    if (last) this.bench.say({ op: "more", ...timed, points: relative(points, ...last) }, begins, ends);
    else this.bench.say({ op: "ink", ...timed, tool: this.kind, colour, width, points }, begins, ends);
    stroke.last = [points.xy.at(-2) as number, points.xy.at(-1) as number];
  }
}

function longer({ xy, pressures }: Points, ahead: readonly Spot[]): Points {
  if (ahead.length === 0) return { xy, pressures };
  return {
    xy: [...xy, ...ahead.flatMap(({ x, y }) => [Math.round(x), Math.round(y)])],
    pressures: pressures && [...pressures, ...ahead.map(() => pressures.at(-1) as number)],
  };
}
