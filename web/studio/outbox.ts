/**
 * Everything said, until the server has acknowledged it. Pure: what to say next and what an answer means; no I/O.
 *
 * Rules. Numbers count per speaker and track. Old sittings (other speakers) are said to their end before newer ones, so
 * that time on a track never goes back. Within a sitting sound goes first, then the smallest pictures.
 */
import type { Entry } from "../wire/frames";
import type { Draft } from "./gatherer";

export interface Said extends Draft {
  readonly speaker: string;
  readonly number: number;
  /** When it was said, ms of this PC's clock. */
  readonly at: number;
}

/** A said entry leaves its `t` to the server. */
const STAMP = 4;
export const BATCH_BYTES = 1 << 20;
export const BATCH_ENTRIES = 400;

export class Outbox {
  readonly #queues = new Map<string, Map<string, Said[]>>();
  readonly #numbers = new Map<string, number>();

  /** Number these drafts of this sitting and queue them. */
  say(speaker: string, drafts: readonly Draft[], at: number): Said[] {
    const said = drafts.map((draft) => {
      const key = `${speaker} ${draft.track}`;
      const number = (this.#numbers.get(key) ?? 0) + 1;
      this.#numbers.set(key, number);
      return { ...draft, speaker, number, at };
    });
    this.restore(said);
    return said;
  }

  /** Queue what an earlier sitting left behind (ordered by number within each track). */
  restore(said: readonly Said[]): void {
    for (const one of said) {
      const tracks = this.#queues.get(one.speaker) ?? new Map<string, Said[]>();
      this.#queues.set(one.speaker, tracks);
      const queue = tracks.get(one.track);
      if (queue) queue.push(one);
      else tracks.set(one.track, [one]);
    }
  }

  /** What to say next: entries of one speaker, in order per track; empty when all is acknowledged. */
  next(): Said[] {
    for (const tracks of this.#queues.values()) {
      const batch: Said[] = [];
      let size = 0;
      for (const track of [...tracks.keys()].sort(bySort)) {
        for (const one of tracks.get(track) ?? []) {
          if (batch.length > 0 && (size + one.payload.length > BATCH_BYTES || batch.length >= BATCH_ENTRIES))
            break;
          batch.push(one);
          size += one.payload.length;
        }
      }
      if (batch.length > 0) return batch;
    }
    return [];
  }

  /** The server keeps these; what is thereby done. */
  acknowledged(speaker: string, numbers: Readonly<Record<string, number>>): Said[] {
    const done: Said[] = [];
    const tracks = this.#queues.get(speaker);
    if (!tracks) return done;
    for (const [track, number] of Object.entries(numbers)) {
      const queue = tracks.get(track) ?? [];
      let count = 0;
      while (count < queue.length && (queue[count] as Said).number <= number) count++;
      done.push(...queue.splice(0, count));
      if (queue.length === 0) tracks.delete(track);
    }
    if (tracks.size === 0) this.#queues.delete(speaker);
    return done;
  }

  /**
   * Somebody else has written on this track meanwhile, and later: what waits for it leaves its time to the server. False: that
   * has been tried, or it is a track on which nobody else speaks.
   */
  stamp(track: string): boolean {
    if (track !== "board" && !track.startsWith("board/")) return false;
    let stamped = false;
    for (const tracks of this.#queues.values()) {
      const queue = tracks.get(track) ?? [];
      queue.forEach((one, i) => {
        if (one.flags & STAMP) return;
        queue[i] = { ...one, flags: one.flags | STAMP };
        stamped = true;
      });
    }
    return stamped;
  }

  /** The oldest entry that waits; when it was said. */
  get oldest(): number | null {
    let oldest: number | null = null;
    for (const tracks of this.#queues.values())
      for (const queue of tracks.values())
        if (queue[0] && (oldest === null || queue[0].at < oldest)) oldest = queue[0].at;
    return oldest;
  }

  get bytes(): number {
    let sum = 0;
    for (const tracks of this.#queues.values())
      for (const queue of tracks.values()) for (const one of queue) sum += one.payload.length;
    return sum;
  }

  get empty(): boolean {
    return this.#queues.size === 0;
  }

  /** Where the lesson ends, of what is still here (ms). */
  get end(): number {
    let end = 0;
    for (const tracks of this.#queues.values())
      for (const queue of tracks.values()) for (const one of queue) end = Math.max(end, one.t + one.duration);
    return end;
  }
}

const RANK: Readonly<Record<string, number>> = { audio: 0, board: 1, talk: 2, slides: 3 };

function bySort(a: string, b: string): number {
  return rank(a) - rank(b);
}

function rank(track: string): number {
  if (track.startsWith("board/")) return 1;
  return RANK[track] ?? (track.startsWith("video/") ? 10 + Number(track.slice(6)) : 5);
}

/** As a frame is encoded. */
export function asEntry(said: Said): Omit<Entry, "kind"> {
  const { track, speaker, number, t, duration, flags, payload } = said;
  return { seq: 0, track, speaker, number, t, duration, flags, payload };
}
