/** Rubs out: whole things (a stroke at a touch), or only what it passes over. */
import { both, gone, kept } from "../board/acts";
import type { Parts } from "../board/board";
import { eraseFrom } from "../board/erase";
import { refOf } from "../board/fold";
import type { Act } from "../board/history";
import type { Spot } from "../board/pen";
import type { Bench, Tool } from "./bench";
import { touching } from "./reach";

export type Erasing = "things" | "area";

export class EraserTool implements Tool {
  #last: Spot | null = null;
  #page = "";
  readonly #gone = new Set<string>();
  readonly #before = new Map<string, Parts | null>();
  #ring: SVGCircleElement | null = null;

  constructor(
    private readonly bench: Bench,
    private readonly how: () => Erasing,
  ) {}

  begin(spot: Spot): void {
    this.#page = this.bench.page.id;
    this.#last = spot;
    this.go([spot]);
  }

  go(spots: readonly Spot[]): void {
    for (const spot of spots) {
      const last = this.#last ?? spot;
      this.#last = spot;
      if (this.how() === "things") this.#take(last, spot);
      else this.#rub(last, spot);
    }
    const last = spots.at(-1);
    if (last) this.#show(last);
  }

  end(): void {
    const { bench } = this;
    const strokes = [...this.#before].flatMap(([name, before]) => {
      const what = bench.page.things.get(name)?.what;
      return what?.kind === "ink" ? { name, before, after: what.parts } : [];
    });
    const rubbed = strokes.length > 0 ? kept(this.#page, strokes, bench.speaker) : null;
    const taken = this.#gone.size > 0 ? gone(this.#page, [...this.#gone], bench.speaker) : null;
    if (rubbed && taken) bench.did(both(rubbed, taken));
    else if (rubbed ?? taken) bench.did((rubbed ?? taken) as Act);
    this.#before.clear();
    this.#gone.clear();
    this.#last = null;
  }

  cancel(): void {
    this.end();
  }

  hover(spot: Spot | null): void {
    if (spot) this.#show(spot);
    else this.#hide();
  }

  close(): void {
    this.end();
    this.#hide();
  }

  #take(from: Spot, to: Spot): void {
    const { bench } = this;
    const radius = this.#radius;
    const found = touching(bench.view, bench.page, from, to, radius).map((one) => one.name);
    if (found.length === 0) return;
    for (const name of found) this.#gone.add(name);
    bench.say({ op: "gone", things: found.map((name) => refOf(name, bench.speaker)) });
  }

  #rub(from: Spot, to: Spot): void {
    const { bench } = this;
    for (const placed of touching(bench.view, bench.page, from, to, this.#radius)) {
      const { name, what } = placed;
      const left = eraseFrom(placed, [from.x, from.y, to.x, to.y], this.#radius);
      if (left === "untouched" || what.kind !== "ink") continue;
      if (left === "nothing left") {
        this.#gone.add(name);
        bench.say({ op: "gone", things: [refOf(name, bench.speaker)] });
        continue;
      }
      if (!this.#before.has(name)) this.#before.set(name, what.parts);
      bench.say({ op: "kept", thing: refOf(name, bench.speaker), parts: left });
    }
  }

  get #radius(): number {
    return this.bench.width / 2;
  }

  #show({ x, y }: Spot): void {
    if (!this.#ring) {
      this.#ring = document.createElementNS("http://www.w3.org/2000/svg", "circle");
      this.#ring.setAttribute("class", "ring");
      this.bench.overlay.append(this.#ring);
    }
    this.#ring.setAttribute("cx", String(x));
    this.#ring.setAttribute("cy", String(y));
    this.#ring.setAttribute("r", String(this.#radius));
  }

  #hide(): void {
    this.#ring?.remove();
    this.#ring = null;
  }
}
