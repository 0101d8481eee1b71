/** Points at things. Seen at once, and kept on the timeline for those who watch later. */
import type { Spot } from "../../board/pen";
import type { Bench, Tool } from "../../write/bench";

/** A hand that points needs no more. */
const EVERY_MS = 40;

export class LaserTool implements Tool {
  #trail: Spot[] = [];

  constructor(private readonly bench: Bench) {}

  begin(spot: Spot): void {
    this.#point(spot);
  }

  go(spots: readonly Spot[]): void {
    const last = spots.at(-1);
    if (last) this.#point(last);
  }

  end(): void {}

  cancel(): void {
    this.close();
  }

  hover(spot: Spot | null): void {
    if (spot) this.#point(spot);
    else this.bench.view.laser(null);
  }

  piece(): void {
    const trail = this.#trail;
    this.#trail = [];
    const [first, last] = [trail[0], trail.at(-1)];
    if (!first || !last) return;
    const xy = trail.flatMap(({ x, y }) => [Math.round(x), Math.round(y)]);
    this.bench.tell({ op: "laser", from: 0, span: 0, points: { xy, pressures: null } }, first.at, last.at);
  }

  close(): void {
    this.piece();
    this.bench.view.laser(null);
  }

  #point(spot: Spot): void {
    this.bench.view.laser(spot);
    const last = this.#trail.at(-1);
    if (last && spot.at - last.at < EVERY_MS) return;
    this.#trail.push(spot);
    this.bench.expect();
    const points = { xy: [Math.round(spot.x), Math.round(spot.y)], pressures: null };
    this.bench.pass(0, { kind: "ink", tool: 0, colour: 2, width: 1, points });
  }
}
