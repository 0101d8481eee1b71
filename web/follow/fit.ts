/** Which height of the picture a line carries, when what is played was said long ago and nobody hurries. Pure. */
import type { Track } from "../wire/follow";

/** A line must carry so much more than the picture and the sound take: what is asked for stays ahead of what is played. */
const ROOM = 1.25;
/** A measured rate says nothing about less than this: the first bytes of an answer are on their way already. */
const ENOUGH_MS = 1_000;
const ENOUGH_BYTES = 24_000;

/** kbit/s of a track, over all of it. */
export function rate(track: Track): number {
  return (track.bytes * 8) / Math.max(1, track.ends - track.begins);
}

/** The greatest height up to `most` whose picture, with everything that is no picture, a line of `kbps` carries; 0: none. */
export function heightFor(most: number, tracks: Readonly<Record<string, Track>>, kbps: number): number {
  const named = Object.entries(tracks);
  const rest = named
    .filter(([name]) => !name.startsWith("video/"))
    .reduce((sum, [, track]) => sum + rate(track), 0);
  const heights = named
    .filter(([name, track]) => name.startsWith("video/") && (rate(track) + rest) * ROOM <= kbps)
    .map(([name]) => Number(name.slice(6)));
  return Math.max(0, ...heights.filter((height) => height <= most));
}

/** How fast an answer comes. */
export class Flow {
  #began = 0;
  #bytes = 0;

  begin(now: number): void {
    this.#began = now;
    this.#bytes = 0;
  }

  took(bytes: number): void {
    this.#bytes += bytes;
  }

  /** kbit/s; null when too little came to tell. */
  kbps(now: number): number | null {
    const ms = now - this.#began;
    if (this.#bytes < ENOUGH_BYTES && ms < ENOUGH_MS) return null;
    return (this.#bytes * 8) / Math.max(1, ms);
  }
}
