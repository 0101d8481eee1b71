/** Waits for a while, or until it is woken. */
export class Nap {
  #wake: (() => void) | null = null;

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#wake = null;
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#wake = done;
    });
  }

  /** Nothing happens to one who does not sleep. */
  wake(): void {
    this.#wake?.();
  }
}
