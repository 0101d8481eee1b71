/** Chooses things: tapped, or encircled. Then they are moved, made larger, dressed, doubled or taken away. */
import { dressed, gone, moved, put } from "../../board/acts";
import type { Matrix, Op, Placed } from "../../board/board";
import { type Box, joined } from "../../board/box";
import { nameOf } from "../../board/fold";
import { pointsOf } from "../../board/ink";
import { apply, compose, IDENTITY, scaleOf, scaling, translation } from "../../board/matrix";
import type { Manner, Spot } from "../../board/pen";
import type { Bench, Setting, Tool } from "../../write/bench";
import { WIDTHS } from "../../write/bench";
import { inside, touching } from "../../write/reach";

type Corner = "nw" | "ne" | "sw" | "se";
type Drag =
  | { readonly kind: "encircle"; readonly way: Spot[] }
  | { readonly kind: "move"; readonly from: Spot }
  | { readonly kind: "size"; readonly from: Spot; readonly corner: Corner; readonly box: Box };

const SVG = "http://www.w3.org/2000/svg";
/** CSS pixels: a fingertip. */
const REACH = 14;
/** CSS pixels: less was a tap. */
const TAP = 5;
const STEP = 25;
const FAR_STEP = 125;
/** Where a double lies, from what it is of. */
const BESIDE = 150;

export class SelectTool implements Tool {
  #chosen: string[] = [];
  #page = "";
  #drag: Drag | null = null;
  #by: Matrix = IDENTITY;
  readonly #shape = document.createElementNS(SVG, "g");

  constructor(
    private readonly bench: Bench,
    private readonly how: () => "box" | "loop",
  ) {
    this.#shape.setAttribute("class", "choice");
    bench.overlay.append(this.#shape);
  }

  get chosen(): readonly Placed[] {
    const { things } = this.bench.page;
    return this.#chosen.flatMap((name) => things.get(name) ?? []).filter((one) => !one.gone);
  }

  // -- with the hand ------------------------------------------------------------------------------------------------

  begin(spot: Spot): void {
    const box = this.#box;
    const corner = box && this.#corner(box, spot);
    if (box && corner) this.#drag = { kind: "size", from: spot, corner, box };
    else if (box && holds(box, spot)) this.#drag = { kind: "move", from: spot };
    else this.#drag = { kind: "encircle", way: [spot] };
  }

  go(spots: readonly Spot[], _ahead: readonly Spot[], manner: Manner): void {
    const drag = this.#drag;
    const spot = spots.at(-1);
    if (!drag || !spot) return;
    if (drag.kind === "encircle") {
      drag.way.push(...spots);
    } else {
      this.#by = drag.kind === "move" ? carried(drag.from, spot, manner.shift) : sized(drag, spot);
      this.bench.view.hold(this.#chosen, this.#by);
    }
    this.refresh();
  }

  end(spot: Spot, manner: Manner): void {
    const drag = this.#drag;
    this.#drag = null;
    if (!drag) return;
    const { bench } = this;
    if (drag.kind === "encircle") {
      const from = drag.way[0] as Spot;
      const tapped = far(from, spot) * bench.view.scale < TAP;
      this.#choose(tapped ? this.#at(spot) : this.#within([...drag.way, spot]), manner.shift);
    } else {
      const by = this.#by;
      this.#by = IDENTITY;
      bench.view.hold(null);
      const tapped = drag.kind === "move" && far(drag.from, spot) * bench.view.scale < TAP;
      if (tapped) this.#choose(this.#at(spot), manner.shift);
      else bench.act(moved(this.#page, this.#chosen, by, bench.speaker));
    }
    this.refresh();
  }

  cancel(): void {
    this.#drag = null;
    this.#by = IDENTITY;
    this.bench.view.hold(null);
    this.refresh();
  }

  #at(spot: Spot): string[] {
    const { view, page } = this.bench;
    const found = touching(view, page, spot, spot, REACH / view.scale);
    return found.slice(-1).map((one) => one.name);
  }

  #within(way: readonly Spot[]): string[] {
    const { view, page } = this.bench;
    const [a, b] = [way[0] as Spot, way.at(-1) as Spot];
    const area = this.how() === "loop" ? way : [a, { x: b.x, y: a.y }, b, { x: a.x, y: b.y }];
    return inside(view, page, area).map((one) => one.name);
  }

  #choose(names: readonly string[], more: boolean): void {
    const before = more ? this.#chosen : [];
    this.#chosen = [...new Set([...before, ...names])];
    this.#page = this.bench.page.id;
    this.bench.changed();
  }

  // -- with what is chosen ------------------------------------------------------------------------------------------

  all(): void {
    const { page } = this.bench;
    this.#choose(
      [...page.things.values()].filter((one) => !one.gone).map((one) => one.name),
      false,
    );
    this.refresh();
  }

  remove(): void {
    const names = this.chosen.map((one) => one.name);
    if (names.length === 0) return;
    this.bench.act(gone(this.#page, names, this.bench.speaker));
    this.#choose([], false);
    this.refresh();
  }

  double(): void {
    const { bench } = this;
    const ids: number[] = [];
    for (const placed of this.chosen) {
      const id = bench.nextId();
      for (const op of copied(placed, id)) bench.say(op);
      ids.push(id);
    }
    if (ids.length === 0) return;
    bench.did(put(this.#page, ids));
    this.#choose(
      ids.map((id) => nameOf(bench.speaker, id)),
      false,
    );
    this.refresh();
  }

  dress({ colour, width }: Partial<Setting>): boolean {
    const { bench } = this;
    if (this.chosen.length === 0) return false;
    if (colour !== undefined) bench.act(dressed(this.#page, this.chosen, colour, null, bench.speaker));
    if (width !== undefined)
      for (const [kind, widths] of [
        ["marker", WIDTHS.marker],
        ["pen", WIDTHS.pen],
      ] as const) {
        const isMark = (one: Placed) => one.what.kind === "ink" && one.what.tool === 1;
        const these = this.chosen.filter((one) => isMark(one) === (kind === "marker") && "width" in one.what);
        bench.act(dressed(this.#page, these, null, widths[width] as number, bench.speaker));
      }
    this.refresh();
    return true;
  }

  key(event: KeyboardEvent): boolean {
    const { key, shiftKey, ctrlKey, metaKey } = event;
    const command = ctrlKey || metaKey;
    if (command && key.toLowerCase() === "a") {
      this.all();
      return true;
    }
    if (this.chosen.length === 0) return false;
    const step = shiftKey ? FAR_STEP : STEP;
    const ways: Readonly<Record<string, readonly [number, number]>> = {
      ArrowLeft: [-step, 0],
      ArrowRight: [step, 0],
      ArrowUp: [0, -step],
      ArrowDown: [0, step],
    };
    const way = ways[key];
    if (way) this.bench.act(moved(this.#page, this.#chosen, translation(...way), this.bench.speaker));
    else if (key === "Delete" || key === "Backspace") this.remove();
    else if (command && key.toLowerCase() === "d") this.double();
    else if (key === "Escape") this.#choose([], false);
    else return false;
    this.refresh();
    return true;
  }

  close(): void {
    this.cancel();
    this.#choose([], false);
    this.#shape.remove();
  }

  // -- what is seen -------------------------------------------------------------------------------------------------

  get #box(): Box | null {
    if (this.#page !== this.bench.page.id) return null;
    const boxes = this.chosen.flatMap((one) => this.bench.view.box(one.name) ?? []);
    return boxes.length > 0 ? boxes.reduce(joined) : null;
  }

  #corner(box: Box, spot: Spot): Corner | null {
    const reach = REACH / this.bench.view.scale;
    for (const [corner, x, y] of corners(box))
      if (Math.abs(x - spot.x) <= reach && Math.abs(y - spot.y) <= reach) return corner;
    return null;
  }

  refresh(): void {
    const parts: SVGElement[] = [];
    const drag = this.#drag;
    if (drag?.kind === "encircle") {
      const [a, b] = [drag.way[0] as Spot, drag.way.at(-1) as Spot];
      if (this.how() === "loop")
        parts.push(
          make("polygon", { class: "loop", points: drag.way.map(({ x, y }) => `${x},${y}`).join(" ") }),
        );
      else
        parts.push(
          rect("loop", {
            x1: Math.min(a.x, b.x),
            y1: Math.min(a.y, b.y),
            x2: Math.max(a.x, b.x),
            y2: Math.max(a.y, b.y),
          }),
        );
    }
    const box = this.#box;
    if (box) {
      const [x1, y1] = apply(this.#by, box.x1, box.y1);
      const [x2, y2] = apply(this.#by, box.x2, box.y2);
      const now = { x1: Math.min(x1, x2), y1: Math.min(y1, y2), x2: Math.max(x1, x2), y2: Math.max(y1, y2) };
      parts.push(rect("around", now));
      const r = 7 / this.bench.view.scale;
      for (const [corner, x, y] of corners(now))
        parts.push(make("circle", { class: `grip ${corner}`, cx: x, cy: y, r }));
    }
    this.#shape.replaceChildren(...parts);
  }
}

function corners({ x1, y1, x2, y2 }: Box): [Corner, number, number][] {
  return [
    ["nw", x1, y1],
    ["ne", x2, y1],
    ["sw", x1, y2],
    ["se", x2, y2],
  ];
}

function holds({ x1, y1, x2, y2 }: Box, { x, y }: Spot): boolean {
  return x >= x1 && x <= x2 && y >= y1 && y <= y2;
}

function far(a: Spot, b: Spot): number {
  return Math.hypot(b.x - a.x, b.y - a.y);
}

function carried(from: Spot, to: Spot, straight: boolean): Matrix {
  let [dx, dy] = [Math.round(to.x - from.x), Math.round(to.y - from.y)];
  if (straight && Math.abs(dx) > Math.abs(dy)) dy = 0;
  else if (straight) dx = 0;
  return translation(dx, dy);
}

/** Larger or smaller about the corner that lies opposite, in its proportions. */
function sized({ from, corner, box }: Drag & { kind: "size" }, to: Spot): Matrix {
  const x = corner.endsWith("w") ? box.x2 : box.x1;
  const y = corner.startsWith("n") ? box.y2 : box.y1;
  const before = Math.hypot(from.x - x, from.y - y);
  const along = ((to.x - x) * (from.x - x) + (to.y - y) * (from.y - y)) / (before || 1);
  const factor = Math.max(0.1, Math.round((along / (before || 1)) * 1000) / 1000);
  return scaling(factor, factor, x, y);
}

/** The same thing once more, beside itself, under another name. */
function copied(placed: Placed, id: number): Op[] {
  const { what, matrix } = placed;
  if (what.kind !== "ink")
    return [
      { op: "thing", id, thing: what },
      { op: "moved", things: [id], by: compose(translation(BESIDE, BESIDE), matrix) },
    ];
  const { xy, pressures } = pointsOf(what);
  const out: number[] = [];
  for (let i = 0; i + 1 < xy.length; i += 2) {
    const [x, y] = apply(matrix, xy[i] as number, xy[i + 1] as number);
    out.push(Math.round(x) + BESIDE, Math.round(y) + BESIDE);
  }
  const width = Math.max(1, Math.round(what.width * scaleOf(matrix)));
  const { tool, colour } = what;
  const ink: Op = { op: "ink", id, tool, colour, width, from: 0, span: 0, points: { xy: out, pressures } };
  return what.parts ? [ink, { op: "kept", thing: id, parts: what.parts }] : [ink];
}

function make(name: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  return element;
}

function rect(name: string, { x1, y1, x2, y2 }: Box): SVGElement {
  return make("rect", { class: name, x: x1, y: y1, width: x2 - x1, height: y2 - y1 });
}
