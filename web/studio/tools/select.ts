/** Chooses things: tapped, or encircled. Then they are moved, made larger, turned, dressed, doubled or taken away. */
import { dressed, gone, moved, put } from "../../board/acts";
import { type Matrix, type Op, PAGE, type Placed } from "../../board/board";
import type { Box } from "../../board/box";
import { nameOf } from "../../board/fold";
import { pointsOf } from "../../board/ink";
import { apply, compose, IDENTITY, scaleOf, translation } from "../../board/matrix";
import type { Manner, Spot } from "../../board/pen";
import type { Bench, Setting, Tool } from "../../write/bench";
import { WIDTHS } from "../../write/bench";
import { inside, touching } from "../../write/reach";
import {
  angleOfAll,
  type Corner,
  carriedBy,
  cornersOf,
  type Frame,
  frameOf,
  handleOf,
  held,
  isWithin,
  type Place,
  type Side,
  sideOf,
  sizedBy,
  stepFrom,
  told,
  turnedBy,
  turnOf,
} from "./choice";

type Drag =
  | { readonly kind: "encircle"; readonly way: Spot[] }
  | { readonly kind: "move"; readonly from: Spot }
  | { readonly kind: "size"; readonly from: Spot; readonly corner: Corner; readonly frame: Frame }
  | { readonly kind: "turn"; readonly from: Spot; readonly side: Side; readonly frame: Frame; by: number };

const SVG = "http://www.w3.org/2000/svg";
/** CSS pixels: a fingertip. */
const REACH = 14;
/** CSS pixels: less was a tap. */
const TAP = 5;
/** CSS pixels: of what is pulled at, and from the frame to the handle that turns it. */
const GRIP = 7;
const HANDLE = 34;
/** CSS pixels: the angle that is told while it turns, beyond the handle. */
const LETTERS = 15;
const STEP = 25;
const FAR_STEP = 125;
/** Where a double lies, from what it is of. */
const BESIDE = 150;

export class SelectTool implements Tool {
  #chosen: string[] = [];
  /** How far what is chosen is turned, and its frame with it; radians. */
  #angle = 0;
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
    const frame = this.#frame;
    const corner = frame && this.#corner(frame, spot);
    const side = frame && this.#side(frame);
    if (frame && corner) this.#drag = { kind: "size", from: spot, corner, frame };
    else if (frame && side && this.#near(this.#handle(frame, side).knob, spot))
      this.#drag = { kind: "turn", from: spot, side, frame, by: 0 };
    else if (frame && isWithin(frame, spot)) this.#drag = { kind: "move", from: spot };
    else this.#drag = { kind: "encircle", way: [spot] };
  }

  go(spots: readonly Spot[], _ahead: readonly Spot[], manner: Manner): void {
    const drag = this.#drag;
    const spot = spots.at(-1);
    if (!drag || !spot) return;
    if (drag.kind === "encircle") {
      drag.way.push(...spots);
    } else {
      this.#by = this.#pull(drag, spot, manner.shift);
      this.bench.view.hold(this.#chosen, this.#by);
    }
    this.refresh();
  }

  #pull(drag: Exclude<Drag, { kind: "encircle" }>, to: Spot, shift: boolean): Matrix {
    if (drag.kind === "move") return carriedBy(drag.from, to, shift);
    if (drag.kind === "size") return sizedBy(drag.frame, drag.corner, drag.from, to);
    drag.by = turnedBy(drag.frame, this.#angle, drag.from, to, shift);
    return turnOf(drag.frame, drag.by);
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
      const tapped = far(drag.from, spot) * bench.view.scale < TAP;
      if (!tapped) {
        bench.act(moved(this.#page, this.#chosen, by, bench.speaker));
        if (drag.kind === "turn") this.#angle += drag.by;
      } else if (drag.kind === "move") this.#choose(this.#at(spot), manner.shift);
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
    this.#angle = angleOfAll(this.chosen);
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

  /** On to the next multiple of so many degrees; below nought: anticlockwise. */
  turn(degrees: number): void {
    const frame = this.#frame;
    if (!frame) return;
    const by = stepFrom(this.#angle, degrees);
    this.bench.act(moved(this.#page, this.#chosen, turnOf(frame, by), this.bench.speaker));
    this.#angle += by;
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

  get #frame(): Frame | null {
    if (this.#page !== this.bench.page.id) return null;
    const things = this.chosen.flatMap(({ name, matrix }) => {
      const box = this.bench.view.ownBox(name);
      return box ? [{ box, matrix }] : [];
    });
    return frameOf(things, this.#angle);
  }

  #corner(frame: Frame, spot: Spot): Corner | null {
    return cornersOf(frame).find(([, at]) => this.#near(at, spot))?.[0] ?? null;
  }

  #handle(frame: Frame, side: Side) {
    return handleOf(frame, side, HANDLE / this.bench.view.scale);
  }

  #side(frame: Frame): Side {
    const { scale, looked } = this.bench.view;
    const { x, y, width } = looked;
    const seen = { x1: x, y1: y, x2: x + width, y2: y + (width * PAGE.height) / PAGE.width };
    return sideOf(frame, seen, HANDLE / scale, GRIP / scale);
  }

  #near(place: Place, spot: Spot): boolean {
    const reach = REACH / this.bench.view.scale;
    return Math.abs(place.x - spot.x) <= reach && Math.abs(place.y - spot.y) <= reach;
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
    const frame = this.#frame;
    if (frame) parts.push(...this.#framed(held(frame, this.#by)));
    this.#shape.replaceChildren(...parts);
  }

  /** The frame with all that one can pull at. */
  #framed(frame: Frame): SVGElement[] {
    const r = GRIP / this.bench.view.scale;
    const grip = (name: string, { x, y }: Place) =>
      make("circle", { class: `grip ${name}`, cx: x, cy: y, r });
    const corners = cornersOf(frame);
    const drag = this.#drag;
    const { knob, foot } = this.#handle(frame, drag?.kind === "turn" ? drag.side : this.#side(frame));
    return [
      make("polygon", { class: "around", points: corners.map(([, { x, y }]) => `${x},${y}`).join(" ") }),
      make("line", { class: "around", x1: foot.x, y1: foot.y, x2: knob.x, y2: knob.y }),
      ...corners.map(([name, at]) => grip(name, at)),
      grip("turn", knob),
      ...(drag?.kind === "turn" ? [this.#angleTold(drag, foot, knob)] : []),
    ];
  }

  /** How far it is turned, beyond the handle. */
  #angleTold({ by }: Drag & { readonly kind: "turn" }, foot: Place, knob: Place): SVGElement {
    const beyond = 1 + (2 * LETTERS) / HANDLE;
    const element = make("text", {
      class: "angle",
      x: foot.x + (knob.x - foot.x) * beyond,
      y: foot.y + (knob.y - foot.y) * beyond,
      "font-size": LETTERS / this.bench.view.scale,
    });
    // A minus sign, not a hyphen.
    element.textContent = `${told(this.#angle + by)}°`.replace("-", "−");
    return element;
  }
}

function far(a: Spot, b: Spot): number {
  return Math.hypot(b.x - a.x, b.y - a.y);
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
