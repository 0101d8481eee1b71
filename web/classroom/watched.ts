/**
 * What of a lesson was really played here, in stretches `[from, to]` of its clock (ms), live and later kept apart. Pure: fed
 * with what the player shows some times a second.
 *
 * Theory of operation. Between two feeds that both found it playing, what lies between their moments was played; unless the
 * moment went back, or further than playing could have taken it: then somebody jumped. At double speed a minute of the lesson
 * takes half a minute, and is a minute followed.
 */

export type Span = readonly [from: number, to: number];

export interface Followed {
  readonly live: readonly Span[];
  readonly later: readonly Span[];
}

export const NOTHING: Followed = { live: [], later: [] };

/** What lies less than this apart is one stretch; the server unites by the same rule (`lessons/spans.py`). */
const GAP_MS = 1_000;
/** The server takes no more of each kind. Beyond, the smallest gaps are closed. */
export const MOST_SPANS = 500;
/** Twice as fast is the fastest; a player that catches up plays a little faster still. */
const FASTEST = 2.2;
/** A player tells where it is in steps. */
const STEP_MS = 300;

export interface Feed {
  /** The clock of this PC, ms. */
  readonly at: number;
  /** The moment of the lesson that is being played, ms. */
  readonly now: number;
  readonly playing: boolean;
  /** On air, and near its end. */
  readonly live: boolean;
}

export class Watched {
  #before: Feed | null = null;

  constructor(public followed: Followed = NOTHING) {}

  /** True: something was played that was not known. */
  feed(feed: Feed): boolean {
    const before = this.#before;
    this.#before = feed;
    if (!before?.playing || !feed.playing) return false;
    const way = feed.now - before.now;
    if (way <= 0 || way > (feed.at - before.at) * FASTEST + STEP_MS) return false;
    const kind = feed.live ? "live" : "later";
    const span: Span = [Math.round(before.now), Math.round(feed.now)];
    const known = this.followed[kind];
    if (known.some(([from, to]) => from <= span[0] && span[1] <= to)) return false;
    this.followed = { ...this.followed, [kind]: united(known, [span]) };
    return true;
  }
}

/** All of both. */
export function together(a: Followed, b: Followed): Followed {
  return { live: united(a.live, b.live), later: united(a.later, b.later) };
}

/** These stretches as one list: ascending, none touching another. */
export function united(...many: readonly (readonly Span[])[]): Span[] {
  const spans = many
    .flat()
    .filter(([from, to]) => to > from)
    .sort((a, b) => a[0] - b[0]);
  const found: [number, number][] = [];
  for (const [from, to] of spans) {
    const last = found.at(-1);
    if (last && from - last[1] < GAP_MS) last[1] = Math.max(last[1], to);
    else found.push([from, to]);
  }
  while (found.length > MOST_SPANS) closeSmallestGap(found);
  return found;
}

function closeSmallestGap(spans: [number, number][]): void {
  const gap = (i: number) => (spans[i + 1]?.[0] ?? 0) - (spans[i]?.[1] ?? 0);
  let least = 0;
  for (let i = 1; i + 1 < spans.length; i++) if (gap(i) < gap(least)) least = i;
  const [, next] = [spans[least], spans[least + 1]];
  if (spans[least] && next) (spans[least] as [number, number])[1] = next[1];
  spans.splice(least + 1, 1);
}
