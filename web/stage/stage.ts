/**
 * Sound and picture. **Sound is the clock**: it plays in an element of its own, and the picture, in another, follows it.
 * So a picture that was left out on a slow line never stops the sound (docs/decisions/0003). Only where there is no sound
 * at all is the picture its own clock.
 *
 * Theory of operation. The stage is *dry* or *flowing*. Dry, it waits until enough lies ready, then flows; flowing, it
 * runs dry when nothing lies ready or the element stands still. Everything happens in `#tick`, which timers **and** media
 * events drive, because a page in the background has few timers.
 */
import { type Entry, INIT } from "../wire/frames";
import { LiveClock } from "./clock";
import { Patience } from "./patience";
import { follow } from "./slave";
import { mediaSource, Source } from "./source";

const TICK_MS = 100;
/** Sound that has not moved for so long stands: longer than any browser takes to tell of its moving. */
const STANDS_S = 0.3;
/** Browsers stand still before the very end of what is buffered: with less than this ready, for so long. */
const FEW_S = 0.25;
const STARVED_S = 0.25;
/** What is shorter than this is not worth beginning with, and may be a rounding of the container. */
const CRUMB_S = 0.05;
/** So near is there. */
const THERE_S = 0.005;
/** The sound ended (no microphone any more) when the picture has got so much further. */
const SOUND_GONE_S = 3;
/** Beginning at the live end waits so long for the rest of the backlog before it plays what is there. */
const BACKLOG_S = 0.5;
/** Less than this is made up by gentle speed. */
const START_S = 0.15;
const LAST_S = 1;
/** The tracks of a lesson end together but for about one fragment. */
const RAGGED_S = 0.6;
/** A moment that was asked for may begin so much later: the lesson's first entry, the end of a hole. */
const REACH_S = 5;

export interface StageEvents {
  /** Something that a face shows may have changed. */
  changed(): void;
  /** The browser demands a tap of the reader: for the sound, or to play at all. */
  blocked(what: "sound" | "all"): void;
  /** The browser's player failed or hung: what was ready has to be asked for anew. */
  lost(): void;
}

export class Stage {
  readonly clock = new LiveClock();
  readonly #sound: Source;
  readonly #picture: Source;
  #heard = false;
  #seen = false;
  #pictureWanted = true;
  #shown = false;
  #wanted: number | null = null;
  #speed = 1;
  #atEnd = true;
  #settled = false;
  #playing = true;
  #dry = true;
  /** It ran dry while playing, and has not gone on since. */
  #drought = false;
  /** The sound waits for the reader's tap; none of it is kept meanwhile. */
  #silent = false;
  /** Nothing plays because the sound was refused before any picture was there. */
  #pictureMayCome = false;
  readonly #patience = new Patience();
  /** Where it was when all was well: an element that failed says 0. */
  #lastAt = 0;
  #shownAt = 0;
  #firstAt: number | null = null;
  #joining = false;
  /** The end of the lesson (s) as told when beginning at the live end. */
  endTold = 0;
  /** Nothing more will ever be said. */
  complete = false;
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(
    readonly audio: HTMLAudioElement,
    readonly video: HTMLVideoElement,
    private readonly events: StageEvents,
  ) {
    const tick = () => this.#tick();
    const moment = () => (this.#settled ? this.#master.element.currentTime : null);
    this.#sound = new Source(audio, tick, moment, () => this.#lose(this.#sound));
    this.#picture = new Source(video, tick, moment, () => this.#lose(this.#picture));
    video.muted = true;
    for (const element of [audio, video]) {
      element.preservesPitch = true;
      for (const name of ["timeupdate", "waiting", "canplay", "seeked"]) element.addEventListener(name, tick);
    }
    video.addEventListener("loadeddata", () => {
      this.#shown = true;
      this.events.changed();
    });
    video.addEventListener("emptied", () => {
      this.#shown = false;
    });
    this.#timer = setInterval(tick, TICK_MS);
  }

  static get possible(): boolean {
    return mediaSource() !== null;
  }

  // -- what a face may know -----------------------------------------------------------------------------------------

  /** The playing moment, ms. */
  get now(): number {
    return (this.#wanted ?? this.#master.element.currentTime) * 1000;
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

  /** What lies ready, ms: for the seek bar. */
  get ready(): { begin: number; end: number }[] {
    return this.#master.ranges().map(({ begin, end }) => ({ begin: begin * 1000, end: end * 1000 }));
  }

  /** What the reader wants. */
  get playing(): boolean {
    return this.#playing;
  }

  /** Whether it waits for more. */
  get dry(): boolean {
    return this.#dry;
  }

  get atEnd(): boolean {
    return this.#atEnd;
  }

  get speed(): number {
    return this.#speed;
  }

  /** Whether a picture can be seen; it may be an old one (`pictureAge`). */
  get pictured(): boolean {
    return this.#pictureWanted && this.#shown;
  }

  /** Whether it has played all there is; a browser may leave the last few tenths that are too few for it to begin with. */
  get spent(): boolean {
    if (!this.complete || this.#wanted !== null || this.bufferedEnd === 0) return false;
    const left = this.bufferedEnd - this.now;
    if (this.#dry && left < CRUMB_S * 1000) return true;
    return left < LAST_S * 1000 && this.#patience.still(performance.now() / 1000) > LAST_S;
  }

  /** For how long the sound has gone on without a picture, ms. */
  get pictureAge(): number {
    const led = !this.#dry && this.#playing && this.#master === this.#sound;
    return led ? performance.now() - this.#shownAt : 0;
  }

  /** What cannot be played here: nothing, only the picture, only the sound, or the lesson. */
  get unplayable(): "nothing" | "picture" | "sound" | "lesson" {
    const [deaf, blind] = [this.#sound.unplayable !== null, this.#picture.unplayable !== null];
    if (deaf) return blind || !(this.#seen || this.#shown) ? "lesson" : "sound";
    if (!blind) return "nothing";
    return this.#heard ? "picture" : "lesson";
  }

  // -- what a face orders -------------------------------------------------------------------------------------------

  /** Begin anew: at a moment (seconds), or wherever the first entries lie (null: at the live end). */
  restart(at: number | null): void {
    this.#hush();
    this.#sound.clear();
    this.#picture.clear();
    this.#heard = this.#seen = false;
    this.#wanted = at;
    this.#atEnd = at === null;
    this.#settled = false;
    this.#firstAt = null;
    this.#joining = at === null;
    this.endTold = 0;
    this.complete = false;
    this.#dry = true;
    this.clock.reset();
  }

  /** Whether a picture is wanted at all. */
  showPicture(wanted: boolean): void {
    if (wanted === this.#pictureWanted) return;
    this.#pictureWanted = wanted;
    if (wanted) return;
    this.#seen = false;
    this.#picture.clear();
    this.video.pause();
  }

  /** Take what came. `live`: as it is said, not from the backlog. */
  take(entry: Entry, live: boolean): void {
    const sound = entry.track === "audio";
    if (sound && this.#silent && !(entry.flags & INIT)) return;
    if (!sound && !(this.#pictureWanted && entry.track.startsWith("video/"))) return;
    const source = sound ? this.#sound : this.#picture;
    if (entry.flags & INIT) {
      source.init(entry.track, entry.payload);
      return;
    }
    if (!source.append(entry.track, entry.payload)) return;
    if (sound && !this.#heard) this.#hear();
    if (!sound && !this.#seen) this.#see();
    this.#firstAt ??= performance.now() / 1000;
    if (live && (sound || this.#master === this.#picture))
      this.clock.arrived(entry.duration / 1000, entry.t / 1000, performance.now() / 1000);
  }

  /** Play from here if it is buffered. Returns false when it has to be asked for. `pictured`: there is a picture of it. */
  seek(ms: number, pictured: boolean): boolean {
    const at = ms / 1000;
    if (this.#wanted !== null || !this.#master.stretch(at, 0.3)) return false;
    // Where the line was weak the sound alone lies ready: who goes back there wants to see what was left out.
    if (pictured && this.#pictureWanted && !this.#picture.stretch(at, 1)) return false;
    this.#atEnd = false;
    this.#place(at);
    return true;
  }

  /** Play at the live end from now on. */
  toEnd(): void {
    this.#atEnd = true;
    this.setSpeed(1);
    const stretch = this.#master.stretch(this.#master.end - CRUMB_S);
    if (stretch) this.#place(Math.max(stretch.begin, stretch.end - this.clock.lead));
  }

  play(): void {
    this.#playing = true;
    this.#tick();
  }

  pause(): void {
    this.#playing = false;
    this.#atEnd = false;
    this.#dry = true;
    this.#hush();
    this.events.changed();
  }

  /** Let the sound be heard; to be called while the reader taps. True: the sound has to be asked for anew. */
  unmute(): boolean {
    this.audio.muted = false;
    if (!this.#silent) return false;
    this.#silent = false;
    // Nothing can be heard yet, but the browser notes that the reader allowed it.
    this.#begin(this.audio);
    return true;
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

  // -- how it is done -----------------------------------------------------------------------------------------------

  /** Who leads, whatever is buffered. */
  get #leader(): Source {
    return !this.#heard || this.#silent || this.#sound.unplayable ? this.#picture : this.#sound;
  }

  /** Who leads at this moment: the picture also where the sound has ended long before it. */
  get #master(): Source {
    if (this.#leader === this.#picture) return this.#picture;
    const gone = this.#seen && this.#picture.end - this.#sound.end > SOUND_GONE_S;
    return gone && this.#sound.stretch(this.audio.currentTime) === null ? this.#picture : this.#sound;
  }

  #hush(): void {
    this.audio.pause();
    this.video.pause();
  }

  /** The first sound: from now on it is the clock, and has to begin; at the live end it takes its place anew. */
  #hear(): void {
    this.#heard = true;
    this.#dry = true;
    if (this.#atEnd && this.#wanted === null) this.#settled = false;
  }

  /** The first picture: it may go on without the sound that was refused. */
  #see(): void {
    this.#seen = true;
    if (!this.#silent || !this.#pictureMayCome) return;
    this.#pictureMayCome = false;
    this.#playing = true;
    this.events.blocked("sound");
  }

  #place(at: number): void {
    this.#wanted = null;
    this.#settled = true;
    this.#moveTo(this.#sound, at);
    if (this.#picture.stretch(at)) this.#moveTo(this.#picture, at);
    this.#dry = true;
    this.#tick();
  }

  /** Seek, unless it is there already: a seek more, before the first one is done, makes players of WebKitGTK fail. */
  #moveTo(source: Source, at: number): void {
    const { element } = source;
    if (source === this.#master) this.#lastAt = at;
    if (Math.abs(element.currentTime - at) < THERE_S && source.holds(element.currentTime)) return;
    element.currentTime = at;
    if (source === this.#master) this.#drought = false;
  }

  #tick(): void {
    if (!this.#heard && !this.#seen) return;
    if (!this.#settled && !this.#settle()) return;
    const master = this.#master;
    const at = master.element.currentTime;
    const now = performance.now() / 1000;
    if (master.element.readyState > 1 && !master.element.seeking) this.#lastAt = at;
    const moved = this.#patience.saw(at, master.element.seeking, now);
    if (this.#playing) {
      if (master.ranges().length > 0 && this.#patience.seeksForEver(now)) {
        this.#renew(master);
        return;
      }
      if (this.#dry) this.#tryToFlow(master, at);
      else this.#watchForDrought(master, at, now);
      this.#pace(master, at, now, moved);
    }
    if (master === this.#sound) this.#leadPicture(at);
  }

  /** Stand at the moment that was asked for, or a little behind the end, once it is buffered. */
  #settle(): boolean {
    const master = this.#master;
    if (this.#wanted !== null) {
      const stretch = master.stretch(this.#wanted, REACH_S);
      if (stretch) this.#place(Math.max(this.#wanted, stretch.begin + 0.001));
      return false;
    }
    const stretch = master.stretch(master.end - CRUMB_S);
    if (!stretch) return false;
    const waited = performance.now() / 1000 - (this.#firstAt ?? 0);
    if (stretch.end < this.endTold - RAGGED_S && waited < BACKLOG_S) return false;
    this.#place(Math.max(stretch.begin + 0.001, stretch.end - this.clock.lead));
    return false;
  }

  #tryToFlow(master: Source, at: number): void {
    const stretch = master.stretch(at);
    const lead = stretch ? stretch.end - at : 0;
    if (lead < CRUMB_S) this.#leapOverHole(master, at);
    else if (lead >= this.clock.lead * 0.9 || this.complete || master.after(at)) this.#flow(master.element);
  }

  /** Nothing comes any more here, but further on there is something: go on there. */
  #leapOverHole(master: Source, at: number): boolean {
    const next = master.after(at);
    if (!next || next.end - next.begin < CRUMB_S) return false;
    this.clock.reset();
    this.#moveTo(master, next.begin + 2 * THERE_S);
    return true;
  }

  #watchForDrought(master: Source, at: number, now: number): void {
    const stretch = master.stretch(at);
    const lead = stretch ? stretch.end - at : 0;
    const { element } = master;
    const starved = lead < FEW_S && this.#patience.still(now) > STARVED_S;
    if (lead > 0.03 && !starved) {
      if (!element.seeking && lead >= this.clock.lead / 2) this.#helpOn(master, at, now);
      return;
    }
    this.#dry = this.#drought = true;
    if (this.#atEnd) this.clock.starved();
    this.#hush();
    this.events.changed();
  }

  /** It has enough, and ought to move. */
  #helpOn(master: Source, at: number, now: number): void {
    const advice = this.#patience.advise(now);
    if (advice === "wait" || this.#leapOverHole(master, at)) return;
    if (advice === "renew") this.#renew(master);
    else master.element.currentTime = at + 0.02;
  }

  /** The browser's player hangs: let go of it. */
  #renew(master: Source): void {
    master.release();
    this.#lose(master);
  }

  /** What was ready is lost. The picture comes again with its next key entry; what leads has to be asked for anew, from here. */
  #lose(source: Source): void {
    if (source !== this.#leader) return;
    this.#wanted = this.#lastAt;
    this.#settled = false;
    this.#dry = true;
    this.events.lost();
  }

  #flow(element: HTMLMediaElement): void {
    // An element that ran dry wants ever more before it goes on by itself (Chromium: up to 3 s). A seek makes it forget.
    if (this.#drought) element.currentTime += 0.001;
    this.#dry = this.#drought = false;
    this.#patience.begin(performance.now() / 1000);
    this.#shownAt = performance.now();
    this.events.changed();
    this.#begin(element);
  }

  #begin(element: HTMLMediaElement): void {
    // WebKitGTK unmutes it by itself, and then would not let it begin.
    this.video.muted = true;
    element.play().catch((error: unknown) => {
      // Anything else (it was paused or sought meanwhile) is no refusal.
      if (error instanceof DOMException && error.name === "NotAllowedError") this.#refused(element);
    });
  }

  /** The reader has not tapped yet: go on without sound, and say so; if there is nothing else, wait for the tap. */
  #refused(element: HTMLMediaElement): void {
    const sound = element === this.audio;
    this.#silence();
    this.#playing = sound && this.#seen;
    this.#pictureMayCome = sound && !this.#seen;
    this.events.blocked(this.#playing ? "sound" : "all");
  }

  /**
   * Sound that nobody may hear is not even decoded: the picture is its own clock. (Chromium does not let muted sound begin;
   * WebKitGTK unmutes it by itself, and its sound, once ready, must not wait: it would begin as late as it has waited.)
   */
  #silence(): void {
    this.#wanted = this.now / 1000;
    this.#settled = false;
    this.audio.muted = true;
    this.#dry = this.#silent = true;
    this.#heard = false;
    this.#sound.release();
  }

  #pace(master: Source, at: number, now: number, moved: boolean): void {
    let rate = this.#speed;
    if (this.#joining && !this.#dry && moved) this.#makeUpForTheStart(master, at, now);
    else if (this.#atEnd && !this.#dry) {
      const move = this.clock.decide(at, master.end, now);
      if ("jumpTo" in move) this.#place(move.jumpTo);
      else rate = move.rate;
    }
    const element = master.element;
    if (Math.abs(element.playbackRate - rate) > 0.001) element.playbackRate = rate;
  }

  /** An element takes a few tenths of a second to begin; nobody has heard anything yet, so they are skipped. */
  #makeUpForTheStart(master: Source, at: number, now: number): void {
    const wanted = this.clock.wanted(now);
    const to = wanted === null ? master.end - this.clock.lead : now - wanted;
    this.#joining = false;
    if (this.#atEnd && to - at > START_S && master.stretch(to)) master.element.currentTime = to;
  }

  /** The picture goes where the sound is. */
  #leadPicture(at: number): void {
    const video = this.video;
    if (!this.#seen) return;
    const begin = this.#picture.stretch(at)?.begin ?? null;
    const what = follow(at, video.currentTime, this.audio.playbackRate, begin);
    if (what.order !== "hold") this.#shownAt = performance.now();
    // A seek on its way is left alone, unless what it goes to was let go of meanwhile: then it would never arrive.
    const arriving = video.seeking && this.#picture.stretch(video.currentTime) !== null;
    if (what.order === "seek" && !arriving) video.currentTime = what.to;
    if (what.order === "go" && Math.abs(video.playbackRate - what.rate) > 0.005)
      video.playbackRate = Math.max(0.25, what.rate);
    // Sound may take a while to begin, or to go on after a seek: the picture must not run ahead of it, and be called back.
    const stands = this.#patience.still(performance.now() / 1000) > STANDS_S;
    const moving = this.#playing && !this.#dry && !stands && what.order !== "hold";
    if (moving && video.paused) video.play().catch(() => undefined);
    if (!moving && !video.paused) video.pause();
  }
}
