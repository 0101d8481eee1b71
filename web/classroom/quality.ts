/** Which height of the picture is asked for: what the reader chose, else what the screen and the data plan allow. */
import type { Screen } from "./screen";

/** Asked for where the reader's device says that data is dear. */
const SAVING_HEIGHT = 180;

export class Quality {
  chosen: "auto" | number = "auto";

  constructor(private readonly screen: Screen) {}

  /** The height to ask for; 0: sound only. */
  get height(): number {
    if (this.chosen !== "auto") return this.chosen;
    const saving = (navigator as { connection?: { saveData?: boolean } }).connection?.saveData === true;
    return Math.min(this.screen.lines, saving ? SAVING_HEIGHT : Number.POSITIVE_INFINITY);
  }
}
