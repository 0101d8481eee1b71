/** The questions with which a lesson opens: asked by the controller and the keeper, or before they are here (`pages/early.ts`). */
import type { Question } from "../wire/follow";

/** What is followed, besides the picture. */
export const FOLLOWED = "audio,board,board/*,talk,captions/*";
/** Of what was said long ago, only what plays: the board is the keeper's affair (`keeper.ts`). */
export const PAGED = "audio";
/** While the picture waits: two seconds of sound. */
export const LEAN_BYTES = 6 * 1024;
/** What is written so soon after the moment that is opened comes with it. */
const SOON_MS = 15_000;
/** What one question for what is looked at brings at most: a page full of writing, without asking twice. */
export const URGENT_LIMIT = 64 * 1024;

/** A moment of the lesson (ms), or its end as it goes. */
export type Moment = number | "live";

/** The sound from a moment on, while the picture waits. */
export function firstSound(at: Moment): Question {
  if (at === "live") return { tracks: FOLLOWED, video: 0, start: 0, at, follow: 1 };
  return { tracks: PAGED, video: 0, at, limit: LEAN_BYTES };
}

/** What was told of the lesson and its board, and the page that was written on last, up to a moment or as it stands. */
export function firstBook(page: Moment): Question {
  const until = page === "live" ? {} : { until: page + SOON_MS };
  return { tracks: "board,talk", page, ...until, after: 0, limit: URGENT_LIMIT };
}
