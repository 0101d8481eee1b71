/**
 * Brings what goes on beside the lesson (`beside.ts`) when the line has room for it; until then keeps what it has to be told, and the
 * hand that was raised.
 */
import type { Entry } from "../wire/frames";
import type { Beside } from "./beside";

/** Between two attempts on a line that was cut. */
const AGAIN_MS = 2000;

/** The part of it that is told what happened meanwhile. */
export type Told = Pick<Beside, "take" | "raise">;

export class Later<T extends Told = Beside> {
  #here: T | null = null;
  #coming = false;
  #untold: Entry[] = [];
  #raised = false;

  /** `bring` fetches it, `came` is called once, when it knows all that was told before. */
  constructor(
    private readonly bring: () => Promise<T>,
    private readonly came: (beside: T) => void,
  ) {}

  get here(): T | null {
    return this.#here;
  }

  /** Any entry that is neither sound nor picture. */
  tell(entry: Entry): void {
    if (this.#here) this.#here.take(entry);
    else this.#untold.push(entry);
  }

  /** A hand goes up, or down: a class that asks for it waits for nothing else. */
  raise(): void {
    if (this.#here) {
      this.#here.raise();
      return;
    }
    this.#raised = !this.#raised;
    void this.come();
  }

  /** Fetches it, if it is not here or on its way. */
  async come(): Promise<void> {
    if (this.#here || this.#coming) return;
    this.#coming = true;
    try {
      const beside = await this.bring();
      for (const entry of this.#untold) beside.take(entry);
      this.#untold = [];
      this.#here = beside;
      if (this.#raised) beside.raise();
      this.came(beside);
    } catch {
      setTimeout(() => {
        this.#coming = false;
        if (this.#raised) void this.come();
      }, AGAIN_MS);
    }
  }
}
