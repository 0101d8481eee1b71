/**
 * `<halqa-classroom>`: a lesson, before, on air, rewound and for ever. Wires the controller to the stage, and what people do
 * to both; `paint.ts` shows what came of it. For tests and technicians it tells of itself in `data-state` (`state.ts`),
 * `data-position-ms`, `data-latency-ms` (behind what was said last), `data-rung`, `data-stalls`, `data-playing`; of the
 * board see `easel.ts`.
 */
import { Controller, type Listener } from "../follow/controller";
import { Stage } from "../stage/stage";
import { clock, type Facts, readFacts } from "../ui/facts";
import { leftWords } from "../ui/left";
import { language, word } from "../ui/words";
import { sampleSizes } from "../wire/cmaf";
import { dropEarly } from "../wire/early";
import { type Entry, INIT } from "../wire/frames";
import { TicketHolder } from "../wire/tickets";
import { type Before, beforeOf } from "./before";
import type { Beside, BesideLesson } from "./beside";
import { isNarrow, isScant } from "./brought";
import { Easel, type Playing } from "./easel";
import { face } from "./face";
import { type Hands, listen } from "./hands";
import { Later } from "./later";
import { lineMessage } from "./line";
import { NoteBoard } from "./note";
import { openingOf } from "./opening";
import { offerToTheSystem, playNatively } from "./outside";
import { Painter, type View } from "./paint";
import { Place } from "./place";
import { Quality } from "./quality";
import { firstHeight, remember, Screen } from "./screen";
import { type ClassroomState, stateOf } from "./state";
import { Voice } from "./voice";

const PAINT_MS = 250;
const VOICE_MS = 90;
/** What can wait for the voice waits no longer than this. */
const SETTLED_MS = 5000;
const SLEPT_MS = 8000;
/** The server answers (pulses) and for so long the studio said nothing. */
const SILENT_MS = 4000;
/** Waiting for less than this is not worth a word. */
const PATIENCE_MS = 700;
const FROZEN_MS = 2500;
const FINISHED_MS = 300;
const NEAR_END_MS = 1500;
/** Who is no further behind on a lesson on air follows it live. */
const STILL_LIVE_MS = 30_000;
/** A jump to the live end over more than this is told. */
const WORTH_TELLING_MS = 3000;

export class Classroom extends HTMLElement {
  #facts!: Facts;
  #stage!: Stage;
  #controller!: Controller;
  #painter!: Painter;
  #easel!: Easel;
  #later!: Later;
  #place!: Place;
  #screen!: Screen;
  /** Of a lesson that has not begun. */
  #before: Before | null = null;
  readonly #voice = new Voice();
  #quality!: Quality;
  #rungWhy = "";
  #saidAt = 0;
  #heardAt = 0;
  #dryAt = 0;
  #beatAt = Date.now();
  readonly #beganAt = performance.now();
  #blocked = false;
  #lost = false;
  /** Whether the sound was off before it was hushed. */
  #wasMuted = false;
  #missed: { from: number; end: number } | null = null;
  readonly #notes = new NoteBoard();
  #timers: ReturnType<typeof setInterval>[] = [];
  readonly #gone = new AbortController();

  connectedCallback(): void {
    this.#facts = readFacts();
    this.innerHTML = face(this.#facts);
    this.#painter = new Painter(this);
    if (!Stage.possible) {
      this.#lost = true;
      this.classList.add("settled");
      playNatively(this, this.#painter, this.#facts);
      return;
    }
    if (this.#facts.status === "planned") this.#before = beforeOf(this.#facts);
    this.#place = new Place(this.#facts.id);
    this.#stage = new Stage(this.#painter.part("audio"), this.#painter.part("video"), {
      changed: () => this.#paint(),
      blocked: (what) => this.#block(what),
      lost: () => this.#askAnew(),
    });
    this.#screen = new Screen(this, () => this.#fitPicture());
    this.#quality = new Quality(this.#screen);
    const tickets = new TicketHolder(this.#facts.ticket, this.#facts.tickets, this.#facts.csrf);
    this.#controller = new Controller(
      this.#facts.timeline,
      tickets,
      this.#listener(),
      this.#quality.height,
      firstHeight(),
      isNarrow(),
    );
    this.#later = new Later(
      async () => {
        const { Beside } = await import("./beside");
        return new Beside(this, this.#facts, tickets, this.#besideLesson(), this.#gone.signal);
      },
      (beside) => {
        if (this.#easel.open) beside.opened();
        this.#paint();
      },
    );
    this.#easel = new Easel(this, this.#painter, this.#playing(), this.#facts, tickets, this.#quality);
    this.#stage.showPicture(this.#quality.height > 0);
    listen(this, this.#painter, this.#hands(), this.#gone.signal);
    offerToTheSystem(
      this.#facts,
      () => this.#stage.playing,
      (name) => this.#act(name),
    );
    void this.#open();
    this.#timers = [
      setInterval(() => this.#beat(), PAINT_MS),
      setInterval(() => this.#paintVoice(), VOICE_MS),
    ];
  }

  disconnectedCallback(): void {
    for (const timer of this.#timers) clearInterval(timer);
    this.#gone.abort();
    this.#screen?.close();
    this.#easel?.close();
    this.#beside?.close();
    this.#controller?.stop();
    this.#stage?.close();
  }

  // -- the lesson ---------------------------------------------------------------------------------------------------

  /** A line that carries little more than a voice brings all of the page first: what came later would silence it. */
  async #open(): Promise<void> {
    if (isScant()) await Promise.all([this.#later.come(), import("../board/view").catch(() => undefined)]);
    if (!this.#gone.signal.aborted) this.#begin();
  }

  #begin(): void {
    const { at, resumed } = openingOf(this.#facts, this.#place);
    if (resumed) this.#notes.say(word("classroom.resumed"), 12_000, "frombegin", () => this.#goTo(0));
    if (at === "live") this.#goLive();
    else this.#goTo(at);
    if (this.#facts.status !== "planned") this.#easel.expect();
  }

  #listener(): Listener {
    return {
      entry: (entry, fresh) => this.#take(entry, fresh),
      notice: (notice) => this.#hear(notice),
      changed: () => this.#paint(),
      skipped: () => this.#skip(),
      refused: (problem) => this.#fail(word("classroom.refused", { why: `\u2068${problem.message}\u2069` })),
      passing: (frame) => this.#easel.passing(frame),
      ahead: () => this.#stage.ahead,
      atEnd: () => this.#stage.atEnd,
    };
  }

  /** What the board has to know of the lesson that plays. */
  #playing(): Playing {
    const stage = this.#stage;
    return {
      moment: () => (this.#atLive || this.#finished ? null : stage.now),
      now: () => stage.now,
      moving: () => stage.playing && !stage.dry,
      ahead: () => stage.ahead,
      settled: () => this.#settled,
      pictured: () => stage.pictured && stage.pictureAge <= FROZEN_MS,
      ended: () => this.#finished,
      asked: () => this.#beside?.asked ?? false,
      goTo: (ms) => this.#goTo(ms),
      changed: () => this.#paint(),
      said: (entry) => this.#later.tell(entry),
      scripted: () => this.#beside?.scripted ?? false,
      opened: () => this.#beside?.opened(),
    };
  }

  #take(entry: Entry, fresh: boolean): void {
    this.#saidAt = performance.now();
    if (entry.track.startsWith("captions/")) this.#later.tell(entry);
    this.#easel.entry(entry, this.#controller.following);
    this.#stage.take(entry, fresh);
    if (entry.track === "audio" && !(entry.flags & INIT))
      this.#voice.take(entry.t, entry.duration, sampleSizes(entry.payload));
  }

  // -- what goes on beside it ---------------------------------------------------------------------------------------

  get #beside(): Beside | null {
    return this.#later?.here ?? null;
  }

  /** The voice and the page of the board are here, or what keeps them away will do so for a while. */
  get #settled(): boolean {
    if (performance.now() - this.#beganAt > SETTLED_MS) return true;
    const { state, kept } = this.dataset;
    const waits = state !== "connecting" && !this.#stage.playing;
    return waits || (!this.#stage.dry && kept !== "");
  }

  #besideLesson(): BesideLesson {
    return {
      onAir: () => this.#end > 0 && !this.#over,
      line: () => ({
        rung: Number(this.#controller.rung?.slice(6) ?? 0),
        wanted: this.#quality.height > 0 && this.#controller.heights.length > 0,
        poor: this.#rungWhy === "slow" && this.#controller.rung === null,
        behind: this.#end - this.#stage.now,
      }),
      hush: (hushed) => this.#hush(hushed),
      ground: () => this.#easel.ground,
      goTo: (ms) => this.#goTo(ms),
      changed: () => this.#paint(),
    };
  }

  #hear(notice: Readonly<Record<string, unknown>>): void {
    this.#heardAt = performance.now();
    this.#easel.notice(notice, this.#controller.following);
    if (notice.notice === "hello") {
      this.#saidAt = performance.now();
      this.#stage.endTold = this.#controller.end / 1000;
      this.#tellWhatWasMissed();
    }
    if (notice.notice === "rung") {
      this.#rungWhy = String(notice.why);
      this.#quality.tight = this.#controller.rung === null && this.#rungWhy === "slow";
      if (this.#atLive) remember(this.#controller.rung);
    }
    if (notice.notice === "end") this.#stage.complete = notice.why === "sealed";
  }

  #goLive(): void {
    this.#stage.restart(null);
    this.#controller.start("live");
    this.#stage.play();
  }

  #goTo(ms: number): void {
    const at = Math.max(0, Math.min(ms, this.#end));
    if (this.#stage.seek(at, this.#controller.picturedAt(at))) {
      this.#controller.poke();
    } else {
      this.#stage.restart(at / 1000);
      this.#controller.start(Math.round(at));
    }
    this.#stage.play();
    this.#paint();
  }

  #toLive(): void {
    const near = this.#controller.state.name === "live" && this.#stage.bufferedEnd > this.#end - NEAR_END_MS;
    if (!near) this.#goLive();
    else {
      this.#stage.toEnd();
      this.#stage.play();
    }
  }

  /** Out of touch for long: it goes on live, and offers what was missed. */
  #skip(): void {
    this.#missed ??= { from: this.#stage.now, end: this.#controller.end };
    this.#stage.restart(null);
    this.#stage.play();
  }

  #tellWhatWasMissed(): void {
    if (!this.#missed) return;
    const { from, end } = this.#missed;
    this.#missed = null;
    const time = this.#controller.end - end;
    if (time < WORTH_TELLING_MS) return;
    const text = word("classroom.missed", { time: clock(time) });
    this.#notes.say(text, 30_000, "seemissed", () => this.#goTo(from));
  }

  get #end(): number {
    const told = this.#facts.status === "ended" ? (this.#facts.duration_ms ?? 0) : 0;
    return Math.max(this.#controller.end, told);
  }

  get #over(): boolean {
    return this.#controller.sealed || this.#facts.status === "ended";
  }

  get #atLive(): boolean {
    return this.#stage.atEnd && !this.#over;
  }

  // -- the picture's size -------------------------------------------------------------------------------------------

  #fitPicture(): void {
    const { height } = this.#quality;
    if (height === this.#controller.video) return;
    if (this.#atLive) this.#controller.choose(height);
    else this.#controller.video = height;
  }

  #pickQuality(value: string): void {
    this.#quality.chosen = value;
    const { height } = this.#quality;
    this.#rungWhy = "";
    this.#stage.showPicture(height > 0);
    if (this.#atLive) {
      this.#controller.choose(height);
      return;
    }
    // Rewound, up to half a minute lies ready in the old size.
    this.#controller.video = height;
    this.#askAnew();
  }

  /** What lies ready will not do: ask for it again, from here. */
  #askAnew(): void {
    if (this.#atLive) {
      this.#goLive();
      return;
    }
    const now = this.#stage.now;
    this.#stage.restart(now / 1000);
    this.#controller.start(Math.round(now));
  }

  // -- what people do -----------------------------------------------------------------------------------------------

  #hands(): Hands {
    return {
      act: (name) => this.#act(name),
      seek: (ms) => this.#goTo(ms),
      volume: (level) => this.#setVolume(level),
      speed: (rate) => this.#stage.setSpeed(rate),
      quality: (value) => this.#pickQuality(value),
      menu: () => void this.#controller.look(),
      awake: () => {
        this.#controller.hurry();
        this.#beside?.hurry();
        this.#easel.hurry();
      },
      leaving: () => this.#keepPlace(),
    };
  }

  #act(act: string): void {
    const stage = this.#stage;
    if (/^[+-]\d+$/.test(act)) this.#goTo(stage.now + Number(act) * 1000);
    else if (!this.#easel.act(act)) this.#acts[act]?.();
    this.#paint();
  }

  readonly #acts: Readonly<Record<string, () => void>> = {
    toggle: () => this.#toggle(),
    tap: () => this.#unblock(),
    mute: () => this.#mute(!this.#stage.audio.muted),
    louder: () => this.#setVolume(this.#stage.audio.volume + 0.1),
    softer: () => this.#setVolume(this.#stage.audio.volume - 0.1),
    live: () => this.#over || this.#toLive(),
    back: () => this.#goTo(this.#stage.now - 30_000),
    start: () => this.#goTo(0),
    end: () => (this.#over ? this.#goTo(this.#end - 3000) : this.#toLive()),
    slower: () => this.#stepSpeed(-1),
    faster: () => this.#stepSpeed(1),
    full: () => this.#screen.toggle(this.#painter.part("video")),
    keys: () => this.#painter.showKeys(),
    note: () => this.#notes.press(),
    raise: () => this.#later.raise(),
  };

  #toggle(): void {
    if (this.#blocked) this.#unblock();
    else if (this.#stage.playing) this.#stage.pause();
    else if (this.#finished) this.#goTo(0);
    else this.#stage.play();
  }

  #block(what: "sound" | "all"): void {
    this.#blocked = what === "all";
    this.#painter.part(".tap span").textContent = word(
      what === "all" ? "classroom.tapplay" : "classroom.tapsound",
    );
    this.#painter.part(".tap").hidden = false;
    this.#paint();
  }

  #unblock(): void {
    this.#blocked = false;
    this.#mute(false);
    this.#stage.play();
  }

  #mute(muted: boolean): void {
    if (muted) this.#stage.audio.muted = true;
    else if (this.#stage.unmute()) this.#askAnew();
    if (!muted) this.#painter.part(".tap").hidden = true;
  }

  /** The class hears the studio otherwise: nothing of the lesson's own sound, until it is back at the end of it. */
  #hush(hushed: boolean): void {
    if (hushed) {
      this.#wasMuted = this.#stage.audio.muted;
      this.#stage.audio.muted = true;
    } else if (!this.#wasMuted) {
      this.#mute(false);
      if (!this.#over) this.#toLive();
    }
  }

  #setVolume(volume: number): void {
    this.#stage.audio.volume = Math.max(0, Math.min(1, volume));
    this.#painter.part<HTMLInputElement>(".volume").value = String(this.#stage.audio.volume);
    if (volume > 0) this.#mute(false);
  }

  #stepSpeed(by: number): void {
    const select = this.#painter.part<HTMLSelectElement>("[data-pick=speed]");
    select.selectedIndex = Math.max(0, Math.min(select.options.length - 1, select.selectedIndex + by));
    this.#stage.setSpeed(Number(select.value));
  }

  #keepPlace(): void {
    if (this.#over) this.#place.write(this.#stage.now, this.#end);
  }

  // -- what people see ----------------------------------------------------------------------------------------------

  #fail(text: string): void {
    this.#lost = true;
    this.dataset.state = "failed";
    this.#painter.part(".message").textContent = text;
  }

  /** A beat that comes much too late: the computer slept, and the line that it knew is surely gone. */
  #beat(): void {
    const now = Date.now();
    if (now - this.#beatAt > SLEPT_MS) {
      this.#controller.hurry();
      this.#before?.hurry();
    }
    this.#beatAt = now;
    if (this.#end > 0 || this.#over) this.#before = null;
    if (!document.hidden) this.#before?.beat();
    this.#count();
    this.#paint();
    if (!this.#settled) return;
    this.#controller.relax();
    if (this.#later.here) return;
    this.classList.add("settled");
    dropEarly();
    void this.#later.come();
  }

  #count(): void {
    const stage = this.#stage;
    const live = !this.#over && this.#end - stage.now <= STILL_LIVE_MS;
    const playing = stage.playing && !stage.dry;
    this.#beside?.feed({ at: performance.now(), now: stage.now, playing, live }, this.#over);
  }

  get #finished(): boolean {
    return this.#over && this.#end > 0 && (this.#stage.now >= this.#end - FINISHED_MS || this.#stage.spent);
  }

  #paint(): void {
    if (this.#lost) return;
    const stage = this.#stage;
    if (this.#finished && stage.playing) {
      stage.pause();
      this.#place.forget();
    }
    const state = this.#state();
    const view = this.#view(state);
    Object.assign(this.dataset, {
      state,
      positionMs: String(Math.round(view.now)),
      latencyMs: String(Math.round(view.end - view.now)),
      rung: this.#controller.rung ?? "",
      stalls: String(stage.clock.stalls),
      playing: String(stage.playing && !stage.dry),
    });
    this.#easel.paint(view.end);
    this.classList.toggle("pictured", stage.pictured && state !== "ended");
    this.classList.toggle("showing", this.#easel.showing);
    this.classList.toggle("frozen", stage.pictureAge > FROZEN_MS);
    this.classList.toggle("paused", !stage.playing);
    this.#painter.paint(view);
    this.#beside?.paint(view.now, this.#over, this.#easel.titles, this.#easel.open);
  }

  #state(): ClassroomState {
    return stateOf({
      unplayable: this.#stage.unplayable === "lesson",
      blocked: this.#blocked,
      line: this.#controller.state.name,
      begun: this.#end > 0,
      over: this.#over,
      finished: this.#finished,
      atEnd: this.#stage.atEnd,
    });
  }

  #view(state: ClassroomState): View {
    const [stage, controller, now] = [this.#stage, this.#controller, performance.now()];
    if (!stage.dry || !stage.playing) this.#dryAt = now;
    const line = lineMessage({
      state,
      why: this.#quality.voiceOnly ? "slow" : this.#rungWhy,
      rung: controller.rung,
      wantsPicture: this.#quality.height > 0 || this.#quality.voiceOnly,
      silentMs: this.#heardAt > this.#saidAt ? now - this.#saidAt : 0,
      silentAfterMs: SILENT_MS,
      dry: now - this.#dryAt > PATIENCE_MS,
      atLive: this.#atLive,
      unplayable: stage.unplayable,
    });
    return {
      state,
      now: stage.now,
      end: this.#end,
      ready: stage.ready,
      playing: stage.playing,
      muted: stage.audio.muted,
      atLive: this.#atLive,
      over: this.#over,
      full: this.#screen.full,
      line,
      note: this.#notes.now,
      carried: Number(controller.rung?.slice(6) ?? 0),
      chosen: this.#quality.chosen,
      hls: this.#facts.hls,
      hour: this.#hour,
    };
  }

  get #hour(): View["hour"] {
    const hour = this.#end > 0 || this.#over ? null : this.#before?.hour;
    return hour
      ? { words: hour.words, left: leftWords(hour.left, language(), word("classroom.soon")) }
      : null;
  }

  #paintVoice(): void {
    if (this.classList.contains("showing") || document.hidden) return;
    const now = this.#stage.playing && !this.#stage.dry ? this.#stage.now : -1e9;
    this.#painter.voice((count, step) => this.#voice.bars(now, count, step));
  }
}
