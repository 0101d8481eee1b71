/**
 * What board payloads are made of, on their way out (`encode.ts`) and in (`decode.ts`). The page `docs/protocol.md` (Board payloads) is
 * the law; its samples test these files.
 */
import type { Points } from "./board";

/** The tip of the pen, on its way ahead of the timeline. `id` 0: the laser, wherever `page` is. */
export interface Tip {
  readonly page: string;
  readonly id: number;
  readonly tool: number;
  readonly colour: number;
  readonly width: number;
  readonly points: Points;
}

export const MAX_OPS = 2_000;
export const MAX_POINTS = 10_000;
export const MAX_REFS = 10_000;
export const MAX_PARTS = 10_000;
export const MAX_TEXT = 10_000;
export const MAX_TEX = 2_000;
/** Far beyond any page, and what moves thereby still is a number one can draw. */
export const FARTHEST = 1_000_000;

/** The largest number of 32 bits. */
export const WHOLE_32 = 0xffffffff;
/** Ids, and hundredths of a second. */
export const MOST = 100_000_000;
/** ms: `from` and `span` are said in hundredths of a second, a byte each instead of three. */
export const TIME = 10;

export const MORE = 0;
export const INK = 1;
export const THING = 3;
export const GONE = 4;
export const BACK = 5;
export const MOVED = 6;
export const DRESSED = 7;
export const KEPT = 8;
export const PAGE = 16;
export const TURNED = 17;
export const PAGE_GONE = 18;
export const VIEW = 19;
export const LASER = 20;

/**
 * How many of a number's low bits are always written: what is small is short (Exp-Golomb). Of handwriting, ways between two
 * points are some 25 units to a side: measured, with these it takes a third less than whole bytes would (bench/ink.ts).
 */
export const OF_HEAD = 3;
export const OF_WAY = 5;
export const OF_PRESSURE = 0;
export const OF_CODE = 0;
export const OF_ID = 8;
export const OF_FROM = 4;
export const OF_SPAN = 5;
export const OF_TOOL = 0;
export const OF_COLOUR = 3;
export const OF_WIDTH = 4;
export const FIRST_PRESSURE = 8;

/** The same points counted from another origin, as `more` wants them from the stroke's last point. */
export function relative(points: Points, x: number, y: number): Points {
  return { xy: points.xy.map((one, i) => one - (i % 2 ? y : x)), pressures: points.pressures };
}
