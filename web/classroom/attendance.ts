/**
 * Which minutes this classroom followed: measured (`watched.ts`), kept on this device, and told to the server by a class that
 * has a name: all of it so far, every minute, at the end, and when the page is left. Nobody without a name tells anything.
 */
import { classSecret } from "../say/guest";
import type { Facts } from "../ui/facts";
import { keep, kept, keptJson } from "../ui/keep";
import { Problem, refusal } from "../wire/tickets";
import { type Feed, type Followed, NOTHING, together, Watched } from "./watched";

const EVERY_MS = 60_000;
/** What was measured is written down so often: a crash loses no more. */
const KEEP_MS = 5_000;
const PREFIX = "halqa:followed:";
/** Of so many lessons, those of the longest ago forgotten first. */
const MOST_LESSONS = 30;

interface Kept extends Followed {
  /** When it was written down, ms since 1970. */
  readonly at: number;
}

export class Attendance {
  readonly #watched: Watched;
  readonly #place: string;
  /** What the server has acknowledged, and under which name. */
  #told = "";
  #keptAt = 0;
  #sentAt = performance.now();
  #over = false;
  /** The server refuses for good. */
  #refused = false;
  #sending = false;
  #named: string;

  constructor(
    private readonly facts: Facts,
    /** Under which name this class answers; empty: none. */
    private readonly name: () => string,
    signal: AbortSignal,
  ) {
    this.#place = PREFIX + facts.id;
    this.#watched = new Watched(this.#read());
    this.#over = facts.status === "ended";
    this.#named = name();
    const left = () => {
      if (document.visibilityState === "hidden") this.#leave();
    };
    document.addEventListener("visibilitychange", left, { signal });
    window.addEventListener("pagehide", () => this.#leave(), { signal });
  }

  /** Some times a second. `over`: the lesson has ended. */
  feed(feed: Feed, over: boolean): void {
    const more = this.#watched.feed(feed);
    if (more && feed.at - this.#keptAt > KEEP_MS) this.#keep(feed.at);
    const news = (over && !this.#over) || this.name() !== this.#named;
    this.#over = over;
    this.#named = this.name();
    if (news || feed.at - this.#sentAt > EVERY_MS) this.#send();
  }

  #read(): Followed {
    const { live, later } = keptJson<Followed>(this.#place, NOTHING);
    return Array.isArray(live) && Array.isArray(later) ? together({ live, later }, NOTHING) : NOTHING;
  }

  /** Another tab may have followed something else meanwhile. */
  #keep(at = performance.now()): void {
    this.#keptAt = at;
    this.#watched.followed = together(this.#watched.followed, this.#read());
    const { live, later } = this.#watched.followed;
    if (!kept(this.#place)) forgetOldest();
    keep(this.#place, JSON.stringify({ live, later, at: Date.now() } satisfies Kept));
  }

  #leave(): void {
    this.#keep();
    this.#send();
  }

  #send(): void {
    const { live, later } = this.#watched.followed;
    const name = this.name();
    const told = JSON.stringify({ name, live, later });
    this.#sentAt = performance.now();
    if (!name || this.#refused || this.#sending || told === this.#told || live.length + later.length === 0)
      return;
    this.#sending = true;
    this.#post(name, { live, later })
      .then(() => {
        this.#told = told;
      })
      .catch((error: unknown) => {
        // No line, or a busy server: the next report has all of it.
        if (error instanceof Problem && !error.retry) this.#refused = true;
      })
      .finally(() => {
        this.#sending = false;
      });
  }

  async #post(name: string, followed: Followed): Promise<void> {
    const answer = await fetch(this.facts.attendance ?? "", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ name, key: classSecret(), ...followed }),
      // The page may be closing.
      keepalive: true,
    });
    if (!answer.ok) throw await refusal(answer);
  }
}

function forgetOldest(): void {
  try {
    const names = Object.keys(localStorage).filter((name) => name.startsWith(PREFIX));
    const at = (name: string) => keptJson<Partial<Kept>>(name, {}).at ?? 0;
    names.sort((a, b) => at(b) - at(a));
    for (const name of names.slice(MOST_LESSONS - 1)) keep(name, "");
  } catch {
    // A browser that keeps nothing has nothing to forget.
  }
}
