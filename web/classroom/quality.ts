/** Which height of the picture is asked for: what the reader chose, else what the screen, the data plan and the line allow. */
import { firstHeight, type Screen } from "./screen";

/** Asked for where the reader's device says that data is dear. */
const SAVING_HEIGHT = 180;

const STEPS = [180, 360, 720];

export class Quality {
  chosen: "auto" | number = "auto";
  #first = firstHeight();

  constructor(private readonly screen: Screen) {}

  /** The height to ask for; 0: sound only. */
  get height(): number {
    if (this.chosen !== "auto") return this.chosen;
    const saving = (navigator as { connection?: { saveData?: boolean } }).connection?.saveData === true;
    return Math.min(saving ? SAVING_HEIGHT : this.screen.lines, this.#first);
  }

  /**
   * The line has borne this for a while: the next height may be tried. One at a time, because the server begins anew with
   * each question and would try the highest at once (measured: 360p on a line of 128 kbit/s stops the sound for 2 s).
   */
  mayRise(): void {
    this.#first = STEPS.find((height) => height > this.#first) ?? Number.POSITIVE_INFINITY;
  }
}
