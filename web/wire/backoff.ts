/** The retry rule of `docs/protocol.md`: 0.25 s, doubling up to 8 s, each with ±25 % of chance. */
export class Backoff {
  #next = 250;

  constructor(private readonly dice: () => number = Math.random) {}

  /** Milliseconds to wait after one more failure. */
  failed(retryAfterMs = 0): number {
    const wait = this.#next * (0.75 + this.dice() / 2);
    this.#next = Math.min(8000, this.#next * 2);
    return Math.max(wait, retryAfterMs);
  }

  succeeded(): void {
    this.#next = 250;
  }
}
