/**
 * The class's hand and the floor: tells the studio that it is here and how its line is, raises its hand, and when it is given the
 * floor answers the studio's call. For tests and technicians: `data-hand`, `data-call`, `data-floor` (who has it).
 */
import { Callee } from "../floor/callee";
import { barsOf, HERE, TELL_MS, TELL_POOR_MS, tellGone, tellHere } from "../floor/here";
import type { Guest } from "../say/guest";
import type { Ground, LentPen } from "../slate/pen";
import { type Holder, readFact } from "../talk/facts";
import { plain } from "../ui/plain";
import { word } from "../ui/words";
import type { Entry } from "../wire/frames";
import { icon } from "./face";

const SEEN_MS = 8_000;

/** What the floor has to know of the lesson, and do to it. */
export interface FloorLesson {
  /** On air, whatever is being seen of it. */
  onAir(): boolean;
  /** The picture it sees, whether it wants one, whether the server has no room for one; ms behind what was said last. */
  line(): {
    readonly rung: number;
    readonly wanted: boolean;
    readonly poor: boolean;
    readonly behind: number;
  };
  /** While it hears the studio through the call, the lesson's own sound is silent. */
  hush(hushed: boolean): void;
  /** Do this once the class has a name. */
  named(then: () => void): void;
  /** Let it write to the teacher. */
  write(): void;
  /** The page of the board that is shown. */
  ground(): Ground | null;
}

export class ClassFloor {
  readonly #callee: Callee;
  /** Brought when it is lent for the first time. */
  #pen: LentPen | null = null;
  readonly #root = document.createElement("aside");
  readonly #button: HTMLButtonElement;
  /** Who had the floor, from which moment on. */
  readonly #said: { readonly seq: number; readonly t: number; readonly classes: readonly Holder[] }[] = [];
  #now = 0;
  #raisedAt: number | null = null;
  #seenAt = Number.NEGATIVE_INFINITY;
  #toldAt = Number.NEGATIVE_INFINITY;
  #told = "";
  #muted = false;
  #hushed = false;

  constructor(
    private readonly face: HTMLElement,
    private readonly guest: Guest,
    private readonly timeline: string,
    private readonly lesson: FloorLesson,
    signal: AbortSignal,
  ) {
    this.#callee = new Callee({
      show: (payload) => void guest.pass(`private/${guest.voice}-call`, payload),
      changed: () => this.#changed(),
      came: (stream) => this.#came(stream),
      lowered: () => {
        this.#raisedAt = null;
        this.#seenAt = performance.now();
        this.#changed();
      },
      lent: (ticket) => void this.#lend(ticket),
    });
    guest.confide({
      passing: ({ track, payload }) => {
        if (track === `private/${guest.voice}-call`) void this.#callee.hear(payload);
      },
    });
    this.#button = document.createElement("button");
    this.#button.type = "button";
    this.#button.className = "control raise";
    this.#button.hidden = true;
    this.#button.innerHTML = `${icon("hand")}<span></span>`;
    this.#button.addEventListener("click", () => this.raise());
    face.querySelector(".asks")?.prepend(this.#button);
    this.#root.className = "floor";
    this.#root.hidden = true;
    this.#root.innerHTML = markup();
    this.#root.addEventListener("click", (event) => {
      const act = (event.target as Element).closest<HTMLElement>("[data-do]")?.dataset.do;
      if (act === "giveback") this.#callee.giveBack();
      if (act === "undo") this.#pen?.undo();
      if (act === "colour" && this.#pen)
        this.#pen.colour = Number(
          (event.target as Element).closest<HTMLElement>("[data-value]")?.dataset.value,
        );
      if (act === "write") this.lesson.write();
      if (act === "mute") {
        this.#muted = !this.#muted;
        this.#callee.mute(this.#muted);
      }
      this.#paint();
    });
    face.querySelector(".theatre")?.append(this.#root);
    window.addEventListener("pagehide", () => this.#farewell(), { signal });
    // A page that comes back out of the browser's memory has lost nothing but its call.
    window.addEventListener("pageshow", () => this.#tell(true), { signal });
  }

  close(): void {
    this.#callee.end();
    this.#pen?.takeBack();
    this.#farewell();
  }

  /** An entry of `talk`; one that is known already does no harm. */
  take({ seq, t, payload }: Entry): void {
    if (this.#said.some((one) => one.seq === seq)) return;
    const fact = readFact(payload);
    if (fact?.fact !== "floor") return;
    this.#said.push({ seq, t, classes: fact.classes });
    this.#said.sort((a, b) => a.seq - b.seq);
    const mine = this.#mine !== null;
    if (!this.#mine?.pen) this.#pen?.takeBack();
    if (mine) this.#raisedAt = null;
    else if (this.#callee.state !== "none") this.#callee.end();
    this.#changed();
  }

  /** The hand goes up, or down. */
  raise(): void {
    if (!this.lesson.onAir()) return;
    if (this.#raisedAt !== null) this.#raisedAt = null;
    else if (this.guest.name) this.#raisedAt = performance.now();
    else
      this.lesson.named(() => {
        this.#raisedAt = performance.now();
        this.#changed();
      });
    this.#changed();
  }

  /** The moment being seen, ms. Called several times a second. */
  paint(now: number): void {
    this.#now = now;
    this.#tell(false);
    this.#paint();
  }

  async #lend(ticket: string): Promise<void> {
    const { LentPen } = await import("../slate/pen");
    this.#pen ??= new LentPen(
      this.timeline,
      () => this.guest.speaker,
      () => this.#paint(),
    );
    this.#pen.lend(ticket);
  }

  // -- what is told -------------------------------------------------------------------------------------------------

  #changed(): void {
    this.#tell(true);
    this.#paint();
  }

  /** That this class is here: now and then, and at once when something of it changed. */
  #tell(changed: boolean): void {
    if (!this.guest.voice || !this.guest.name || !this.lesson.onAir()) return;
    const { rung, wanted, poor, behind } = this.lesson.line();
    const line = barsOf(rung, wanted, poor);
    const now = performance.now();
    const call = this.#callee.state;
    const kind = `${this.guest.name} ${this.#raisedAt !== null} ${line} ${call}`;
    const due = now - this.#toldAt > (line === 1 ? TELL_POOR_MS : TELL_MS);
    if (!due && !(changed && kind !== this.#told)) return;
    this.#toldAt = now;
    this.#told = kind;
    const hand = this.#raisedAt === null ? null : Math.round(now - this.#raisedAt);
    const here = { who: this.guest.name, hand, line, rung, behind: Math.max(0, Math.round(behind)), call };
    void this.guest.pass(HERE, tellHere(here)).then((shown) => {
      // A hand that could not be shown goes up as soon as there is a line.
      if (!shown) this.#toldAt = Math.min(this.#toldAt, performance.now() - TELL_MS + 1_000);
    });
  }

  #farewell(): void {
    if (this.guest.voice && this.lesson.onAir()) this.guest.passAway(HERE, tellGone(this.guest.name));
    this.#toldAt = Number.NEGATIVE_INFINITY;
  }

  // -- what people see ----------------------------------------------------------------------------------------------

  /** This class among those that have the floor now. */
  get #mine(): Holder | null {
    return this.#said.at(-1)?.classes.find((one) => one.voice === this.guest.voice) ?? null;
  }

  #came(stream: MediaStream): void {
    const player = this.#part<HTMLVideoElement>(".studio");
    if (player.srcObject !== stream) player.srcObject = stream;
    void player.play().catch(() => undefined);
  }

  #paint(): void {
    const call = this.#callee.state;
    const onAir = this.lesson.onAir();
    const holding = onAir && call !== "none";
    const talking = call === "voice" || call === "picture";
    if (talking !== this.#hushed) {
      this.#hushed = talking;
      this.lesson.hush(talking);
    }
    this.#paintButton(onAir && this.#now > 0 && !holding);
    this.#root.hidden = !holding && this.#others().length === 0;
    this.#root.classList.toggle("holding", holding);
    const others = this.#others();
    this.face.dataset.floor = others.join();
    this.face.dataset.hand = this.#raisedAt === null ? "down" : "up";
    this.face.dataset.call = call;
    const names = new Intl.ListFormat(document.documentElement.lang || "fr").format(others);
    const pen = holding && this.#pen?.lent === true && this.#mine?.pen === true;
    this.#pen?.on(pen ? this.lesson.ground() : null);
    this.face.classList.toggle("penned", pen);
    this.#part(".pens").hidden = !pen;
    for (const one of this.#root.querySelectorAll<HTMLElement>("[data-do=colour]"))
      one.ariaPressed = String(Number(one.dataset.value) === this.#pen?.colour);
    this.#part<HTMLButtonElement>("[data-do=undo]").disabled = !this.#pen?.canUndo;
    const text = holding
      ? ""
      : word(others.length > 1 ? "floor.hasmore" : "floor.has", { who: `\u2068${names}\u2069` });
    set(this.#part(".who"), text);
    this.#part(".who").hidden = holding;
    this.#part(".mine").hidden = !holding;
    if (!holding) return;
    set(this.#part(".how"), word(talking && this.#muted ? "floor.muted" : `floor.${call}`));
    const without = call === "refused" || call === "failed";
    this.#part("[data-do=write]").hidden = !without;
    const mute = this.#part<HTMLButtonElement>("[data-do=mute]");
    mute.hidden = !talking;
    mute.ariaPressed = String(this.#muted);
    set(mute, word(this.#muted ? "floor.unmute" : "floor.mute"));
    const own = this.#part<HTMLVideoElement>(".own");
    const shown = call === "picture" ? this.#callee.own : null;
    if (own.srcObject !== shown) own.srcObject = shown;
    own.hidden = shown === null;
    const studio = this.#part<HTMLVideoElement>(".studio");
    studio.classList.toggle("heard", !talking || studio.videoWidth === 0);
  }

  #paintButton(shown: boolean): void {
    const button = this.#button;
    button.hidden = !shown;
    const up = this.#raisedAt !== null;
    button.ariaPressed = String(up);
    const seen = !up && performance.now() - this.#seenAt < SEEN_MS;
    set(
      button.querySelector("span") as HTMLElement,
      word(`floor.${up ? "raised" : seen ? "seen" : "raise"}`),
    );
    button.title = word(up ? "floor.lower" : "floor.raise");
  }

  /** The names of those that have the floor at the moment being seen, but for this class on air. */
  #others(): string[] {
    const held = this.#said.findLast((one) => one.t <= this.#now)?.classes ?? [];
    return held
      .filter((one) => !(this.lesson.onAir() && one.voice === this.guest.voice))
      .map((one) => one.who);
  }

  #part<T extends HTMLElement = HTMLElement>(selector: string): T {
    return this.#root.querySelector(selector) as T;
  }
}

function set(part: HTMLElement, text: string): void {
  if (part.textContent !== text) part.textContent = text;
}

function markup(): string {
  const w = (key: string) => plain(word(`floor.${key}`));
  const pens = [5, 1, 3, 0]
    .map(
      (colour) =>
        `<button type="button" class="swatch" data-do="colour" data-value="${colour}" aria-pressed="false" aria-label="${plain(word(`slate.colour${colour}`))}" title="${plain(word(`slate.colour${colour}`))}"><i></i></button>`,
    )
    .join("");
  return `<p class="who" role="status"></p>
    <div class="mine" hidden>
      <div class="faces"><video class="studio" playsinline autoplay aria-label="${w("studio")}"></video><video class="own" muted playsinline autoplay aria-label="${w("you")}" hidden></video></div>
      <div class="said"><h2>${w("yours")}</h2><p class="how" role="status"></p>
      <div class="pens board-colours" hidden><p>${w("pen")}</p>${pens}<button type="button" class="button" data-do="undo">${w("undo")}</button></div>
      <p class="row"><button type="button" class="button primary" data-do="write" hidden>${w("write")}</button><button type="button" class="button" data-do="mute" aria-pressed="false" hidden>${w("mute")}</button><button type="button" class="button" data-do="giveback">${w("giveback")}</button></p></div>
    </div>`;
}
