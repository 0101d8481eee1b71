/** Where this reader stopped, on this device only. Nobody else is told. */
const NEAR_MS = 15_000;

export class Place {
  readonly #key: string;

  constructor(lesson: string) {
    this.#key = `halqa:place:${lesson}`;
  }

  /** ms to go on from; 0 when there is nothing worth going on from. */
  read(end: number): number {
    const kept = Number(this.#try(() => localStorage.getItem(this.#key)));
    return kept > NEAR_MS && kept < end - NEAR_MS ? kept : 0;
  }

  write(ms: number, end: number): void {
    if (ms > NEAR_MS && ms < end - NEAR_MS)
      this.#try(() => localStorage.setItem(this.#key, String(Math.round(ms))));
  }

  forget(): void {
    this.#try(() => localStorage.removeItem(this.#key));
  }

  /** A browser may keep nothing (private windows): then there is no place, and that is all. */
  #try<T>(act: () => T): T | null {
    try {
      return act();
    } catch {
      return null;
    }
  }
}
