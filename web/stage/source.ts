/** One kind of media in one `MediaSource` behind one element: an append queue that never loses its order. */
import { type Init, readInit } from "../wire/cmaf";

/** Seconds kept behind the playing moment: enough for "back 30 s" twice without asking the server. */
const BEHIND_S = 65;
/** Removed in steps, because a removal stops appends for a moment. */
const STEP_S = 10;
/** What stays behind when the browser has no room left. */
const TIGHT_S = 5;

/** An element that fails so soon after it failed has not been helped by beginning again. */
const FAILS_SOON_MS = 15_000;
const TRIES = 3;

type AnyMediaSource = typeof MediaSource;
type Bytes = Uint8Array<ArrayBuffer>;

/** What waits for the buffer: an init segment, a fragment, or the order to forget everything. */
type Task =
  | { readonly task: "init"; readonly bytes: Bytes; readonly init: Init }
  | { readonly task: "append"; readonly bytes: Bytes }
  | { readonly task: "clear" };

/** The codec that a MIME type names, without its profile. */
export function codec(mime: string): string {
  return /codecs="([^".]*)/.exec(mime)?.[1] ?? "";
}

export interface Stretch {
  readonly begin: number;
  readonly end: number;
}

/** Media Source Extensions, or Apple's managed kind of them on a phone; null where there is neither. */
export function mediaSource(): AnyMediaSource | null {
  const managed = (globalThis as { ManagedMediaSource?: AnyMediaSource }).ManagedMediaSource;
  return globalThis.MediaSource ?? managed ?? null;
}

export class Source {
  #tasks: Task[] = [];
  readonly #inits = new Map<string, { bytes: Bytes; init: Init }>();
  #source: MediaSource | null = null;
  #buffer: SourceBuffer | null = null;
  #address = "";
  #queued: Bytes | null = null;
  #mime = "";
  #clearing = false;
  #failedAt = 0;
  #failures = 0;
  /** The kind of media that this browser cannot play; null: none of it so far. */
  unplayable: string | null = null;

  /**
   * `settled` is called whenever what is buffered may have changed; `failed` when all of it was lost with the browser's
   * player. `moment` is what is played, s: not always where this element stands, which after a seek far back is left
   * behind until there is something to show. null: not known yet.
   */
  constructor(
    readonly element: HTMLMediaElement,
    private readonly settled: () => void,
    private readonly moment: () => number | null,
    private readonly failed: () => void,
  ) {
    element.addEventListener("error", () => this.#fail());
  }

  /** Let go of the player; give up when that fails again and again (no sound card, no decoder). */
  #fail(): void {
    if (!this.#source) return;
    const now = performance.now();
    this.#failures = now - this.#failedAt < FAILS_SOON_MS ? this.#failures + 1 : 1;
    this.#failedAt = now;
    if (this.#failures >= TRIES) {
      this.unplayable = this.#mime;
      this.#tasks = [];
      this.#source = this.#buffer = null;
      this.settled();
      return;
    }
    this.release();
    this.failed();
  }

  /** Forget what is buffered; the picture that is seen stays until another comes. */
  clear(): void {
    this.#queued = null;
    this.#clearing = this.#buffer !== null;
    this.#tasks = this.#clearing ? [{ task: "clear" }] : [];
    this.#work();
  }

  /** Let go of all that is buffered, and of the browser's player behind the element; the next fragment begins a new one. */
  release(): void {
    this.#source = this.#buffer = this.#queued = null;
    this.#tasks = [];
    this.#clearing = false;
    this.#mime = "";
    if (this.#address) URL.revokeObjectURL(this.#address);
    this.#address = "";
    this.element.removeAttribute("src");
    this.element.load();
  }

  /** An init entry: in force for this track from now on. */
  init(track: string, bytes: Bytes): void {
    const init = readInit(bytes);
    if (init) this.#inits.set(track, { bytes, init });
  }

  /** A fragment of a track; its init segment goes before it when the track changed. False: it cannot be played. */
  append(track: string, bytes: Bytes): boolean {
    const known = this.#inits.get(track);
    if (!known || this.unplayable) return false;
    if (!this.#source) this.#open();
    if (known.bytes !== this.#queued) this.#tasks.push({ task: "init", ...known });
    this.#queued = known.bytes;
    this.#tasks.push({ task: "append", bytes });
    this.#work();
    return true;
  }

  /** The buffered stretch that holds this moment (seconds), or the next one within `reach`. */
  stretch(at: number, reach = 0): Stretch | null {
    const ranges = this.ranges();
    const here = ranges.find((range) => at >= range.begin - 0.02 && at < range.end);
    return here ?? ranges.find((range) => range.begin >= at && range.begin - at <= reach) ?? null;
  }

  /** Whether exactly this moment is buffered. */
  holds(at: number): boolean {
    return this.ranges().some(({ begin, end }) => at >= begin && at < end);
  }

  /** The first stretch that begins after this moment. */
  after(at: number): Stretch | null {
    return this.ranges().find((range) => range.begin > at) ?? null;
  }

  /** The end of all that is buffered, seconds. */
  get end(): number {
    return this.ranges().at(-1)?.end ?? 0;
  }

  get begin(): number {
    return this.ranges()[0]?.begin ?? 0;
  }

  /** What is buffered; nothing while it is about to be forgotten. */
  ranges(): Stretch[] {
    if (this.#clearing || !this.#buffer || this.#source?.readyState !== "open") return [];
    const { buffered } = this.#buffer;
    return Array.from({ length: buffered.length }, (_, i) => ({
      begin: buffered.start(i),
      end: buffered.end(i),
    }));
  }

  /** A new, empty source. What waited to be appended is lost with the old one: its successor cannot decode it. */
  #open(): void {
    const Kind = mediaSource();
    if (!Kind) return;
    const source = new Kind();
    this.#source = source;
    this.#buffer = null;
    this.#mime = "";
    this.#queued = null;
    this.#tasks = [];
    this.#clearing = false;
    if (this.#address) URL.revokeObjectURL(this.#address);
    this.#address = URL.createObjectURL(source);
    // Apple's managed kind plays only where the picture cannot be sent to another screen.
    if ("disableRemotePlayback" in this.element) this.element.disableRemotePlayback = true;
    source.addEventListener("sourceopen", () => this.#work());
    this.element.src = this.#address;
  }

  #work(): void {
    const first = this.#tasks[0];
    if (!first || this.#source?.readyState !== "open" || this.#buffer?.updating) return;
    try {
      if (first.task === "clear") this.#forget();
      else if (first.task === "append" || this.#prepare(first.init)) this.#buffer?.appendBuffer(first.bytes);
      this.#tasks.shift();
      if (!this.#buffer?.updating) this.#work();
    } catch (error) {
      if (error instanceof DOMException && error.name === "QuotaExceededError") this.#evict(TIGHT_S, 0);
      else this.#tasks.shift();
    }
  }

  #forget(): void {
    this.#buffer?.abort();
    this.#buffer?.remove(0, Number.POSITIVE_INFINITY);
  }

  /** Make the buffer ready for this kind of media; false (and `unplayable`) when the browser has none. */
  #prepare(init: Init): boolean {
    if (init.mime === this.#mime) return true;
    try {
      if (!mediaSource()?.isTypeSupported(init.mime)) throw new TypeError(init.mime);
      if (!this.#buffer) this.#add(init.mime);
      // WebKitGTK has no such method; a buffer takes another profile of its codec without it.
      else if ("changeType" in this.#buffer) this.#buffer.changeType(init.mime);
      else if (codec(init.mime) !== codec(this.#mime)) throw new TypeError(init.mime);
    } catch {
      this.unplayable = init.mime;
      this.#tasks = [];
      return false;
    }
    this.#mime = init.mime;
    return true;
  }

  #add(mime: string): void {
    const buffer = this.#source?.addSourceBuffer(mime);
    buffer?.addEventListener("updateend", () => {
      if (buffer !== this.#buffer) return;
      this.#clearing = this.#tasks[0]?.task === "clear";
      this.#evict(BEHIND_S, STEP_S);
      this.#work();
      this.settled();
    });
    this.#buffer = buffer ?? null;
  }

  /** Let go of what lies more than `keep` behind, once that is at least `step`. */
  #evict(keep: number, step: number): void {
    const buffer = this.#buffer;
    const before = (this.moment() ?? 0) - keep;
    const begin = buffer?.buffered.length ? buffer.buffered.start(0) : before;
    if (!buffer || buffer.updating || before - begin <= step) return;
    buffer.remove(0, before);
  }
}
