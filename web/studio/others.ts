/** What others write and point at just now, ahead of the timeline: shown until it comes, or for two seconds. */
import type { BoardView } from "../board/view";
import { type Laser, Tips } from "../follow/tips";
import type { Entry, Passing } from "../wire/frames";

export class Others {
  readonly #tips = new Tips();
  #written = new Set<string>();
  #pointing = new Map<string, Laser>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly view: Pick<BoardView, "tip" | "laser">,
    /** This studio: what it writes and points at is seen without a way over the server. */
    private readonly speaker: string,
    /** The page turned up. */
    private readonly page: () => string,
  ) {}

  passing(frame: Pick<Passing, "track" | "speaker" | "payload">): void {
    if (frame.speaker === this.speaker) return;
    this.#tips.take(frame, performance.now());
    this.show();
  }

  /** Something came from the timeline: what it says needs no tip any more, once it is shown (`show`). */
  hear(entry: Pick<Entry, "track" | "speaker" | "payload">): void {
    if (entry.speaker === this.speaker) return;
    this.#tips.settle(entry);
  }

  /** As it is now on the page turned up. */
  show(): void {
    const [now, page] = [performance.now(), this.page()];
    const tips = this.#tips.on(page, now);
    const lasers = this.#tips.lasers(page, now);
    const written = new Set(tips.map((one) => one.name));
    const pointing = new Map(lasers.map((one) => [one.speaker, one]));
    for (const name of this.#written) if (!written.has(name)) this.view.tip(name, null);
    for (const who of this.#pointing.keys()) if (!pointing.has(who)) this.view.laser(null, who);
    for (const { name, tool, colour, width, points } of tips)
      this.view.tip(name, { kind: "ink", tool, colour, width, points });
    for (const { speaker, x, y } of lasers) {
      const before = this.#pointing.get(speaker);
      // Pointed anew where it rests, its trail would never fade.
      if (before?.x !== x || before.y !== y) this.view.laser({ x, y }, speaker);
    }
    [this.#written, this.#pointing] = [written, pointing];
    clearTimeout(this.#timer);
    const { until } = this.#tips;
    if (until !== null) this.#timer = setTimeout(() => this.show(), until - now);
  }
}
