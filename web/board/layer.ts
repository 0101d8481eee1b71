/**
 * One canvas of drawn things (strokes, shapes) in device pixels. Each is drawn once; when one changes, the rectangle it covered
 * and covers is cleared and what lies in it is drawn again, in order. A page of thousands is drawn over several frames.
 */
import type { Matrix, Page, Placed } from "./board";
import { type Box, joined, meet, moved } from "./box";
import { pointsOf } from "./ink";
import { compose } from "./matrix";
import type { Frame } from "./paper";
import { boxOf, type Colours, drawingOf } from "./paths";

/** ms of a frame that drawing may take; what is left comes in the next. */
const BUDGET_MS = 10;
/** With more things changed at once, drawing all of it is the shorter way. */
const MANY = 250;
/** Device pixels around a box: round ends and the softness of edges. */
const MARGIN = 2;

export function canvas(
  name: string,
  settings: CanvasRenderingContext2DSettings = {},
): CanvasRenderingContext2D {
  const element = Object.assign(document.createElement("canvas"), { className: name });
  const context = element.getContext("2d", settings);
  if (!context) throw new Error("no canvas");
  return context;
}

/** Draw one thing, held by a matrix of its own or where it belongs. */
export function draw(
  context: CanvasRenderingContext2D,
  frame: Frame,
  placed: Placed,
  colours: Colours,
  held: Matrix | null = null,
): void {
  const { x, y, scale } = frame;
  const at = compose(
    [scale, 0, 0, scale, -x * scale, -y * scale],
    held ? compose(held, placed.matrix) : placed.matrix,
  );
  context.setTransform(...(at as [number, number, number, number, number, number]));
  drawingOf(placed.what).paint(context, colours);
}

export class Layer {
  readonly #context: CanvasRenderingContext2D;
  #frame: Frame = { x: 0, y: 0, scale: 1 };
  #page: Page | null = null;
  /** What is on the canvas now. */
  readonly #drawn = new Map<string, Placed>();
  /** Names that are still to be drawn, in order, from `#reached` on. */
  #pass: string[] = [];
  #reached = 0;

  constructor(
    name: string,
    private readonly wants: (placed: Placed) => boolean,
    private readonly colours: () => Colours,
  ) {
    this.#context = canvas(name);
  }

  get element(): HTMLCanvasElement {
    return this.#context.canvas;
  }

  /** All of it anew, in this frame (of device pixels). */
  restart(page: Page, frame: Frame, width: number, height: number): void {
    this.#page = page;
    this.#frame = frame;
    const { canvas: element } = this.#context;
    if (element.width !== width || element.height !== height) Object.assign(element, { width, height });
    else this.#wipe();
    this.#drawn.clear();
    this.#pass = [...page.things.keys()];
    this.#reached = 0;
    this.goOn();
  }

  /** The page is this one now, and differs in these names. */
  change(page: Page, names: Iterable<string>): void {
    this.#page = page;
    const dirty: Box[] = [];
    let count = 0;
    for (const name of names) {
      const was = this.#drawn.get(name);
      const is = this.#wanted(name);
      if (was === is) continue;
      if (was && is && alike(was, is)) {
        this.#drawn.set(name, is);
        continue;
      }
      if (++count > MANY) {
        this.restart(page, this.#frame, this.element.width, this.element.height);
        return;
      }
      if (!was && is && this.#fresh(name)) {
        this.#paint(name, is);
      } else {
        const end = was && is && grown(was, is);
        if (end) dirty.push(end);
        else for (const one of [was, is]) if (one) dirty.push(boxOf(one));
        if (is) this.#drawn.set(name, is);
        else this.#drawn.delete(name);
      }
    }
    for (const box of merged(dirty)) this.#repair(box);
  }

  /** Draw what is still to be drawn, for a part of a frame. True: there is more. */
  goOn(): boolean {
    const until = performance.now() + BUDGET_MS;
    while (this.#reached < this.#pass.length) {
      const name = this.#pass[this.#reached++] as string;
      const is = this.#wanted(name);
      if (is && !this.#drawn.has(name)) this.#paint(name, is);
      if (performance.now() > until) return this.#reached < this.#pass.length;
    }
    return false;
  }

  #wanted(name: string): Placed | undefined {
    const placed = this.#page?.things.get(name);
    return placed && !placed.gone && this.wants(placed) ? placed : undefined;
  }

  /** Whether nothing that is drawn belongs above it. What was never on the canvas is mostly the newest. */
  #fresh(name: string): boolean {
    const last = lastName(this.#page);
    if (last === name) return true;
    const box = boxOf(this.#page?.things.get(name) as Placed);
    let above = false;
    for (const [other, placed] of this.#page?.things ?? []) {
      if (above && this.#drawn.has(other) && meet(boxOf(placed), box)) return false;
      if (other === name) above = true;
    }
    return true;
  }

  #paint(name: string, placed: Placed): void {
    draw(this.#context, this.#frame, placed, this.colours());
    this.#drawn.set(name, placed);
  }

  #repair(box: Box): void {
    const context = this.#context;
    const { left, top, width, height } = moved(box, this.#frame, MARGIN);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.save();
    context.beginPath();
    context.rect(left, top, width, height);
    context.clip();
    context.clearRect(left, top, width, height);
    for (const name of this.#page?.things.keys() ?? []) {
      const placed = this.#drawn.get(name);
      if (placed && meet(boxOf(placed), box)) draw(context, this.#frame, placed, this.colours());
    }
    context.restore();
  }

  #wipe(): void {
    this.#context.setTransform(1, 0, 0, 1, 0, 0);
    this.#context.clearRect(0, 0, this.element.width, this.element.height);
  }
}

/**
 * Of a stroke that only went on, where it looks different; null: it did something else. The end of it was drawn without knowing
 * how it would go on, and drawn over itself it would grow bolder: two pieces before the new ones are drawn anew.
 */
function grown(was: Placed, is: Placed): Box | null {
  const [before, after] = [was.what, is.what];
  if (before.kind !== "ink" || after.kind !== "ink" || was.matrix !== is.matrix) return null;
  if (before.parts || after.parts || before.colour !== after.colour || before.width !== after.width)
    return null;
  const count = before.pieces.length;
  if (after.pieces.length <= count || after.pieces[count - 1] !== before.pieces[count - 1]) return null;
  return boxOf({ ...is, what: { ...after, pieces: after.pieces.slice(Math.max(0, count - 2)) } });
}

/**
 * Whether they look the same, though they are not the same values: what was said here comes back from the timeline as another
 * object, with other times.
 */
function alike(was: Placed, is: Placed): boolean {
  const [before, after] = [was.what, is.what];
  if (before.kind !== "ink" || after.kind !== "ink") return false;
  if (before.colour !== after.colour || before.width !== after.width || before.tool !== after.tool)
    return false;
  if (was.matrix.some((one, i) => one !== is.matrix[i])) return false;
  if (JSON.stringify(before.parts) !== JSON.stringify(after.parts)) return false;
  const [one, other] = [pointsOf(before), pointsOf(after)];
  if (one.xy.length !== other.xy.length || !one.xy.every((value, i) => value === other.xy[i])) return false;
  if (one.pressures?.length !== other.pressures?.length) return false;
  return !one.pressures?.some((value, i) => value !== other.pressures?.[i]);
}

function merged(boxes: readonly Box[]): Box[] {
  const out: Box[] = [];
  for (const one of boxes) {
    let box = one;
    for (let i = 0; i < out.length; ) {
      const other = out[i] as Box;
      if (meet(box, other)) {
        box = joined(box, other);
        out.splice(i, 1);
        i = 0;
      } else i++;
    }
    out.push(box);
  }
  return out;
}

let asked: { page: Page; name: string } | null = null;

function lastName(page: Page | null): string {
  if (!page) return "";
  if (asked?.page !== page) {
    let name = "";
    for (const one of page.things.keys()) name = one;
    asked = { page, name };
  }
  return asked.name;
}
