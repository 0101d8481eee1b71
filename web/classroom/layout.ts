/** Where board and picture stand. Pure; the words stand in `data-layout`, and `classroom.css` places by them. */
import type { Scene } from "../follow/talk";

/** What the reader wants to see: what the teacher chose, or one of these. */
export const WISHES = ["teacher", "board", "picture", "both"] as const;
export type Wish = (typeof WISHES)[number];

export type Layout =
  /** Neither: the lesson's title. */
  | "card"
  | "picture"
  | "board"
  /** The board as large as it goes, the picture in a corner. */
  | "corner"
  | "side"
  | "stack"
  /** A question lies over the lesson; the picture is small, above it (`answering.css`). */
  | "asked";

export interface LayoutFacts {
  /** What the teacher chose; null: nothing yet. */
  readonly scene: Scene | null;
  readonly wish: Wish;
  /** There is something on the board. */
  readonly written: boolean;
  /** There is a picture, and it moves. */
  readonly pictured: boolean;
  /** The lesson was played to its end. */
  readonly ended: boolean;
  /** The screen is higher than wide. */
  readonly upright: boolean;
  /** A question stands. */
  readonly asked: boolean;
}

export function layoutOf({ scene, wish, written, pictured, ended, upright, asked }: LayoutFacts): Layout {
  if (asked && (written || pictured)) return "asked";
  if (ended || !(written || pictured)) return "card";
  if (!written) return "picture";
  // On a line for sound alone the board has all the room.
  if (!pictured || wish === "board") return "board";
  const wanted = wish === "teacher" ? (scene ?? "board") : wish;
  if (wanted === "picture" || wanted === "camera" || wanted === "screen") return "picture";
  if (upright) return "stack";
  return wanted === "both" ? "side" : "corner";
}

/** What the reader wants who swaps, where only one of the two is shown; null: both are, they change places. */
export function wishOfSwap(layout: Layout): Wish | null {
  if (layout === "picture") return "both";
  return layout === "board" ? "picture" : null;
}
