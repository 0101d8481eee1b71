/**
 * Keeps a wall at what it should show: asks the server every few seconds, and opens the wall's page anew when that is another thing.
 * A line that is cut changes nothing on the wall.
 */

/** What the server says of a wall (`lessons/wall.py`). Moments are ms since 1970, by the server's clock. */
export interface WallNow {
  readonly paired: boolean;
  /** The lesson that is to be on the wall; "": none. */
  readonly shows: string;
  /** It is on air. */
  readonly live: boolean;
  /** The lesson that is announced, and its title. */
  readonly next: string;
  readonly title: string;
  readonly starts: number | null;
  readonly now: number;
  /** The time of the house less UTC, ms. */
  readonly offset: number;
}

export interface Walled {
  /** Where it asks. */
  readonly watch: string;
  /** The lesson that it shows. */
  readonly shows: string;
}

export interface WallListener {
  told(now: WallNow): void;
  /** The server did not answer. */
  cut(): void;
  /** The lesson that is shown has been seen to its end, for as long as its last page is copied. */
  done(): boolean;
  /** Open the wall's page anew. */
  open(): void;
}

const EVERY_MS = 10_000;
/** Walls that were switched on together do not ask together. */
const SPREAD_MS = 5_000;
const PATIENCE_MS = 10_000;

/** Watch until `signal` is aborted. */
export function watchWall(wall: Walled, listener: WallListener, signal: AbortSignal): void {
  let timer: ReturnType<typeof setTimeout>;
  const later = () => {
    timer = setTimeout(() => void look(), EVERY_MS + Math.random() * SPREAD_MS);
  };
  const look = async () => {
    const told = await ask(wall.watch, signal);
    if (signal.aborted) return;
    if (told === null) listener.cut();
    else {
      listener.told(told);
      if (leaves(wall.shows, told, listener.done())) listener.open();
    }
    later();
  };
  signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
  later();
}

/** Whether a wall that shows this lesson ("": none) shows another thing from now on. */
export function leaves(shown: string, told: WallNow, done: boolean): boolean {
  if (!told.paired) return true;
  if (told.shows === shown) return false;
  // A class that is still looking at the end of a lesson is left with it until another one is on air.
  return shown === "" || told.live || done;
}

async function ask(address: string, signal: AbortSignal): Promise<WallNow | null> {
  try {
    const answer = await fetch(address, {
      cache: "no-store",
      signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]),
    });
    return answer.ok ? ((await answer.json()) as WallNow) : null;
  } catch {
    return null;
  }
}
