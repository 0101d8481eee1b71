/**
 * Everything said, until the server has acknowledged it. Pure: what to say next and what an answer means; no I/O.
 *
 * Rules. Numbers count per speaker and track. Old sittings (other speakers) are said to their end before newer ones, so
 * that time on a track never goes back. Within a sitting sound goes first, then the smallest pictures.
 *
 * Memory. A line may be cut for a morning. Payloads in memory are what comes next (`windowBytes`); what lies behind it
 * on its track and is on the disk (`kept`) is there only, and is read back (`missing`, `returned`) before it is its turn.
 * Whatever the disk did not take stays in memory. What is said next is the same as if all of it were in memory.
 */
import { type Entry, STAMP } from "../wire/frames";

/** Something to be said; `t` and `duration` in ms on the lesson's clock. */
export interface Draft {
  readonly track: string;
  readonly t: number;
  readonly duration: number;
  readonly flags: number;
  readonly payload: Uint8Array<ArrayBuffer>;
}

export interface Said extends Draft {
  readonly speaker: string;
  readonly number: number;
  /** When it was said, ms of this PC's clock. */
  readonly at: number;
}

/** Entries of one track that are on the disk only: their numbers, both included (some of them may be gone). */
export interface Away {
  readonly speaker: string;
  readonly track: string;
  readonly first: number;
  readonly last: number;
  readonly bytes: number;
  /** When the first of them was said; a little earlier once some were read back. */
  readonly at: number;
  /** Where the last of them ends on the lesson's clock, ms. */
  readonly end: number;
}

export interface Bounds {
  /** In one request. */
  readonly batchBytes: number;
  readonly batchEntries: number;
  /** Payloads in memory, beyond which what comes last is put away. */
  readonly windowBytes: number;
}

/** The window is two minutes of the whole ladder (2 Mbit/s), and some thirty requests: the disk gives more in time. */
export const BOUNDS: Bounds = { batchBytes: 1 << 20, batchEntries: 400, windowBytes: 32 << 20 };

/**
 * Of a guest the server takes 16 KiB at once, an entry counting for 64 bytes at least. A request of more is never taken, however
 * long it waits: what was written while the line was cut goes in several.
 */
export const GUEST_BOUNDS: Bounds = { ...BOUNDS, batchBytes: 8 << 10, batchEntries: 100 };

/** One track of one speaker, in order: `near` in memory, then `away` on the disk only, then `fresh` in memory. */
interface Queue {
  near: Said[];
  nearBytes: number;
  away: Away | null;
  /** Empty without `away`: then what is new is near. */
  fresh: Said[];
  /** Up to this number everything said here is on the disk. */
  kept: number;
}

export class Outbox {
  readonly #queues = new Map<string, Map<string, Queue>>();
  readonly #numbers = new Map<string, number>();
  readonly #bounds: Bounds;
  #memory = 0;

  constructor(bounds: Bounds = BOUNDS) {
    this.#bounds = bounds;
  }

  /** Number these drafts of this sitting and queue them. */
  say(speaker: string, drafts: readonly Draft[], at: number): Said[] {
    return drafts.map((draft) => {
      const key = `${speaker} ${draft.track}`;
      const number = (this.#numbers.get(key) ?? 0) + 1;
      this.#numbers.set(key, number);
      const one = { ...draft, speaker, number, at };
      const queue = this.#queue(speaker, draft.track, number - 1);
      if (queue.away) queue.fresh.push(one);
      else push(queue, one);
      this.#memory += one.payload.length;
      return one;
    });
  }

  /** Queue what earlier sittings left behind on the disk, the oldest sitting first. */
  restore(left: readonly Away[]): void {
    for (const away of [...left].sort((a, b) => sitting(a.speaker) - sitting(b.speaker))) {
      const queue = this.#queue(away.speaker, away.track, away.last);
      queue.away = away;
    }
  }

  /** These are on the disk. */
  kept(said: readonly Said[]): void {
    for (const one of said) {
      const queue = this.#queues.get(one.speaker)?.get(one.track);
      // After one that the disk did not take, the track stays in memory up to its end: away is without a gap.
      if (!queue || one.number !== queue.kept + 1) continue;
      queue.kept = one.number;
      if (queue.fresh[0]?.number === one.number) this.#putAway(queue, queue.fresh.shift() as Said);
    }
    this.#makeRoom();
  }

  /** What has to be read back from the disk before anything else is said. */
  get missing(): Away | null {
    const { batchBytes, batchEntries } = this.#bounds;
    const [tracks] = this.#queues.values();
    for (const track of [...(tracks?.keys() ?? [])].sort(bySort)) {
      const queue = tracks?.get(track) as Queue;
      const enough = queue.nearBytes >= batchBytes || queue.near.length >= batchEntries;
      if (queue.away && !enough) return queue.away;
    }
    return null;
  }

  /** This was read back, from `away.first` on, in order; nothing if nothing of it is there any more. */
  returned(away: Away, said: readonly Said[]): void {
    const tracks = this.#queues.get(away.speaker);
    const queue = tracks?.get(away.track);
    if (!tracks || !queue?.away || queue.away.first !== away.first) return;
    let { first, bytes, at } = queue.away;
    for (const one of said) {
      push(queue, one);
      this.#memory += one.payload.length;
      [first, bytes, at] = [one.number + 1, bytes - one.payload.length, one.at];
    }
    if (said.length === 0) [first, bytes] = [away.last + 1, bytes - away.bytes];
    if (first <= queue.away.last) {
      queue.away = { ...queue.away, first, bytes, at };
      return;
    }
    queue.away = null;
    for (const one of queue.fresh.splice(0)) push(queue, one);
    this.#forgetIfEmpty(away.speaker, away.track);
  }

  /** What to say next: entries of one speaker, in order per track; empty when all is acknowledged or `missing`. */
  next(): Said[] {
    if (this.missing) return [];
    const [tracks] = this.#queues.values();
    const { batchBytes, batchEntries } = this.#bounds;
    const batch: Said[] = [];
    let size = 0;
    for (const track of [...(tracks?.keys() ?? [])].sort(bySort)) {
      for (const one of tracks?.get(track)?.near ?? []) {
        if (batch.length > 0 && (size + one.payload.length > batchBytes || batch.length >= batchEntries))
          break;
        batch.push(one);
        size += one.payload.length;
      }
    }
    return batch;
  }

  /** The server keeps these; what is thereby done. What is away is said again in its turn, which is harmless. */
  acknowledged(speaker: string, numbers: Readonly<Record<string, number>>): Said[] {
    const done: Said[] = [];
    const tracks = this.#queues.get(speaker);
    if (!tracks) return done;
    for (const [track, number] of Object.entries(numbers)) {
      const queue = tracks.get(track);
      if (!queue) continue;
      let count = 0;
      while (count < queue.near.length && (queue.near[count] as Said).number <= number) count++;
      for (const one of queue.near.splice(0, count)) {
        queue.nearBytes -= one.payload.length;
        this.#memory -= one.payload.length;
        done.push(one);
      }
      this.#forgetIfEmpty(speaker, track);
    }
    return done;
  }

  /**
   * Somebody else has written on this track meanwhile, and later: what waits for it leaves its time to the server. False: that
   * has been tried, or it is a track on which nobody else speaks.
   */
  stamp(track: string): boolean {
    if (!/^(board$|board\/|captions\/)/.test(track)) return false;
    let stamped = false;
    const mark = (one: Said): Said => {
      if (one.flags & STAMP) return one;
      stamped = true;
      return { ...one, flags: one.flags | STAMP };
    };
    for (const tracks of this.#queues.values()) {
      const queue = tracks.get(track);
      if (!queue) continue;
      queue.near = queue.near.map(mark);
      queue.fresh = queue.fresh.map(mark);
    }
    return stamped;
  }

  /** The oldest entry that waits; when it was said. */
  get oldest(): number | null {
    let oldest: number | null = null;
    for (const queue of this.#all()) {
      const at = queue.near[0]?.at ?? queue.away?.at;
      if (at !== undefined && (oldest === null || at < oldest)) oldest = at;
    }
    return oldest;
  }

  /** Payloads that wait, in memory and on the disk. */
  get bytes(): number {
    let away = 0;
    for (const queue of this.#all()) away += queue.away?.bytes ?? 0;
    return this.#memory + away;
  }

  /** Payloads in memory. */
  get memory(): number {
    return this.#memory;
  }

  get empty(): boolean {
    return this.#queues.size === 0;
  }

  /** Where the lesson ends, of what is still here (ms). */
  get end(): number {
    let end = 0;
    for (const queue of this.#all()) {
      const last = queue.fresh.at(-1) ?? (queue.away ? null : queue.near.at(-1));
      end = Math.max(end, queue.away?.end ?? 0, last ? last.t + last.duration : 0);
    }
    return end;
  }

  *#all(): Iterable<Queue> {
    for (const tracks of this.#queues.values()) yield* tracks.values();
  }

  #queue(speaker: string, track: string, kept: number): Queue {
    const tracks = this.#queues.get(speaker) ?? new Map<string, Queue>();
    this.#queues.set(speaker, tracks);
    const queue = tracks.get(track) ?? { near: [], nearBytes: 0, away: null, fresh: [], kept };
    tracks.set(track, queue);
    return queue;
  }

  /** Put away what comes last, of the track that has most in memory, until the rest fits. */
  #makeRoom(): void {
    while (this.#memory > this.#bounds.windowBytes) {
      let fullest: Queue | null = null;
      for (const queue of this.#all()) {
        const may = queue.near[0] !== undefined && queue.near[0].number <= queue.kept;
        if (may && queue.nearBytes > (fullest?.nearBytes ?? 0)) fullest = queue;
      }
      if (!fullest) return;
      while ((fullest.near.at(-1) as Said).number > fullest.kept) fullest.fresh.unshift(pop(fullest));
      this.#putAway(fullest, pop(fullest));
    }
  }

  /** Out of memory: `one` is on the disk, right before or right behind what is away. */
  #putAway(queue: Queue, one: Said): void {
    const { speaker, track, number, at, payload } = one;
    const [size, end] = [payload.length, one.t + one.duration];
    const away = queue.away;
    if (!away) queue.away = { speaker, track, first: number, last: number, bytes: size, at, end };
    else if (number < away.first) queue.away = { ...away, first: number, bytes: away.bytes + size, at };
    else queue.away = { ...away, last: number, bytes: away.bytes + size, end };
    this.#memory -= size;
  }

  #forgetIfEmpty(speaker: string, track: string): void {
    const tracks = this.#queues.get(speaker);
    const queue = tracks?.get(track);
    if (queue && !queue.away && queue.near.length === 0) tracks?.delete(track);
    if (tracks?.size === 0) this.#queues.delete(speaker);
  }
}

function push(queue: Queue, one: Said): void {
  queue.near.push(one);
  queue.nearBytes += one.payload.length;
}

function pop(queue: Queue): Said {
  const one = queue.near.pop() as Said;
  queue.nearBytes -= one.payload.length;
  return one;
}

/** Which sitting a speaker was: the number at the end of its name. */
function sitting(speaker: string): number {
  return Number(speaker.slice(speaker.lastIndexOf(".") + 1));
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
