/** Fills the parts of the face with what is so now. Nothing is decided here, and nothing is written that stands there already. */
import { clock } from "../ui/facts";
import { word } from "../ui/words";
import type { Chapter } from "./chapters";
import { icon, VOICE_BARS } from "./face";
import type { LineMessage } from "./line";
import { profileFor } from "./profiles";
import type { ClassroomState } from "./state";

const VOICE_STEP_MS = 90;

/** Everything that can be seen. Times in ms on the lesson's clock. */
export interface View {
  readonly state: ClassroomState;
  readonly now: number;
  readonly end: number;
  readonly ready: readonly { begin: number; end: number }[];
  readonly playing: boolean;
  readonly muted: boolean;
  readonly atLive: boolean;
  readonly over: boolean;
  readonly full: boolean;
  readonly line: LineMessage | null;
  /** Said for a while, with a button where `act` is given. */
  readonly note: { readonly text: string; readonly act: string } | null;
  /** Lines of the picture that comes; 0: none. */
  readonly carried: number;
  /** The name of the chosen profile, or `auto`. */
  readonly chosen: string;
  readonly hls: string;
  /** Until it begins: the hour it is planned for, and how long until then (empty: nobody knows). */
  readonly hour: { readonly words: string; readonly left: string } | null;
}

export class Painter {
  #held = false;
  #profile = "";
  #chapters: readonly Chapter[] = [];
  #marked = 0;

  constructor(private readonly face: HTMLElement) {}

  part<T extends HTMLElement = HTMLElement>(selector: string): T {
    const found = this.face.querySelector<T>(selector);
    if (!found) throw new Error(selector);
    return found;
  }

  /** The handle of the seek bar is being held at this moment. */
  hold(ms: number): void {
    this.#held = true;
    this.#say(".now", clock(ms));
    this.#stretch(".done", ms, Number(this.part<HTMLInputElement>(".seek").max));
  }

  release(): void {
    this.#held = false;
  }

  paint(view: View): void {
    this.#rail(view);
    this.#buttons(view);
    this.#words(view);
    this.#hour(view);
    this.#quality(view);
  }

  /** Where the parts of the lesson begin, on the seek bar. */
  marks(chapters: readonly Chapter[], end: number, nameOf: (chapter: Chapter) => string): void {
    if (chapters === this.#chapters && end === this.#marked) return;
    [this.#chapters, this.#marked] = [chapters, end];
    const shown = chapters.filter((chapter) => chapter.t > 0 && chapter.t < end);
    const marks = shown.map((chapter) => {
      const mark = Object.assign(document.createElement("i"), { title: nameOf(chapter) });
      mark.style.insetInlineStart = `${((chapter.t / end) * 100).toFixed(2)}%`;
      return mark;
    });
    this.part(".marks").replaceChildren(...marks);
  }

  showKeys(): void {
    const list = this.part<HTMLDialogElement>("dialog.keys");
    if (!list.open) list.showModal();
  }

  /** The voice's bars, 0 to 1. */
  voice(bars: (count: number, step: number) => readonly number[]): void {
    const holder = this.part(".voice");
    for (const [i, level] of bars(VOICE_BARS, VOICE_STEP_MS).entries())
      (holder.children[i] as HTMLElement).style.transform = `scaleY(${(0.06 + level * 0.94).toFixed(2)})`;
  }

  #rail({ now, end, atLive, ready }: View): void {
    const seek = this.part<HTMLInputElement>(".seek");
    const shown = atLive ? end : now;
    seek.max = String(Math.round(end));
    this.#say(".end", clock(end));
    if (!this.#held) {
      seek.value = String(Math.round(shown));
      this.#say(".now", clock(now));
      seek.setAttribute("aria-valuetext", `${clock(now)} / ${clock(end)}`);
      this.#stretch(".done", shown, end);
    }
    const percent = (ms: number) => `${end ? Math.min(100, (ms / end) * 100).toFixed(2) : 0}%`;
    const ranges = ready.map(
      ({ begin, end: to }) =>
        `transparent ${percent(begin)}, currentcolor ${percent(begin)}, currentcolor ${percent(to)}, transparent ${percent(to)}`,
    );
    this.part(".loaded").style.backgroundImage = ranges.length
      ? `linear-gradient(to right, ${ranges.join(", ")})`
      : "none";
  }

  #stretch(selector: string, ms: number, end: number): void {
    this.part(selector).style.transform = `scaleX(${end ? Math.min(1, ms / end).toFixed(4) : 0})`;
  }

  #buttons(view: View): void {
    this.#button("toggle", view.playing ? "pause" : "play", view.playing ? "pause" : "play");
    this.#button("mute", view.muted ? "unmute" : "mute", view.muted ? "mute" : "sound");
    this.#button("full", view.full ? "unfull" : "full", view.full ? "small" : "full");
    const live = this.part("[data-live]");
    live.hidden = view.over || view.end === 0;
    live.classList.toggle("now-live", view.atLive);
    live.title = word(view.atLive ? "classroom.follow" : "classroom.tolive");
    this.#say("[data-live] span", word(view.atLive ? "classroom.live" : "classroom.tolive"));
    const lag = view.over || view.atLive || view.end === 0 ? "" : `−${clock(view.end - view.now)}`;
    this.#say(".lag", lag);
    this.part(".again").hidden = view.state !== "ended";
  }

  #button(act: string, label: string, picture: Parameters<typeof icon>[0]): void {
    const button = this.part(`[data-act=${act}]`);
    const text = word(`classroom.${label}`);
    if (button.ariaLabel === text) return;
    button.ariaLabel = button.title = text;
    button.innerHTML = icon(picture);
  }

  #words({ state, line, note, hls, hour }: View): void {
    const text = note?.text ?? (line ? word(`classroom.${line}`) : "");
    const shown = this.part(".line");
    this.#say(".line span", text);
    shown.hidden = text === "" || state === "before" || state === "connecting";
    const act = this.part("[data-act=note]");
    act.hidden = !note?.act;
    if (note?.act) this.#say("[data-act=note]", word(`classroom.${note.act}`));
    if (state === "unplayable") this.offerHls(hls);
    else this.#say(".message", this.#message(state, hour !== null && hour.left !== ""));
  }

  #hour({ hour }: View): void {
    this.part(".hour").hidden = hour === null;
    this.part(".left").hidden = !hour?.left;
    this.#say(".hour", hour?.words ?? "");
    this.#say(".left", hour?.left ?? "");
  }

  /** `counted`: how long until then stands there already. */
  #message(state: ClassroomState, counted: boolean): string {
    if (state === "before") return word(counted ? "classroom.opens" : "classroom.waiting");
    if (state === "connecting") return word("classroom.connecting");
    return state === "ended" ? word("classroom.ended") : "";
  }

  /** The address that any player opens. */
  offerHls(hls: string): void {
    const where = this.part(".message");
    if (where.querySelector("a")) return;
    const address = new URL(hls, location.href).href;
    const link = Object.assign(document.createElement("a"), {
      href: address,
      textContent: address,
      dir: "ltr",
    });
    where.replaceChildren(word("classroom.unplayable"), document.createElement("br"), link);
  }

  /** By itself, it tells which profile the line is in now. */
  #quality({ carried, chosen, atLive }: View): void {
    const now = chosen === "auto" && atLive ? profileFor(carried).kbit : 0;
    const told = `${chosen} ${now}`;
    if (told === this.#profile) return;
    this.#profile = told;
    const select = this.part<HTMLSelectElement>("[data-pick=quality]");
    const auto = select.options[0] as HTMLOptionElement;
    auto.text = word("classroom.auto") + (now ? ` · ${word("classroom.kbit", { n: now })}` : "");
    select.value = chosen;
  }

  #say(selector: string, text: string): void {
    const part = this.part(selector);
    if (part.textContent !== text) part.textContent = text;
  }
}
