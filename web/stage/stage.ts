/**
 * Sound and picture. **Sound is the clock**: it plays in an element of its own, and the picture, in another, follows it.
 * So a picture that was left out on a slow line never stops the sound (docs/decisions/0003).
 */
import type { Entry } from "../wire/frames";
import { INIT } from "../wire/frames";
import { LiveClock } from "./clock";
import { mediaSource, Source } from "./source";

/** An element that plays and does not move for so long stands before a hole that it does not see. */
const STUCK_S = 0.4;
const HOLE_EDGE_S = 0.15;

export interface StageEvents {
  /** Something that a face shows may have changed. */
  changed(): void;
  /** Sound needs a tap of the reader first. */
  blocked(): void;
}

export class Stage {
  readonly clock = new LiveClock();
  readonly #sound: Source;
  readonly #picture: Source;
  #hasSound = false;
  #hasPicture = false;
  #wanted: number | null = null;
  #speed = 1;
  #atEnd = true;
  #playing = true;
  #dry = true;
  #dryNotes = 0;
  #lastAt = -1;
  #movedAt = 0;
  #lastPictureEnd = 0;
  #timer: ReturnType<typeof setInterval>;

  constructor(
    readonly audio: HTMLAudioElement,
    readonly video: HTMLVideoElement,
    private readonly events: StageEvents,
  ) {
    this.#sound = new Source(audio);
    this.#picture = new Source(video);
    video.muted = true;
    for (const element of [audio, video]) {
      element.preservesPitch = true;
      for (const name of ["timeupdate", "waiting", "playing", "canplay", "seeked", "stalled"])
        element.addEventListener(name, () => this.#tick());
    }
    this.#timer = setInterval(() => this.#tick(), 100);
  }

  static get possible(): boolean {
    return mediaSource() !== null;
  }

  get #master(): Source {
    return this.#hasSound ? this.#sound : this.#picture;
  }

  /** The playing moment, ms. */
  get now(): number {
    return this.#wanted !== null ? this.#wanted * 1000 : this.#master.element.currentTime * 1000;
  }

  /** ms that lie ready ahead. */
  get ahead(): number {
    const at = this.now / 1000;
    const stretch = this.#master.stretch(at, 0.5);
    return stretch ? (stretch.end - at) * 1000 : 0;
  }

  get bufferedEnd(): number {
    return this.#master.end * 1000;
  }

  get playing(): boolean {
    return this.#playing;
  }

  get dry(): boolean {
    return this.#dry;
  }

  get hasSound(): boolean {
    return this.#hasSound;
  }

  /** Whether a picture is there for the playing moment. */
  get pictured(): boolean {
    return this.#hasPicture && this.#picture.stretch(this.now / 1000) !== null;
  }

  get speed(): number {
    return this.#speed;
  }

  get unplayable(): string | null {
    return this.#sound.unplayable ?? this.#picture.unplayable;
  }

  /** Begin anew: at a moment (seconds), or wherever the first entries lie (null: at the live end). */
  restart(at: number | null): void {
    this.#sound.reset();
    this.#picture.reset();
    this.#hasSound = this.#hasPicture = false;
    this.#wanted = at;
    this.#atEnd = at === null;
    this.#dry = true;
    this.#lastPictureEnd = 0;
    this.#hush();
  }

  take(entry: Entry): void {
    const sound = entry.track === "audio";
    if (!sound && !entry.track.startsWith("video/")) return;
    const source = sound ? this.#sound : this.#picture;
    if (entry.flags & INIT) {
      source.init(entry.track, entry.payload);
      return;
    }
    if (sound) this.#hasSound = true;
    else {
      this.#hasPicture = true;
      this.#lastPictureEnd = (entry.t + entry.duration) / 1000;
    }
    source.append(entry.track, entry.payload);
    if (sound || !this.#hasSound) this.clock.arrived(entry.duration / 1000, performance.now() / 1000);
    this.#tick();
  }

  /** Play from here if it is buffered. Returns false when it has to be asked for. */
  seek(ms: number): boolean {
    const at = ms / 1000;
    if (!this.#master.stretch(at, 0.3)) return false;
    this.#atEnd = false;
    this.#place(at);
    return true;
  }

  /** Play at the live end from now on. */
  toEnd(): void {
    this.#atEnd = true;
    this.#speed = 1;
    const stretch = this.#master.stretch(this.#master.end - 0.05);
    if (stretch) this.#place(Math.max(stretch.begin, stretch.end - this.clock.target));
  }

  leaveEnd(): void {
    this.#atEnd = false;
  }

  get atEnd(): boolean {
    return this.#atEnd;
  }

  play(): void {
    this.#playing = true;
    this.#tick();
  }

  pause(): void {
    this.#playing = false;
    this.#atEnd = false;
    this.#hush();
    this.events.changed();
  }

  setSpeed(speed: number): void {
    this.#speed = speed;
    if (speed !== 1) this.#atEnd = false;
    this.#tick();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#hush();
  }

  #hush(): void {
    this.audio.pause();
    this.video.pause();
  }

  #place(at: number): void {
    this.#wanted = null;
    this.#master.element.currentTime = at;
    if (this.#hasSound && this.#picture.stretch(at)) this.video.currentTime = at;
    this.#dry = true;
    this.#tick();
  }

  #tick(): void {
    const master = this.#master;
    if (!this.#hasSound && !this.#hasPicture) return;
    if (this.#wanted !== null || (this.#dry && master.element.currentTime === 0 && master.begin > 0)) {
      if (!this.#begin(master)) return;
    }
    const element = master.element;
    const at = element.currentTime;
    const stretch = master.stretch(at);
    const lead = stretch ? stretch.end - at : 0;
    const now = performance.now() / 1000;
    if (!this.#playing) {
      this.#follow(at, false);
      return;
    }
    if (at !== this.#lastAt) [this.#lastAt, this.#movedAt] = [at, now];
    const stuck = !this.#dry && now - this.#movedAt > STUCK_S;
    if (this.#dry) {
      this.#skipHole(at, lead);
      if (stretch && (!this.#atEnd || this.clock.enough(lead))) this.#flow();
    } else if (lead < 0.03 || stuck) {
      this.#dry = true;
      if (this.#atEnd) this.clock.starved(now);
      this.#hush();
      this.events.changed();
    }
    this.#pace(lead, stretch?.end ?? at, now);
    this.#follow(at, !this.#dry);
  }

  /** Nothing more comes here, but further on there is something: go on there. */
  #skipHole(at: number, lead: number): void {
    if (lead > HOLE_EDGE_S) return;
    const next = this.#master.after(at);
    if (next && next.end - next.begin > HOLE_EDGE_S) this.#master.element.currentTime = next.begin + 0.01;
  }

  /** Stand at the moment that was asked for (or a little behind the end) once it is buffered. */
  #begin(master: Source): boolean {
    const last = master.end;
    if (last === 0) return false;
    if (this.#wanted !== null) {
      const stretch = master.stretch(this.#wanted, 5);
      if (!stretch) return false;
      this.#place(Math.max(this.#wanted, stretch.begin + 0.001));
      return false;
    }
    const stretch = master.stretch(last - 0.01);
    if (!stretch) return false;
    const at = this.#atEnd ? Math.max(stretch.begin, last - this.clock.target) : stretch.begin;
    master.element.currentTime = at + 0.001;
    return true;
  }

  #flow(): void {
    this.#dry = false;
    this.#movedAt = performance.now() / 1000;
    this.events.changed();
    const element = this.#master.element;
    element.play().catch((error: unknown) => {
      if (!(error instanceof DOMException) || error.name !== "NotAllowedError") return;
      // The reader has not tapped yet: go on without sound, and say so.
      this.audio.muted = true;
      this.events.blocked();
      element.play().catch(() => undefined);
    });
  }

  #pace(lead: number, end: number, now: number): void {
    let rate = this.#speed;
    if (this.#atEnd && !this.#dry) {
      const move = this.clock.decide(lead, end, now);
      if ("jumpTo" in move) this.#master.element.currentTime = move.jumpTo;
      else rate = move.rate;
    }
    const element = this.#master.element;
    if (Math.abs(element.playbackRate - rate) > 0.001) element.playbackRate = rate;
  }

  /** The picture goes where the sound is. */
  #follow(at: number, moving: boolean): void {
    const video = this.video;
    if (!this.#hasSound || !this.#hasPicture) return;
    const stretch = this.#picture.stretch(at);
    if (!stretch) {
      if (!video.paused) video.pause();
      if (this.#picture.stretch(at, 0.4) === null && this.#lastPictureEnd > 0) this.#note();
      return;
    }
    const off = video.currentTime - at;
    if (Math.abs(off) > 0.25 || video.currentTime < stretch.begin - 0.02) {
      if (!video.seeking) video.currentTime = at;
    }
    const nudge = Math.abs(off) < 0.03 ? 0 : Math.max(-0.15, Math.min(0.15, -off * 0.8));
    const rate = Math.max(0.25, this.audio.playbackRate * (1 + nudge));
    if (Math.abs(video.playbackRate - rate) > 0.01) video.playbackRate = rate;
    if (moving && video.paused) video.play().catch(() => undefined);
    if (!moving && !video.paused) video.pause();
  }

  #note(): void {
    if (this.#dryNotes++ % 20 === 0) this.events.changed();
  }
}
