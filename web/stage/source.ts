/** One track of media in one `MediaSource` behind one element: an append queue that never loses its order. */
import { type Init, readInit } from "../wire/cmaf";

/** Seconds kept behind the playing moment: enough for "back 30 s" twice without asking the server. */
const BEHIND_S = 65;

type AnyMediaSource = typeof MediaSource;

/** Media Source Extensions, or Apple's managed kind of them on a phone; null where there is neither. */
export function mediaSource(): AnyMediaSource | null {
  const managed = (globalThis as { ManagedMediaSource?: AnyMediaSource }).ManagedMediaSource;
  return managed ?? globalThis.MediaSource ?? null;
}

export class Source {
  readonly #queue: Uint8Array<ArrayBuffer>[] = [];
  readonly #inits = new Map<string, { bytes: Uint8Array<ArrayBuffer>; init: Init }>();
  #source: MediaSource | null = null;
  #buffer: SourceBuffer | null = null;
  #address = "";
  #appended: Uint8Array<ArrayBuffer> | null = null;
  #mime = "";
  /** Set when this browser cannot play what is taught. */
  unplayable: string | null = null;

  constructor(readonly element: HTMLMediaElement) {}

  /** Forget everything and begin with an empty buffer. */
  reset(): void {
    this.#queue.length = 0;
    this.#appended = null;
    this.#buffer = null;
    this.#mime = "";
    const Kind = mediaSource();
    if (!Kind) return;
    const source = new Kind();
    this.#source = source;
    if (this.#address) URL.revokeObjectURL(this.#address);
    this.#address = URL.createObjectURL(source);
    if ("disableRemotePlayback" in this.element) this.element.disableRemotePlayback = true;
    source.addEventListener("sourceopen", () => this.#work(), { once: true });
    this.element.src = this.#address;
  }

  /** An init entry: in force for this track from now on. */
  init(track: string, bytes: Uint8Array<ArrayBuffer>): void {
    const init = readInit(bytes);
    if (init) this.#inits.set(track, { bytes, init });
  }

  /** A fragment of a track; its init segment goes before it when the track changed. */
  append(track: string, fragment: Uint8Array<ArrayBuffer>): void {
    const known = this.#inits.get(track);
    if (!known || this.unplayable) return;
    if (!this.#source) this.reset();
    if (known.bytes !== this.#appended) {
      this.#queue.push(known.bytes);
      this.#appended = known.bytes;
    }
    this.#queue.push(fragment);
    this.#work();
  }

  /** The buffered stretch that holds this moment (seconds), or the next one within `reach`. */
  stretch(at: number, reach = 0): { begin: number; end: number } | null {
    const ranges = this.#ranges();
    for (const range of ranges) if (at >= range.begin - 0.02 && at < range.end) return range;
    for (const range of ranges) if (range.begin >= at && range.begin - at <= reach) return range;
    return null;
  }

  /** The first stretch that begins after this moment. */
  after(at: number): { begin: number; end: number } | null {
    return this.#ranges().find((range) => range.begin > at) ?? null;
  }

  /** The end of all that is buffered, seconds. */
  get end(): number {
    return this.#ranges().at(-1)?.end ?? 0;
  }

  get begin(): number {
    return this.#ranges()[0]?.begin ?? 0;
  }

  #ranges(): { begin: number; end: number }[] {
    const buffered = this.#buffer && this.#source?.readyState === "open" ? this.#buffer.buffered : null;
    if (!buffered) return [];
    return Array.from({ length: buffered.length }, (_, i) => ({
      begin: buffered.start(i),
      end: buffered.end(i),
    }));
  }

  #work(): void {
    const first = this.#queue[0];
    if (!first || this.#source?.readyState !== "open" || this.#buffer?.updating) return;
    const known = [...this.#inits.values()].find((one) => one.bytes === first);
    if (known && !this.#prepare(known.init)) return;
    const buffer = this.#buffer;
    if (!buffer) return;
    try {
      buffer.appendBuffer(first);
      this.#queue.shift();
    } catch (error) {
      if (error instanceof DOMException && error.name === "QuotaExceededError") this.#evict(10);
      else this.#queue.shift();
    }
  }

  /** The buffer for this kind of media; false (and `unplayable`) when the browser has none. */
  #prepare(init: Init): boolean {
    const source = this.#source;
    if (!source || init.mime === this.#mime) return true;
    if (!mediaSource()?.isTypeSupported(init.mime)) {
      this.unplayable = init.mime;
      this.#queue.length = 0;
      return false;
    }
    try {
      if (this.#buffer) {
        this.#buffer.changeType(init.mime);
      } else {
        this.#buffer = source.addSourceBuffer(init.mime);
        this.#buffer.addEventListener("updateend", () => {
          this.#evict(BEHIND_S);
          this.#work();
        });
      }
    } catch {
      this.unplayable = init.mime;
      return false;
    }
    this.#mime = init.mime;
    return true;
  }

  /** Let go of what lies long behind, in steps of ten seconds. */
  #evict(keep: number): void {
    const buffer = this.#buffer;
    const before = this.element.currentTime - keep;
    if (!buffer || buffer.updating || before <= 0 || this.begin > before - 10) return;
    try {
      buffer.remove(0, before);
    } catch {
      // The source was closed meanwhile; its successor begins empty.
    }
  }
}
