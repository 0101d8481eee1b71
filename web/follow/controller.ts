/**
 * Owns the connection: what to ask next, from where, and when to ask again.
 *
 * Theory of operation. There is one cursor. While the player plays at the end it *follows* (one open answer); while it
 * plays what was said long ago it asks for *pages*, and only while fewer than `AHEAD_MS` lie ready before it: a phone
 * on prepaid data downloads what it plays and little more. Both ask with the same verb from the same cursor, so there
 * is no seam between them. Seeking asks anew with `at`.
 */
import { Backoff } from "../wire/backoff";
import { ask, type Question } from "../wire/follow";
import type { Entry, Notice } from "../wire/frames";
import { Problem, type TicketHolder } from "../wire/tickets";
import { type Event, next, type State } from "./states";

export const AHEAD_MS = 30_000;
/** Further ahead than this a follower that is paused or rewound stops following and pages instead. */
const FAR_AHEAD_MS = 90_000;
const PAGE_BYTES = 192 * 1024;

export interface Track {
  readonly begins: number;
  readonly ends: number;
  readonly bytes: number;
  readonly entries: number;
}

export interface Listener {
  entry(entry: Entry): void;
  notice(notice: Readonly<Record<string, unknown>>): void;
  changed(state: State): void;
  /** A new place was asked for: what comes next does not join what came before. */
  restarted(): void;
  /** The server refused for good. */
  refused(problem: Problem): void;
  /** How many milliseconds lie ready ahead of the playing moment. */
  ahead(): number;
}

export class Controller {
  state: State = { name: "connecting" };
  cursor = 0;
  /** The end of the lesson so far, ms. */
  end = 0;
  sealed = false;
  tracks: Readonly<Record<string, Track>> = {};
  video: number;
  rung: string | null = null;

  #at: number | "live" | null = "live";
  #followed = false;
  #run = 0;
  #abort = new AbortController();
  #backoff = new Backoff();
  #wake: (() => void) | null = null;

  constructor(
    private readonly timeline: string,
    private readonly tickets: TicketHolder,
    private readonly listener: Listener,
    video: number,
  ) {
    this.video = video;
  }

  /** Begin at a moment (ms), or at the live end. Whatever was under way is dropped. */
  start(at: number | "live"): void {
    this.#at = at;
    this.rung = null;
    this.cursor = 0;
    this.#followed = false;
    this.#restart();
    this.listener.restarted();
    this.#move({ event: "asked" });
    void this.#loop(this.#run);
  }

  /** Another height of the picture; 0: none. Takes effect from the playing moment on. */
  choose(video: number, now: number): void {
    this.video = video;
    this.start(this.state.name === "live" && !this.sealed ? "live" : now);
  }

  /** The line may be back (the browser says so, the laptop woke up): try at once. */
  hurry(): void {
    this.#backoff.succeeded();
    this.#wake?.();
  }

  /** The player needs more, or is at another place. */
  poke(): void {
    if (this.state.name !== "waiting") this.#wake?.();
  }

  stop(): void {
    this.#restart();
  }

  #restart(): void {
    this.#run++;
    this.#abort.abort();
    this.#abort = new AbortController();
    this.#wake?.();
  }

  #move(event: Event): void {
    const before = this.state;
    this.state = next(before, event);
    if (this.state !== before) this.listener.changed(this.state);
  }

  async #loop(run: number): Promise<void> {
    while (run === this.#run) {
      if (this.listener.ahead() > AHEAD_MS && this.#at === null) {
        await this.#sleep(1000);
        continue;
      }
      const why = await this.#answer(run);
      if (run !== this.#run) return;
      switch (why) {
        case "sealed":
          this.sealed = true;
          this.#move({ event: "sealed" });
          return;
        case "cut":
        case "stopping": {
          const wait = this.#backoff.failed();
          this.#move({ event: "cut", retryAt: Date.now() + wait });
          await this.#sleep(wait);
          break;
        }
        case "refused":
          return;
      }
    }
  }

  /** One answer, to its end; why it ended. */
  async #answer(run: number): Promise<string> {
    const mine = new AbortController();
    const signal = AbortSignal.any([mine.signal, this.#abort.signal]);
    let why = "cut";
    try {
      for await (const item of ask(this.timeline, this.#question(), this.tickets, signal)) {
        if (run !== this.#run) return "superseded";
        this.#backoff.succeeded();
        if (item.kind === "entry") {
          this.cursor = Math.max(this.cursor, item.seq);
          this.end = Math.max(this.end, item.t + item.duration);
          this.listener.entry(item);
        } else {
          why = this.#notice(item) ?? why;
        }
        if (this.#followed && this.listener.ahead() > FAR_AHEAD_MS) {
          this.#followed = false;
          mine.abort();
          return "far";
        }
      }
      return why;
    } catch (error) {
      if (run !== this.#run) return "superseded";
      if (error instanceof Problem && !error.retry) {
        if (error.code === "cursor-ahead") {
          this.#at = "live";
          return "cut";
        }
        this.listener.refused(error);
        return "refused";
      }
      return why === "sealed" ? why : "cut";
    }
  }

  #question(): Question {
    const question: Record<string, string | number> = { video: this.video };
    if (this.#at !== null) {
      question.at = this.#at;
    } else {
      question.after = this.cursor;
      if (this.rung !== null) question.rung = this.rung;
    }
    const follow = this.#at === "live" || this.#followed;
    if (follow) question.follow = 1;
    else question.limit = PAGE_BYTES;
    return question;
  }

  /** Take a notice; what it says about the end of this answer. */
  #notice(item: Notice): string | null {
    const body = item.body;
    if (typeof body.after === "number" && body.notice !== "hello")
      this.cursor = Math.max(this.cursor, body.after);
    if (typeof body.t === "number") this.end = Math.max(this.end, body.t);
    let why: string | null = null;
    switch (body.notice) {
      case "hello":
        this.tracks = body.tracks as Readonly<Record<string, Track>>;
        this.sealed = body.sealed === true;
        if (this.#at !== null && typeof body.after === "number") this.cursor = body.after;
        if (this.#at === "live") this.#followed = true;
        this.#at = null;
        this.#move({ event: "opened" });
        break;
      case "live":
        this.#move({ event: "reached" });
        break;
      case "rung":
        this.rung = typeof body.track === "string" ? body.track : null;
        break;
      case "end":
        why = String(body.why);
        // A page that reached the end of a lesson on air: from here on, follow.
        if (why === "head") this.#followed = true;
        break;
    }
    this.listener.notice(body);
    return why;
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(done, ms);
      const self = this;
      function done() {
        clearTimeout(timer);
        self.#wake = null;
        resolve();
      }
      this.#wake = done;
    });
  }
}
