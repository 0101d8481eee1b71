/**
 * Owns the connection: what to ask next, from where, and when to ask again.
 *
 * Theory of operation. There is one cursor. While the player plays at the end it *follows* (one open answer); while it
 * plays what was said long ago it asks for *pages*, and only while fewer than `AHEAD_MS` lie ready before it: a phone
 * on prepaid data downloads what it plays and little more. Both ask with the same verb from the same cursor, so there
 * is no seam between them. Seeking asks anew with `at`.
 *
 * Who chooses the size of the picture? Following, the server, which sees the line fill. Paging, nobody hurries and nothing is
 * shed: there the controller measures how fast pages come, and asks for what fits (`fit.ts`).
 */
import { Backoff } from "../wire/backoff";
import { ask, type Question, type Track, tracksOf } from "../wire/follow";
import { type Entry, INIT, type Notice, type Passing } from "../wire/frames";
import { Nap } from "../wire/nap";
import { Problem, type TicketHolder } from "../wire/tickets";
import { FOLLOWED, firstSound, LEAN_BYTES, PAGED } from "./first";
import { Flow, heightFor } from "./fit";
import { type Event, next, type State } from "./states";

export const AHEAD_MS = 30_000;
/** While what is asked for beside it has the line to itself. */
const LEAN_AHEAD_MS = 1_500;
/** With more than this ahead, a follower that is paused or rewound stops following, and pages instead. */
export const FAR_AHEAD_MS = 45_000;
/** Longer out of touch than this, who was watching live goes on live and is told what was missed. */
export const MISSED_MS = 20_000;
/** A pulse comes every 5 s: an open answer without one for this long is asked again when there is a reason to doubt. */
const DOUBT_MS = 7_000;
const PAGE_BYTES = 256 * 1024;
/** A page that brings less than it takes to play, with less than this lying ready, is given up for a smaller picture. */
const SHORT_MS = 3_000;
const LOOK_MS = 500;
const SOON_MS = 1_000;
/** "The server restarts, go on after a second." */
const STOPPING_MS = 1_000;

export interface Listener {
  /** `fresh`: said since this answer began, so it came as soon as it could. */
  entry(entry: Entry, fresh: boolean): void;
  notice(notice: Readonly<Record<string, unknown>>): void;
  /** Something to be shown now, ahead of its entry; it never comes again. */
  passing(frame: Passing): void;
  changed(state: State): void;
  /** It goes on live although something was missed: what comes next does not join what came before. */
  skipped(): void;
  /** The server refused for good. */
  refused(problem: Problem): void;
  /** How many milliseconds lie ready ahead of the playing moment. */
  ahead(): number;
  /** Whether the live end is what is being watched. */
  atEnd(): boolean;
}

/** Why an answer ended. `far`: enough lies ready; `again`: asked anew from the cursor, on purpose. */
type Ending = "head" | "limit" | "sealed" | "stopping" | "cut" | "far" | "again" | "refused" | "superseded";

export class Controller {
  state: State = { name: "connecting" };
  cursor = 0;
  /** The end of the lesson so far, ms. */
  end = 0;
  sealed = false;
  tracks: Readonly<Record<string, Track>> = {};
  /** The rung that is being sent; null: none. */
  rung: string | null = null;

  #at: number | "live" | null = "live";
  #following = false;
  #run = 0;
  #answering: AbortController | null = null;
  #again = false;
  #heardAt = Date.now();
  #waitMs = 0;
  #opened = 0;
  #backoff = new Backoff();
  #flow = new Flow();
  /** The height that pages are asked for. */
  #paged: number;
  readonly #nap = new Nap();

  constructor(
    private readonly timeline: string,
    private readonly tickets: TicketHolder,
    private readonly listener: Listener,
    public video: number,
    /** The height to begin with; the server climbs from there. */
    private first = video,
    /** On a narrow line the picture waits until `relax`: what is asked for beside it has the line to itself. */
    private lean = false,
  ) {
    this.#paged = first;
  }

  /** Whether the answer is a followed one, which brings all there is; else it is a page, of sound and picture. */
  get following(): boolean {
    return this.#following;
  }

  /** The heights of the picture that there are, highest first. */
  get heights(): number[] {
    const rungs = Object.keys(this.tracks).filter((name) => name.startsWith("video/"));
    return rungs.map((name) => Number(name.slice(6))).sort((a, b) => b - a);
  }

  /** Whether a picture had begun by this moment (ms), or soon after, as far as is known: it begins a little after the sound. */
  picturedAt(ms: number): boolean {
    return this.heights.some(
      (height) => (this.tracks[`video/${height}`]?.begins ?? Infinity) <= ms + SOON_MS,
    );
  }

  /** Begin at a moment (ms), or at the live end. Whatever was under way is dropped. */
  start(at: number | "live"): void {
    this.stop();
    this.#at = at;
    if (this.rung !== null) this.first = Number(this.rung.slice(6));
    this.rung = null;
    this.cursor = 0;
    this.#following = at === "live";
    this.#heardAt = Date.now();
    this.#move({ event: "asked" });
    void this.#loop(this.#run);
  }

  /** Another height of the picture from the cursor on; 0: none. What lies ready already stays. */
  choose(video: number): void {
    if (video === this.video) return;
    this.video = this.#paged = video;
    if (this.rung !== null && Number(this.rung.slice(6)) > video) this.rung = null;
    this.#askAgain();
  }

  /** The picture need wait no longer. */
  relax(): void {
    if (!this.lean) return;
    this.lean = false;
    if (this.#following) this.#askAgain();
    else this.#nap.wake();
  }

  /** The line may be back (the browser says so, the laptop woke up): do not wait, and doubt a silent answer. */
  hurry(): void {
    this.#backoff.succeeded();
    this.#nap.wake();
    if (Date.now() - this.#heardAt > DOUBT_MS) this.#askAgain();
  }

  /** The player is at another place: perhaps it needs more. */
  poke(): void {
    if (this.state.name !== "waiting") this.#nap.wake();
  }

  /** Fetch what tracks there are by now. */
  async look(): Promise<void> {
    this.tracks = (await tracksOf(this.timeline, this.tickets).catch(() => null)) ?? this.tracks;
  }

  stop(): void {
    this.#run++;
    this.#answering?.abort();
    this.#nap.wake();
  }

  #askAgain(): void {
    if (!this.#answering) return;
    this.#again = true;
    this.#answering.abort();
  }

  #move(event: Event): void {
    const before = this.state;
    this.state = next(before, event);
    if (this.state !== before) this.listener.changed(this.state);
  }

  async #loop(run: number): Promise<void> {
    while (run === this.#run) {
      const enough = this.lean ? LEAN_AHEAD_MS : AHEAD_MS;
      if (this.#at === null && !this.#following && this.listener.ahead() > enough) {
        await this.#nap.sleep(LOOK_MS);
        continue;
      }
      this.#skipWhatWasMissed();
      const why = await this.#answer(run);
      if (run !== this.#run) return;
      if (why === "refused") return;
      if (why === "sealed") {
        this.sealed = true;
        this.#move({ event: "sealed" });
        return;
      }
      if (why === "cut" || why === "stopping") {
        const wait = this.#backoff.failed(why === "stopping" ? STOPPING_MS : this.#waitMs);
        this.#waitMs = 0;
        this.#move({ event: "cut", retryAt: Date.now() + wait });
        await this.#nap.sleep(wait);
      }
    }
  }

  #skipWhatWasMissed(): void {
    if (this.#at !== null || !this.#following || !this.listener.atEnd()) return;
    if (Date.now() - this.#heardAt < MISSED_MS) return;
    this.#at = "live";
    this.listener.skipped();
  }

  /** One answer, to its end; why it ended. */
  async #answer(run: number): Promise<Ending> {
    const answering = new AbortController();
    this.#answering = answering;
    this.#again = false;
    let why: Ending = "cut";
    this.#flow.begin(performance.now());
    try {
      for await (const item of ask(this.timeline, this.#question(), this.tickets, answering.signal)) {
        if (run !== this.#run) return "superseded";
        this.#heard();
        if (item.kind === "notice") why = this.#notice(item) ?? why;
        else if (item.kind === "passing") this.listener.passing(item);
        else this.#entry(item);
        if (!this.#following && this.#fitPage(why)) return "again";
        if (this.#following && this.listener.ahead() > FAR_AHEAD_MS) {
          this.#following = false;
          return "far";
        }
      }
      return why;
    } catch (error) {
      if (run !== this.#run) return "superseded";
      return this.#again ? "again" : this.#failed(error, why);
    } finally {
      if (this.#answering === answering) this.#answering = null;
    }
  }

  #heard(): void {
    this.#heardAt = Date.now();
    this.#backoff.succeeded();
  }

  #failed(error: unknown, why: Ending): Ending {
    if (!(error instanceof Problem)) return why === "sealed" ? why : "cut";
    this.#waitMs = error.waitMs;
    if (error.code === "cursor-ahead") {
      // The server has an older copy than we have read: what is there now is all there is.
      this.#at = "live";
      this.listener.skipped();
      return "cut";
    }
    if (error.retry) return "cut";
    this.listener.refused(error);
    return "refused";
  }

  #question(): Question {
    if (this.lean && this.#at !== null) return firstSound(this.#at);
    const most = this.lean ? 0 : this.video;
    const question: Record<string, string | number> = this.#following
      ? { tracks: FOLLOWED, video: most, start: Math.min(this.first, most) }
      : { tracks: PAGED, video: Math.min(this.#paged, most) };
    if (this.#at !== null) {
      question.at = this.#at;
    } else {
      question.after = this.cursor;
      if (this.rung !== null && Number(this.rung.slice(6)) <= Number(question.video))
        question.rung = this.rung;
    }
    if (this.#following) question.follow = 1;
    else question.limit = this.lean ? LEAN_BYTES : PAGE_BYTES;
    return question;
  }

  #entry(entry: Entry): void {
    // Cut before anything playable came, it asks for the same moment again: a cursor alone would not bring the inits.
    if (!(entry.flags & INIT)) this.#at = null;
    this.cursor = Math.max(this.cursor, entry.seq);
    this.end = Math.max(this.end, entry.t + entry.duration);
    this.#flow.took(entry.payload.length);
    this.listener.entry(entry, entry.t + entry.duration > this.#opened);
  }

  /** Ask the next page for the picture that the line carries; true when this one must not be waited for. */
  #fitPage(ended: Ending): boolean {
    const kbps = this.#flow.kbps(performance.now());
    if (kbps === null) return false;
    const height = heightFor(this.video, this.tracks, kbps);
    if (ended !== "cut") this.#paged = height;
    if (this.lean) return false;
    if (height >= this.#paged || this.listener.ahead() > SHORT_MS) return false;
    this.#paged = height;
    return true;
  }

  /** Take a notice; what it says about the end of this answer. */
  #notice(item: Notice): Ending | null {
    const body = item.body;
    if (typeof body.t === "number") this.end = Math.max(this.end, body.t);
    if (body.notice === "hello") this.#hello(body);
    else if (typeof body.after === "number") this.cursor = Math.max(this.cursor, body.after);
    if (body.notice === "live") this.#move({ event: "reached" });
    if (body.notice === "rung") this.rung = typeof body.track === "string" ? body.track : null;
    this.listener.notice(body);
    if (body.notice !== "end") return null;
    // A page that reached the end of a lesson on air: from here on, follow.
    if (body.why === "head") this.#following = true;
    return body.why as Ending;
  }

  #hello(body: Readonly<Record<string, unknown>>): void {
    this.tracks = (body.tracks ?? {}) as Readonly<Record<string, Track>>;
    this.sealed = body.sealed === true;
    this.#opened = this.end;
    if (this.#at !== null && typeof body.after === "number") this.cursor = body.after;
    this.#move({ event: "opened" });
  }
}
