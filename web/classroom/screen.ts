/** The screen the lesson is shown on: how many lines of picture it can show, and the whole of it. */
import { brought } from "./brought";

const SETTLE_MS = 1500;

interface AppleVideo extends HTMLVideoElement {
  webkitEnterFullscreen?(): void;
}

export class Screen {
  readonly #watch: ResizeObserver;
  #timer = 0;

  /** `resized` is called once the size has been the same for a moment. */
  constructor(
    private readonly face: HTMLElement,
    resized: () => void,
  ) {
    this.#watch = new ResizeObserver(() => {
      window.clearTimeout(this.#timer);
      this.#timer = window.setTimeout(resized, SETTLE_MS);
    });
    this.#watch.observe(face);
  }

  close(): void {
    this.#watch.disconnect();
    window.clearTimeout(this.#timer);
  }

  /** The highest rung worth having: the lines of a 16:9 picture on this screen, of 180, 360, 720. */
  get lines(): number {
    const { clientWidth: width, clientHeight: height } = this.face;
    const dots = Math.min(height, (width * 9) / 16) * Math.min(window.devicePixelRatio || 1, 2);
    return dots > 430 ? 720 : dots > 220 ? 360 : 180;
  }

  get full(): boolean {
    return document.fullscreenElement !== null;
  }

  /** Full screen, or back; a phone that allows it only to pictures gives it to the picture. */
  toggle(video: AppleVideo): void {
    if (document.fullscreenElement) void document.exitFullscreen();
    else if (this.face.requestFullscreen) void this.face.requestFullscreen().catch(() => undefined);
    else video.webkitEnterFullscreen?.();
  }
}

/**
 * kbit/s that a line must carry to begin with each height: more than twice the picture, for the voice and the board come at the same
 * moment. Less, and the smallest begins: at 512 kbit/s two seconds of 180 lines are half a second later than two of 90.
 */
const NEEDS: readonly (readonly [height: number, kbps: number])[] = [
  [720, 3000],
  [360, 1000],
];

/** The highest rung for a line of which the page's own files took `bytes` in `ms`; all of it when too little is known. */
export function affordable(bytes: number, ms: number): number {
  if (bytes < 8_000 || ms <= 0) return 720;
  const kbps = (bytes * 8) / ms;
  return NEEDS.find(([, need]) => kbps >= need)?.[0] ?? 90;
}

const KEY = "halqa.height";

/** The height the line bore last on this device, to begin with the next time; null: none, it was too full. */
export function remember(rung: string | null): void {
  try {
    localStorage.setItem(KEY, rung?.slice("video/".length) ?? "90");
  } catch {
    // A browser that keeps nothing guesses anew each time.
  }
}

function recall(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/**
 * What the line that brought this page can bear to begin with. A first guess that saves a narrow line from half a minute
 * of pictures it cannot carry; then the server, which sees the line, decides.
 */
export function firstHeight(): number {
  const known = Number(recall() ?? Number.NaN);
  if (known >= 90) return known;
  const told = brought();
  return told ? affordable(...told) : 720;
}
