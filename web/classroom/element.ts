/** `<halqa-classroom>`: a lesson, before, on air, rewound and for ever. Wires the controller to the stage and paints. */
import { Controller, type Listener } from "../follow/controller";
import { Stage } from "../stage/stage";
import { clock, type Facts, readFacts } from "../ui/facts";
import { word } from "../ui/words";
import type { Problem } from "../wire/tickets";
import { TicketHolder } from "../wire/tickets";
import { face, icon } from "./face";
import { keyActs } from "./keys";
import { lineMessage } from "./line";
import { Place } from "./place";

const HIDE_AFTER_MS = 3500;
const SILENT_MS = 9000;

export class Classroom extends HTMLElement {
  #facts!: Facts;
  #stage!: Stage;
  #controller!: Controller;
  #place!: Place;
  #quality: "auto" | number = "auto";
  #rungWhy = "";
  #rung: string | null = null;
  #lastEntryAt = performance.now();
  #hideTimer = 0;
  #painter = 0;
  #dragging = false;
  #shownRungs = "";
  #note = "";
  #noteUntil = 0;

  connectedCallback(): void {
    this.#facts = readFacts();
    this.innerHTML = face(this.#facts);
    if (!Stage.possible) {
      this.#playNatively();
      return;
    }
    this.#place = new Place(this.#facts.id);
    this.#stage = new Stage(this.#part("audio"), this.#part("video"), {
      changed: () => this.#paint(),
      blocked: () => {
        this.#part(".tap").hidden = false;
      },
    });
    const tickets = new TicketHolder(this.#facts.ticket, this.#facts.tickets, this.#facts.csrf);
    this.#controller = new Controller(this.#facts.timeline, tickets, this.#listener(), this.#height());
    this.#wire();
    this.#begin();
    this.#painter = window.setInterval(() => this.#paint(), 250);
  }

  disconnectedCallback(): void {
    window.clearInterval(this.#painter);
    this.#controller?.stop();
    this.#stage?.close();
  }

  // -- the lesson ---------------------------------------------------------------------------------------------------

  #begin(): void {
    if (this.#facts.status !== "ended") {
      this.#goLive();
      return;
    }
    const asked = Number(new URLSearchParams(location.search).get("t"));
    const kept = asked > 0 ? asked * 1000 : this.#place.read(this.#facts.duration_ms ?? 0);
    if (kept > 0 && !asked) this.#say(word("classroom.resumed"), 6000);
    this.#goTo(kept);
  }

  #listener(): Listener {
    return {
      entry: (entry) => {
        this.#lastEntryAt = performance.now();
        this.#stage.take(entry);
      },
      notice: (notice) => {
        if (notice.notice === "rung") {
          this.#rung = typeof notice.track === "string" ? notice.track : null;
          this.#rungWhy = String(notice.why);
        }
      },
      changed: () => this.#paint(),
      restarted: () => undefined,
      refused: (problem: Problem) => this.#fail(word("classroom.refused", { why: problem.message })),
      ahead: () => this.#stage.ahead,
    };
  }

  #goLive(): void {
    this.#stage.restart(null);
    this.#controller.start("live");
    this.#stage.play();
  }

  #goTo(ms: number): void {
    const at = Math.max(0, Math.min(ms, this.#end));
    if (this.#controller.cursor > 0 && this.#stage.seek(at)) {
      this.#controller.poke();
    } else {
      this.#stage.restart(at / 1000);
      this.#controller.start(Math.round(at));
    }
    this.#stage.play();
    this.#paint();
  }

  #toLive(): void {
    const near =
      this.#controller.state.name === "live" && this.#stage.bufferedEnd > this.#controller.end - 1500;
    if (near) {
      this.#stage.toEnd();
      this.#stage.play();
    } else {
      this.#goLive();
    }
  }

  get #end(): number {
    return Math.max(
      this.#controller.end,
      this.#facts.status === "ended" ? (this.#facts.duration_ms ?? 0) : 0,
    );
  }

  get #over(): boolean {
    return this.#controller.sealed || this.#facts.status === "ended";
  }

  #height(): number {
    if (this.#quality !== "auto") return this.#quality;
    const saving = (navigator as { connection?: { saveData?: boolean } }).connection?.saveData === true;
    if (saving) return 90;
    const lines = Math.max(this.clientHeight, 180) * Math.min(window.devicePixelRatio, 2);
    return lines > 500 ? 720 : lines > 230 ? 360 : 180;
  }

  // -- what people do -----------------------------------------------------------------------------------------------

  #wire(): void {
    this.addEventListener("click", (event) => {
      const act = (event.target as Element).closest<HTMLElement>("[data-act]")?.dataset.act;
      if (act) this.#act(act);
      else if ((event.target as Element).closest("video, .backdrop") && this.#stage.playing) this.#wakeBar();
    });
    const seek = this.#part<HTMLInputElement>(".seek");
    seek.addEventListener("input", () => {
      this.#dragging = true;
      this.#part(".now").textContent = clock(Number(seek.value));
    });
    seek.addEventListener("change", () => {
      this.#dragging = false;
      this.#goTo(Number(seek.value));
    });
    for (const select of this.querySelectorAll<HTMLSelectElement>("[data-pick]"))
      select.addEventListener("change", () => this.#pick(select.dataset.pick ?? "", select.value));
    document.addEventListener("keydown", (event) => {
      const act = keyActs(event);
      if (!act) return;
      event.preventDefault();
      this.#act(act);
      this.#wakeBar();
    });
    for (const name of ["pointermove", "pointerdown", "focusin"])
      this.addEventListener(name, () => this.#wakeBar());
    for (const name of ["online", "pageshow"]) window.addEventListener(name, () => this.#controller.hurry());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.#controller.hurry();
      else this.#keepPlace();
    });
    window.addEventListener("pagehide", () => this.#keepPlace());
    this.#session();
    this.#wakeBar();
  }

  #act(act: string): void {
    const stage = this.#stage;
    switch (act) {
      case "toggle":
        if (stage.playing) stage.pause();
        else if (this.#over && stage.now >= this.#end - 300) this.#goTo(0);
        else stage.play();
        break;
      case "tap":
        stage.audio.muted = false;
        this.#part(".tap").hidden = true;
        stage.play();
        break;
      case "mute":
        stage.audio.muted = !stage.audio.muted;
        if (!stage.audio.muted) this.#part(".tap").hidden = true;
        break;
      case "live":
        if (this.#over) break;
        this.#toLive();
        break;
      case "back":
        this.#goTo(stage.now - 30_000);
        break;
      case "-10":
      case "+10":
        this.#goTo(stage.now + Number(act) * 1000);
        break;
      case "start":
        this.#goTo(0);
        break;
      case "end":
        if (this.#over) this.#goTo(this.#end - 3000);
        else this.#toLive();
        break;
      case "slower":
      case "faster":
        this.#step(act === "faster" ? 1 : -1);
        break;
      case "full":
        if (document.fullscreenElement) void document.exitFullscreen();
        else void this.requestFullscreen?.().catch(() => undefined);
        break;
      case "keys":
        this.#say(word("classroom.keyslist"), 8000);
        break;
    }
    this.#paint();
  }

  #pick(what: string, value: string): void {
    if (what === "speed") {
      this.#stage.setSpeed(Number(value));
      return;
    }
    this.#quality = value === "auto" ? "auto" : Number(value);
    const live = this.#controller.state.name === "live" && this.#stage.atEnd && !this.#over;
    const now = this.#stage.now;
    this.#stage.restart(live ? null : now / 1000);
    this.#controller.video = this.#height();
    this.#controller.start(live ? "live" : Math.round(now));
  }

  #step(by: number): void {
    const select = this.#part<HTMLSelectElement>("[data-pick=speed]");
    const index = Math.max(0, Math.min(select.options.length - 1, select.selectedIndex + by));
    select.selectedIndex = index;
    this.#pick("speed", select.value);
  }

  #keepPlace(): void {
    if (this.#over) this.#place.write(this.#stage.now, this.#end);
  }

  #session(): void {
    const session = navigator.mediaSession;
    if (!session) return;
    session.metadata = new MediaMetadata({
      title: this.#facts.title,
      artist: this.#facts.teacher,
      album: "Halqa",
    });
    session.setActionHandler("play", () => this.#act("toggle"));
    session.setActionHandler("pause", () => this.#act("toggle"));
    session.setActionHandler("seekbackward", () => this.#act("-10"));
    session.setActionHandler("seekforward", () => this.#act("+10"));
  }

  // -- what people see ----------------------------------------------------------------------------------------------

  #part<T extends HTMLElement = HTMLElement>(selector: string): T {
    const found = this.querySelector<T>(selector);
    if (!found) throw new Error(selector);
    return found;
  }

  #wakeBar(): void {
    this.classList.add("awake");
    window.clearTimeout(this.#hideTimer);
    this.#hideTimer = window.setTimeout(() => this.classList.remove("awake"), HIDE_AFTER_MS);
  }

  #say(text: string, ms: number): void {
    this.#note = text;
    this.#noteUntil = performance.now() + ms;
  }

  #fail(text: string): void {
    this.dataset.state = "failed";
    this.#part(".message").textContent = text;
  }

  #paint(): void {
    if (this.dataset.state === "failed") return;
    const [stage, controller] = [this.#stage, this.#controller];
    const [now, end] = [stage.now, this.#end];
    const begun = end > 0;
    const finished = this.#over && begun && now >= end - 300;
    if (finished && stage.playing) {
      stage.pause();
      this.#place.forget();
    }
    const atLive = stage.atEnd && !this.#over;
    const state = stage.unplayable
      ? "unplayable"
      : !begun && !this.#over
        ? controller.state.name === "waiting"
          ? "waiting"
          : "before"
        : controller.state.name === "waiting"
          ? "waiting"
          : this.#over
            ? finished
              ? "ended"
              : "replay"
            : atLive
              ? "live"
              : "behind";
    this.dataset.state = state;
    this.dataset.positionMs = String(Math.round(now));
    this.dataset.latencyMs = String(Math.round(end - now));
    this.dataset.rung = this.#rung ?? "";
    this.dataset.stalls = String(stage.clock.stalls);
    this.dataset.playing = String(stage.playing && !stage.dry);
    this.classList.toggle("pictured", stage.pictured);
    this.classList.toggle("paused", !stage.playing);
    this.#paintBar(now, end, atLive);
    this.#paintWords(state, atLive);
  }

  #paintBar(now: number, end: number, atLive: boolean): void {
    const seek = this.#part<HTMLInputElement>(".seek");
    seek.max = String(Math.round(end));
    if (!this.#dragging) {
      seek.value = String(Math.round(atLive ? end : now));
      this.#part(".now").textContent = clock(now);
      seek.setAttribute("aria-valuetext", `${clock(now)} / ${clock(end)}`);
    }
    this.#part(".slider").style.setProperty(
      "--done",
      `${end ? Math.min(100, ((atLive ? end : now) / end) * 100) : 0}%`,
    );
    this.#part(".slider").style.setProperty(
      "--ready",
      `${end ? Math.min(100, ((now + this.#stage.ahead) / end) * 100) : 0}%`,
    );
    this.#part(".end").textContent = clock(end);
    const toggle = this.#part("[data-act=toggle]");
    const playing = this.#stage.playing;
    const label = word(playing ? "classroom.pause" : "classroom.play");
    if (toggle.ariaLabel !== label) {
      toggle.ariaLabel = toggle.title = label;
      toggle.innerHTML = icon(playing ? "pause" : "play");
    }
    const mute = this.#part("[data-act=mute]");
    const muted = this.#stage.audio.muted;
    const muteLabel = word(muted ? "classroom.unmute" : "classroom.mute");
    if (mute.ariaLabel !== muteLabel) {
      mute.ariaLabel = mute.title = muteLabel;
      mute.innerHTML = icon(muted ? "mute" : "sound");
    }
    const live = this.#part("[data-live]");
    live.hidden = this.#over || end === 0;
    live.classList.toggle("now-live", atLive);
    live.ariaPressed = String(atLive);
    this.#paintRungs();
  }

  #paintRungs(): void {
    const rungs = Object.keys(this.#controller.tracks)
      .filter((name) => name.startsWith("video/"))
      .map((name) => Number(name.slice(6)))
      .sort((a, b) => b - a);
    if (rungs.join() === this.#shownRungs) return;
    this.#shownRungs = rungs.join();
    const select = this.#part<HTMLSelectElement>("[data-pick=quality]");
    const chosen = select.value;
    for (const option of [...select.options])
      if (option.value !== "auto" && option.value !== "0") option.remove();
    for (const rung of rungs)
      select.add(new Option(word("classroom.lines", { n: rung }), String(rung)), select.options.length - 1);
    select.value = [...select.options].some((option) => option.value === chosen) ? chosen : "auto";
  }

  #paintWords(state: string, atLive: boolean): void {
    const line = lineMessage({
      state,
      why: this.#rungWhy,
      rung: this.#rung,
      wantsPicture: this.#quality !== 0,
      silentMs: performance.now() - this.#lastEntryAt,
      silentAfterMs: SILENT_MS,
      dry: this.#stage.dry && this.#stage.playing,
      atLive,
    });
    const text = performance.now() < this.#noteUntil ? this.#note : line ? word(`classroom.${line}`) : "";
    const shown = this.#part(".line");
    if (shown.textContent !== text) shown.textContent = text;
    shown.hidden = text === "" || state === "before";
    const message =
      state === "before" ? word("classroom.waiting") : state === "ended" ? word("classroom.ended") : "";
    const said = this.#part(".message");
    if (state === "unplayable") this.#offerHls(said);
    else if (said.textContent !== message) said.textContent = message;
  }

  #offerHls(where: HTMLElement): void {
    if (where.querySelector("a")) return;
    const address = new URL(this.#facts.hls, location.href).href;
    const link = Object.assign(document.createElement("a"), {
      href: address,
      textContent: address,
      dir: "ltr",
    });
    where.replaceChildren(word("classroom.unplayable"), document.createElement("br"), link);
  }

  /** A phone without Media Source Extensions: its own player, with its own controls, on the HLS address. */
  #playNatively(): void {
    const video = this.#part<HTMLVideoElement>("video");
    this.dataset.state = "native";
    if (video.canPlayType("application/vnd.apple.mpegurl")) {
      video.src = this.#facts.hls;
      video.controls = true;
      video.removeAttribute("aria-hidden");
      this.classList.add("pictured", "native");
    } else {
      this.#offerHls(this.#part(".message"));
    }
  }
}
