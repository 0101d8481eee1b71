/**
 * The hour of a lesson that has not begun, and how long it is until then. By the server's clock, for that of a classroom's PC is often wrong:
 * the page tells the server's now, and from there on only what has passed is measured. While a wall waits the hour may be changed, and a PC
 * that slept has lost count: both are asked for again every minute.
 */
import type { Facts, Starts } from "../ui/facts";

const AGAIN_MS = 60_000;
/** The server's answers tell its clock in whole seconds, and were on their way for a while. */
const STEADY_MS = 2_000;

/** What the server says when it is asked again. */
export interface Again {
  /** What its clock shows; null: it does not tell. */
  readonly now: number | null;
  /** The hour, where it is another one than before; null: there is none any more. */
  readonly starts?: Starts | null;
}

export class Before {
  #starts: Starts | null;
  /** The server's clock less `tick`. */
  #ahead: number;
  #askedAt: number;

  /** `tick`: ms that pass, from wherever; `arrivedAt`: what it showed when the page came. `ask` is told the hour that is known. */
  constructor(
    starts: Starts | null,
    arrivedAt: number,
    private readonly tick: () => number,
    private readonly ask: (known: number | null) => Promise<Again>,
  ) {
    this.#starts = starts;
    this.#ahead = (starts?.now ?? 0) - arrivedAt;
    this.#askedAt = tick();
  }

  /** The hour in words, and the ms until then; null: it is not planned for any. */
  get hour(): { readonly words: string; readonly left: number } | null {
    const starts = this.#starts;
    return starts && { words: starts.words, left: starts.at - (this.tick() + this.#ahead) };
  }

  /** To be called often. */
  beat(): void {
    if (this.tick() - this.#askedAt < AGAIN_MS) return;
    this.#askedAt = this.tick();
    this.ask(this.#starts?.at ?? null).then(
      (told) => this.#take(told),
      () => undefined, // No line just now: it goes on by what it knows.
    );
  }

  /** The next beat asks at once. */
  hurry(): void {
    this.#askedAt = Number.NEGATIVE_INFINITY;
  }

  #take({ now, starts }: Again): void {
    const first = !this.#starts;
    if (starts !== undefined) this.#starts = starts;
    const told = starts?.now ?? now;
    if (told === null) return;
    const ahead = told - this.tick();
    if (first || Math.abs(ahead - this.#ahead) > STEADY_MS) this.#ahead = ahead;
  }
}

/** Of the lesson of this page. */
export function beforeOf(facts: Facts): Before {
  const [page] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  return new Before(
    facts.starts ?? null,
    page?.responseStart ?? 0,
    () => performance.now(),
    (known) => askAgain(facts, known),
  );
}

/** A few hundred bytes; the page itself only when the hour has changed, for the words of the new one. */
async function askAgain(facts: Facts, known: number | null): Promise<Again> {
  const answer = await fetch(`/api/lessons/${facts.id}`, { cache: "no-store" });
  if (!answer.ok) return { now: null };
  const lesson = (await answer.json()) as { status: Facts["status"]; starts_at: string | null };
  const now = Date.parse(answer.headers.get("date") ?? "") || null;
  const at = lesson.starts_at === null ? null : Date.parse(lesson.starts_at);
  if (lesson.status !== "planned" || at === known) return { now };
  const page = await (await fetch(facts.page, { cache: "no-store" })).text();
  const fresh = new DOMParser().parseFromString(page, "text/html").getElementById("lesson")?.textContent;
  return { now: null, starts: fresh ? ((JSON.parse(fresh) as Facts).starts ?? null) : null };
}
