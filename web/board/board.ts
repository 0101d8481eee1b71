/**
 * What a board is: pages of things, in board units. Values only; `codec.ts` reads and writes them, `fold.ts` makes them
 * of entries, `view.ts` shows them. The page `docs/protocol.md` (Board payloads) is the law.
 */

/** Units: a page is this large, whatever the screen. */
export const PAGE = { width: 8000, height: 4500 } as const;

export const PAPERS = ["plain", "lines", "squares", "millimetre"] as const;
export type Paper = (typeof PAPERS)[number];

/** Places in the palette: ink, blue, red, green, saffron, violet, turquoise, grey, white. */
export const COLOURS = 9;

export const PEN = 0;
export const HIGHLIGHTER = 1;

/** Points one after the other, x and y alternating, and for each a pressure from 0 to 15, or none at all. */
export interface Points {
  readonly xy: readonly number[];
  readonly pressures: readonly number[] | null;
}

/** x' = a x + c y + e, y' = b x + d y + f. */
export type Matrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/** Names a thing: of the entry's own speaker, or of another. */
export type Ref = number | readonly [speaker: string, id: number];

/** Parts of a stroke, in tenths of the index of a point. */
export type Parts = readonly (readonly [from: number, to: number])[];

export interface Shape {
  readonly kind: "line" | "arrow" | "rect" | "ellipse" | "triangle" | "axes" | "numbers";
  readonly x1?: number;
  readonly y1?: number;
  readonly x2?: number;
  readonly y2?: number;
  readonly x?: number;
  readonly y?: number;
  readonly w?: number;
  readonly h?: number;
  readonly left?: number;
  readonly right?: number;
  readonly bottom?: number;
  readonly top?: number;
  readonly step?: number;
  readonly colour: number;
  readonly width: number;
  readonly fill?: number;
}

export interface Text {
  readonly kind: "text";
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly size: number;
  readonly colour: number;
  readonly text: string;
}

export interface Formula {
  readonly kind: "formula";
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly colour: number;
  readonly tex: string;
}

/** A picture on the timeline: per width in pixels, the seq of the entry on `slides/<width>`. */
export interface Picture {
  readonly sizes: Readonly<Record<string, number>>;
  readonly type: string;
}

export interface Image extends Picture {
  readonly kind: "image";
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export type Thing = Shape | Text | Formula | Image;

/** Operations, as in the table of the protocol, with names. */
export type Op =
  | {
      readonly op: "ink";
      readonly id: number;
      readonly tool: number;
      readonly colour: number;
      readonly width: number;
      readonly from: number;
      readonly span: number;
      readonly points: Points;
    }
  | {
      readonly op: "more";
      readonly id: number;
      readonly from: number;
      readonly span: number;
      readonly points: Points;
    }
  | { readonly op: "thing"; readonly id: number; readonly thing: Thing }
  | { readonly op: "gone"; readonly things: readonly Ref[] }
  | { readonly op: "back"; readonly things: readonly Ref[] }
  | { readonly op: "moved"; readonly things: readonly Ref[]; readonly by: Matrix }
  | {
      readonly op: "dressed";
      readonly things: readonly Ref[];
      readonly colour: number | null;
      readonly width: number | null;
    }
  | { readonly op: "kept"; readonly thing: Ref; readonly parts: Parts | null }
  | {
      readonly op: "page";
      readonly page: string;
      readonly place: number;
      readonly paper: Paper;
      readonly picture: Picture | null;
    }
  | { readonly op: "turned"; readonly page: string }
  | { readonly op: "page gone"; readonly page: string; readonly gone: boolean }
  | {
      readonly op: "view";
      readonly view: { readonly x: number; readonly y: number; readonly width: number } | null;
    }
  | { readonly op: "laser"; readonly from: number; readonly span: number; readonly points: Points };

/** A piece of a stroke as one entry said it: its points, absolute, and when (lesson ms) the first and the last were drawn. */
export interface Piece {
  readonly begins: number;
  readonly ends: number;
  readonly points: Points;
}

export interface Ink {
  readonly kind: "ink";
  readonly tool: number;
  readonly colour: number;
  readonly width: number;
  readonly pieces: readonly Piece[];
  /** What of it is left; null: all. */
  readonly parts: Parts | null;
}

/** A thing where it is now. Never changed: what befalls it makes another. */
export interface Placed {
  /** `speaker id`: its name on its page. */
  readonly name: string;
  readonly what: Ink | Thing;
  readonly matrix: Matrix;
  readonly gone: boolean;
}

/** One page at one moment: its things by name, in the order in which they came. */
export interface Page {
  readonly id: string;
  readonly things: ReadonlyMap<string, Placed>;
}

export interface PageFacts {
  readonly id: string;
  readonly place: number;
  readonly paper: Paper;
  readonly picture: Picture | null;
  readonly gone: boolean;
}

/** What concerns all pages at one moment. Pages in their order, those taken out left out. */
export interface Book {
  readonly pages: readonly PageFacts[];
  readonly turned: string;
  readonly view: { readonly x: number; readonly y: number; readonly width: number } | null;
}
