/** What is asked for of the lesson: what the reader chose by name, else what the screen and the data plan allow. */
import { keep, kept } from "../ui/keep";
import { isScant, kbps } from "./brought";
import { type Profile, profileFor, profileNamed, profileOfScant } from "./profiles";
import type { Screen } from "./screen";

/** Asked for where the reader's device says that data is dear. */
const SAVING_HEIGHT = 180;
const CHOSEN = "halqa:profile";
const PICTURELESS = profileFor(0);

export class Quality {
  #profile: Profile | null = profileNamed(kept(CHOSEN));
  /** As the files of the page tell, which are here now; later ones come when they please. */
  readonly #scant = isScant() ? profileOfScant(kbps() ?? 0) : null;
  /** The line has no room for any picture, the server says. */
  tight = false;

  constructor(private readonly screen: Screen) {}

  /** By its name; `auto`: by itself. Remembered on this device. */
  set chosen(name: string) {
    this.#profile = profileNamed(name);
    keep(CHOSEN, this.#profile ? name : "");
  }

  get chosen(): string {
    return this.#profile ? String(this.#profile.kbit) : "auto";
  }

  /** The height to ask for; 0: sound only. */
  get height(): number {
    if (this.#profile) return this.#profile.height;
    const saving = (navigator as { connection?: { saveData?: boolean } }).connection?.saveData === true;
    return Math.min(this.screen.lines, saving ? SAVING_HEIGHT : Number.POSITIVE_INFINITY);
  }

  /** Pixels across that slides are asked for at most. */
  get slide(): number {
    return this.#line?.slide ?? Number.POSITIVE_INFINITY;
  }

  /** kbit/s that slides may take; null: all there is. */
  get pace(): number | null {
    return this.#line?.spare ?? null;
  }

  /** What the line is known to carry; null: nothing tells that it is narrow. */
  get #line(): Profile | null {
    if (this.#profile) return this.#profile;
    return this.#scant ?? (this.tight ? PICTURELESS : null);
  }
}
