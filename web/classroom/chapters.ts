/** The parts of a lesson: titles the teacher gave, pages turned, scenes changed. Pure. */
import type { Scene } from "../follow/talk";

export interface Chapter {
  /** ms on the lesson's clock. */
  readonly t: number;
  /** What it is called, as far as that is known: a title, else the number of a page, else a scene. */
  readonly title: string;
  readonly page: number;
  readonly scene: Scene | null;
}

export interface Marks {
  readonly titles: readonly { readonly t: number; readonly title: string }[];
  /** `page`: its number in the book, from 1. */
  readonly turns: readonly { readonly t: number; readonly page: number }[];
  readonly scenes: readonly { readonly t: number; readonly scene: Scene }[];
}

/** Who turns the page, names the part and changes the scene does it within so much time: one chapter. */
const TOGETHER_MS = 4_000;
/** Going back leads to the beginning of this chapter, unless it has only just begun. */
const JUST_BEGUN_MS = 3_000;

export function chaptersOf(marks: Marks): Chapter[] {
  const plain = { title: "", page: 0, scene: null };
  const all: Chapter[] = [
    ...marks.titles.map(({ t, title }) => ({ ...plain, t, title })),
    ...marks.turns.map(({ t, page }) => ({ ...plain, t, page })),
    ...marks.scenes
      .filter((one, i) => one.scene !== marks.scenes[i - 1]?.scene)
      .map(({ t, scene }) => ({ ...plain, t, scene })),
  ].sort((a, b) => a.t - b.t);
  const chapters: Chapter[] = [];
  for (const mark of all) {
    const last = chapters.at(-1);
    // A second title is a second chapter, however soon it comes.
    if (!last || mark.t - last.t > TOGETHER_MS || (mark.title && last.title)) {
      chapters.push(mark);
      continue;
    }
    chapters[chapters.length - 1] = {
      t: last.t,
      title: last.title || mark.title,
      page: mark.page || last.page,
      scene: mark.scene ?? last.scene,
    };
  }
  return chapters;
}

/** Where going on to the next chapter leads; null: there is none. */
export function nextOf(chapters: readonly Chapter[], now: number): number | null {
  return chapters.find((one) => one.t > now)?.t ?? null;
}

export function previousOf(chapters: readonly Chapter[], now: number): number {
  return chapters.findLast((one) => one.t < now - JUST_BEGUN_MS)?.t ?? 0;
}

/** Which chapter `now` is in; -1: before the first. */
export function chapterAt(chapters: readonly Chapter[], now: number): number {
  return chapters.findLastIndex((one) => one.t <= now);
}
