/** Says what the outbox holds, for as long as it takes: keeps it on disk first, and lets go only when acknowledged. */
import { Backoff } from "../wire/backoff";
import { Nap } from "../wire/nap";
import { type Acknowledged, say } from "../wire/say";
import { Problem, type TicketHolder } from "../wire/tickets";
import { asEntry, BOUNDS, type Bounds, type Draft, Outbox, type Said } from "./outbox";
import { type Prepared, Store } from "./store";

const DISK_AGAIN_MS = 1000;

export interface SenderEvents {
  acknowledged(answer: Acknowledged): void;
  /** The server refuses for good, or its disk is full (then it is tried again). */
  trouble(problem: Problem): void;
  /** This PC keeps nothing any more. */
  unkept(): void;
}

export class Sender {
  readonly outbox: Outbox;
  readonly #store: Store;
  readonly #backoff = new Backoff();
  #running = false;
  #stopped = false;
  readonly #nap = new Nap();
  cut = false;
  #sent: { at: number; bytes: number }[] = [];

  constructor(
    /** Names what is kept on this device: two that speak of one lesson (a studio, a class) keep apart. */
    name: string,
    private readonly timeline: string,
    private readonly tickets: TicketHolder,
    private readonly events: SenderEvents,
    private readonly bounds: Bounds = BOUNDS,
  ) {
    this.outbox = new Outbox(bounds);
    this.#store = new Store(name);
  }

  /** Take up what earlier sittings left on this PC: what was said on these tracks and did not arrive, and what was prepared. */
  async restore(
    wanted: (track: string) => boolean = () => false,
  ): Promise<{ readonly left: readonly Said[]; readonly prepared: readonly Prepared[] }> {
    try {
      const outline = await this.#store.outline();
      const left: Said[] = [];
      for (const away of outline)
        if (wanted(away.track))
          left.push(...(await this.#store.read(away, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY)));
      this.outbox.restore(outline);
      this.#start();
      return { left, prepared: await this.#store.prepared() };
    } catch {
      this.events.unkept();
      return { left: [], prepared: [] };
    }
  }

  /** Keep this on the disk until the lesson goes on air. */
  prepare(one: Prepared): void {
    this.#store.prepare(one).catch(() => this.events.unkept());
  }

  /** The same, instead of what was kept so. */
  async prepareAnew(all: readonly Prepared[]): Promise<void> {
    await this.#store.prepareAnew(all).catch(() => this.events.unkept());
  }

  /**
   * Say these. They are on the disk before they are on the line. `prepared`: they are all that was prepared, which is no longer
   * kept as such.
   */
  say(speaker: string, drafts: readonly Draft[], prepared = false): readonly Said[] {
    const said = this.outbox.say(speaker, drafts, Date.now());
    this.#store.keep(said, prepared).then(
      () => {
        this.outbox.kept(said);
        this.#start();
      },
      () => {
        this.events.unkept();
        this.#start();
      },
    );
    return said;
  }

  /** ms since the oldest entry that waits was said. */
  get behindMs(): number {
    const oldest = this.outbox.oldest;
    return oldest === null ? 0 : Math.max(0, Date.now() - oldest);
  }

  /** kbit/s acknowledged over the last five seconds. */
  get uplinkKbit(): number {
    const since = performance.now() - 5000;
    this.#sent = this.#sent.filter((one) => one.at > since);
    return Math.round((this.#sent.reduce((sum, one) => sum + one.bytes, 0) * 8) / 5000);
  }

  /** Resolves when everything is acknowledged. */
  async drained(): Promise<void> {
    while (!this.outbox.empty && !this.#stopped) await new Promise((resolve) => setTimeout(resolve, 50));
  }

  /** The line may be back. */
  hurry(): void {
    this.#backoff.succeeded();
    this.#nap.wake();
  }

  #start(): void {
    if (this.#running || this.#stopped) return;
    this.#running = true;
    void this.#run().finally(() => {
      this.#running = false;
    });
  }

  async #run(): Promise<void> {
    for (;;) {
      await this.#readBack();
      const batch = this.outbox.next();
      const first = batch[0];
      if (!first) return;
      try {
        const answer = await say(this.timeline, batch.map(asEntry), this.tickets);
        const done = this.outbox.acknowledged(first.speaker, answer.acknowledged);
        void this.#store.drop(done).catch(() => undefined);
        this.#sent.push({
          at: performance.now(),
          bytes: done.reduce((sum, one) => sum + one.payload.length, 0),
        });
        this.cut = false;
        this.#backoff.succeeded();
        this.events.acknowledged(answer);
      } catch (error) {
        if (error instanceof Problem && error.code === "time-goes-back" && this.outbox.stamp(error.track))
          continue;
        if (error instanceof Problem && !error.retry) {
          this.events.trouble(error);
          this.#stopped = true;
          return;
        }
        if (error instanceof Problem && error.status === 507) this.events.trouble(error);
        this.cut = true;
        await this.#nap.sleep(this.#backoff.failed(error instanceof Problem ? error.waitMs : 0));
      }
    }
  }

  /** Have in memory what is said next. A disk that cannot be read now is asked again: nothing may be left out. */
  async #readBack(): Promise<void> {
    const { batchBytes, batchEntries } = this.bounds;
    for (let away = this.outbox.missing; away; away = this.outbox.missing) {
      try {
        this.outbox.returned(away, await this.#store.read(away, 2 * batchBytes, 2 * batchEntries));
      } catch {
        this.events.unkept();
        await this.#nap.sleep(DISK_AGAIN_MS);
      }
    }
  }
}
