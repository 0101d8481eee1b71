/** What every tool of the board works with, and what a tool is. */
import type { Op, Page, PageFacts } from "../board/board";
import type { Act } from "../board/history";
import type { Manner, Spot } from "../board/pen";
import type { BoardView, Tip } from "../board/view";

export const TOOLS = ["pen", "marker", "eraser", "select", "shape", "text", "formula", "laser"] as const;
export type ToolName = (typeof TOOLS)[number];

export const SHAPES = ["line", "arrow", "rect", "ellipse", "triangle", "axes", "numbers"] as const;
export type ShapeName = (typeof SHAPES)[number];

/** In board units: fine, middle, broad. On a page 1,920 pixels wide a unit is a quarter of a pixel. */
export const WIDTHS: Readonly<Record<ToolName, readonly [number, number, number]>> = {
  pen: [16, 28, 52],
  marker: [110, 190, 320],
  eraser: [50, 110, 220],
  select: [16, 28, 52],
  shape: [16, 28, 52],
  // The height of letters: the smallest is 28 px on such a page.
  text: [120, 190, 300],
  formula: [170, 260, 400],
  laser: [16, 28, 52],
};

/** How a tool is set. Each keeps what it was set to. */
export interface Setting {
  readonly colour: number;
  /** 0, 1 or 2: which of its widths. */
  readonly width: number;
}

export interface Bench {
  readonly view: BoardView;
  readonly speaker: string;
  /** What lies over the page for handles and outlines, in board units. */
  readonly overlay: SVGSVGElement;
  /** What lies over the page for things that are being written, in board units as pixels. */
  readonly desk: HTMLElement;
  readonly page: Page;
  readonly facts: PageFacts;
  readonly setting: Setting;
  readonly width: number;
  /** A name for the next thing on this page. */
  nextId(): number;
  /** Say this of the page turned up; it counts at once. `began`, `ended`: ms of `performance.now`, now if left out. */
  say(op: Op, began?: number, ended?: number): void;
  /** Say this of the book (the laser). */
  tell(op: Op, began: number, ended: number): void;
  /** Do this so that it can be undone. */
  act(act: Act | null): void;
  /** This was said already, and can be undone. */
  did(act: Act): void;
  /** A stroke has begun: ask for its pieces (`piece`) from time to time. */
  expect(): void;
  /** The tip of the pen, for those who watch now. `id` 0: the laser. */
  pass(id: number, tip: Tip & { readonly kind: "ink" }): void;
  /** Where a spot is on the ruler's edge, if it is near. */
  guided(spot: Spot): Spot;
  /** Choose this tool. */
  take(name: ToolName): void;
  /** What is selected has changed: so may what the palette is for. */
  changed(): void;
}

export interface Tool {
  begin(spot: Spot, manner: Manner): void;
  go(spots: readonly Spot[], ahead: readonly Spot[], manner: Manner): void;
  end(spot: Spot, manner: Manner): void;
  cancel(): void;
  hover?(spot: Spot | null): void;
  /** Hand over the piece of the stroke that there is. */
  piece?(): void;
  /** A key was pressed; true: it was meant for this tool. */
  key?(event: KeyboardEvent): boolean;
  /** Another colour or width was chosen; true: for something that lies there already. */
  dress?(setting: Partial<Setting>): boolean;
  /** The page shows something else, or is looked at otherwise. */
  refresh?(): void;
  /** Another tool is taken, or another page turned up. */
  close?(): void;
}
