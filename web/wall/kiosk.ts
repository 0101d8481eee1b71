/** A lesson on a wall: it leaves by itself once the class has seen it. */
import { type Walled, watchWall } from "./watch";

/** The last page of a lesson stays for so long: a class copies it. */
const COPY_MS = 120_000;
/** A class that stopped somewhere in a lesson that has ended has gone. */
const GONE_MS = 10 * 60_000;

/** `face` tells what it is in (`data-state`, `data-playing`). */
export function keepWall(face: HTMLElement, wall: Walled, signal: AbortSignal): void {
  const over = new Over();
  watchWall(
    wall,
    {
      told: () => undefined,
      cut: () => undefined,
      done: () => over.done(face.dataset.state ?? "", face.dataset.playing === "true", performance.now()),
      open: () => location.reload(),
    },
    signal,
  );
}

/** Since when there is nothing more to see. */
export class Over {
  #since: number | null = null;

  /** Whether the class is done with it. */
  done(state: string, playing: boolean, now: number): boolean {
    if (state === "before") return true;
    if (playing) {
      this.#since = null;
      return false;
    }
    this.#since ??= now;
    return now - this.#since >= (state === "ended" ? COPY_MS : GONE_MS);
  }
}
