/** The screen the lesson is shown on: how many lines of picture it can show, and the whole of it. */
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
