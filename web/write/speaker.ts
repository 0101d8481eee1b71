/**
 * Gathers what is done on the board into entries of up to 400 ms, one track after the other. Pure but for its timer.
 *
 * Every operation that takes time (ink, laser) comes with when it began and ended on this PC's clock; an entry begins with the
 * earliest of them, on the lesson's clock. Before the lesson everything happens at once, at its beginning.
 */
import type { Op } from "../board/board";
import { encodeOps } from "../board/encode";
import { MAX_OPS } from "../board/payload";
import type { Draft } from "../say/outbox";

export const GATHER_MS = 400;

/** An operation, and when it was done (ms of `performance.now`). */
export interface Done {
  readonly op: Op;
  readonly began: number;
  readonly ended: number;
}

export interface Gathered {
  readonly draft: Draft;
  /** As in the payload: with `from` and `span` in their places. */
  readonly ops: readonly Op[];
}

/** One entry of what was done on one track. `start`: the lesson's clock at `performance.now` 0; null: not on air. */
export function entryOf(
  track: string,
  done: readonly Done[],
  start: number | null,
  notBefore: number,
): Gathered {
  const began = Math.min(...done.map((one) => one.began));
  const ended = Math.max(...done.map((one) => one.ended));
  const t = start === null ? 0 : Math.max(notBefore, Math.round(start + began));
  const end = start === null ? 0 : Math.max(t, Math.round(start + ended));
  const ops = done.map(({ op, began: from, ended: to }) =>
    start === null ? timed(op, 0, 0) : timed(op, Math.round(start + from) - t, Math.round(to - from)),
  );
  return { ops, draft: { track, t, duration: end - t, flags: 0, payload: encodeOps(ops) } };
}

function timed(op: Op, from: number, span: number): Op {
  return op.op === "ink" || op.op === "more" || op.op === "laser"
    ? { ...op, from: Math.max(0, from), span: Math.max(0, span) }
    : op;
}

export interface SpeakerEvents {
  /** An entry is ready to be said (on air) or kept (before). */
  gathered(gathered: Gathered): void;
  /** Whoever is in the middle of a stroke may hand over the piece of it that there is. */
  hurry(): void;
}

export class BoardSpeaker {
  #start: number | null = null;
  #track = "";
  #done: Done[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Per track, the `t` said last: time on a track never goes back. */
  readonly #last = new Map<string, number>();

  constructor(private readonly events: SpeakerEvents) {}

  /** From now on the lesson runs: its clock stands at `ms` at `performance.now() === at`. */
  begin(ms: number, at: number): void {
    this.flush();
    this.#start = ms - at;
  }

  end(): void {
    this.flush();
    this.#start = null;
  }

  /** A stroke has begun: in 400 ms at the latest it is said as far as it goes. */
  expect(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      // Whoever hands over a piece now and goes on writing expects again: that must not be forgotten.
      this.events.hurry();
      this.#emit();
    }, GATHER_MS);
  }

  /** Something of this track comes next: what is of another, or is full, is an entry now. */
  turn(track: string): void {
    if (track !== this.#track || this.#done.length >= MAX_OPS) this.#emit();
    this.#track = track;
  }

  /** This was done on this track. */
  say(track: string, done: Done): void {
    this.turn(track);
    this.#done.push(done);
    this.expect();
  }

  /** Whatever is gathered is an entry now. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#emit();
  }

  #emit(): void {
    if (this.#done.length === 0) return;
    const done = this.#done;
    this.#done = [];
    const gathered = entryOf(this.#track, done, this.#start, this.#last.get(this.#track) ?? 0);
    if (this.#start !== null) this.#last.set(this.#track, gathered.draft.t);
    this.events.gathered(gathered);
  }
}
