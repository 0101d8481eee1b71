/**
 * One canvas of drawn things (strokes, shapes) in device pixels. Each is drawn once; when one changes, the rectangle it covered
 * and covers is cleared and what lies in it is drawn again, in order. A page of thousands is drawn over several frames.
 */
import type { Matrix, Page, Placed } from "./board";
import { type Box, joined, meet, moved } from "./box";
import { placeOf, thingsFrom } from "./fold";
import { Grid } from "./grid";
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
  readonly #grid = new Grid();
  /** Names that are still to be drawn, in order, from `#reached` on. */
  #pass: string[] = [];
  #reached = 0;
  /** Where something was drawn before its turn in the pass: what comes after it there and belongs below is drawn above. */
  #early: Box[] = [];

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
    this.#grid.clear();
    this.#pass = [...page.things.keys()];
    this.#reached = 0;
    this.#early = [];
    this.goOn();
  }

  /** The page is this one now, and differs in these names. True: there is more to be drawn (`goOn`). */
  change(page: Page, names: Iterable<string>): boolean {
    const fresh = this.#added(page);
    this.#page = page;
    const dirty: Box[] = [];
    let count = 0;
    for (const name of names) {
      if (fresh.has(name)) continue;
      const was = this.#drawn.get(name);
      const is = this.#wanted(name);
      if (was === is) continue;
      if (was && is && alike(was, is)) {
        this.#keep(name, is);
        continue;
      }
      if (++count > MANY) {
        this.restart(page, this.#frame, this.element.width, this.element.height);
        return this.#pending;
      }
      if (is && this.#pending) this.#early.push(boxOf(is));
      if (!was && is && this.#fresh(name)) {
        this.#paint(name, is);
      } else {
        const end = was && is && grown(was, is);
        if (end) dirty.push(end);
        else for (const one of [was, is]) if (one) dirty.push(boxOf(one));
        if (is) this.#keep(name, is);
        else this.#drop(name);
      }
    }
    for (const box of merged(dirty)) this.#repair(box);
    this.#pass.push(...fresh);
    return this.#pending;
  }

  /** What has come on top of all else, when it is so much that it is not drawn at once. */
  #added(page: Page): Set<string> {
    const added = new Set<string>();
    const before = this.#page;
    if (before === null || page.things.size - before.things.size <= MANY) return added;
    for (const { name } of thingsFrom(page, before.things.size))
      if (!before.things.has(name)) added.add(name);
    return added;
  }

  /** Draw what is still to be drawn, for a part of a frame. True: there is more. */
  goOn(): boolean {
    const until = performance.now() + BUDGET_MS;
    while (this.#reached < this.#pass.length) {
      const name = this.#pass[this.#reached++] as string;
      const is = this.#wanted(name);
      if (is && !this.#drawn.has(name)) this.#paint(name, is);
      if (performance.now() > until) break;
    }
    if (this.#pending) return true;
    this.#pass = [];
    this.#reached = 0;
    for (const box of merged(this.#early)) this.#repair(box);
    this.#early = [];
    return false;
  }

  get #pending(): boolean {
    return this.#reached < this.#pass.length;
  }

  #wanted(name: string): Placed | undefined {
    const placed = this.#page?.things.get(name);
    return placed && !placed.gone && this.wants(placed) ? placed : undefined;
  }

  /** Whether nothing that is drawn belongs above it. What was never on the canvas is mostly the newest. */
  #fresh(name: string): boolean {
    const page = this.#page as Page;
    const box = boxOf(page.things.get(name) as Placed);
    for (const placed of thingsFrom(page, placeOf(page, name) + 1))
      if (this.#drawn.has(placed.name) && meet(boxOf(placed), box)) return false;
    return true;
  }

  #paint(name: string, placed: Placed): void {
    draw(this.#context, this.#frame, placed, this.colours());
    this.#keep(name, placed);
  }

  #keep(name: string, placed: Placed): void {
    this.#drawn.set(name, placed);
    this.#grid.put(name, boxOf(placed));
  }

  #drop(name: string): void {
    this.#drawn.delete(name);
    this.#grid.remove(name);
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
    // What is cleared is a little more than the box: what lies there only is drawn again, too.
    const wide = (MARGIN + 1) / this.#frame.scale;
    const cleared = { x1: box.x1 - wide, y1: box.y1 - wide, x2: box.x2 + wide, y2: box.y2 + wide };
    for (const placed of this.#under(cleared)) draw(context, this.#frame, placed, this.colours());
    context.restore();
  }

  /** What is drawn and meets this box, in order. */
  #under(box: Box): Placed[] {
    const page = this.#page as Page;
    return [...this.#grid.near(box)]
      .map((name) => this.#drawn.get(name) as Placed)
      .filter((placed) => meet(boxOf(placed), box))
      .map((placed) => ({ placed, place: placeOf(page, placed.name) }))
      .sort((a, b) => a.place - b.place)
      .map(({ placed }) => placed);
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
