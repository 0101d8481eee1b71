/**
 * Everyone's slates, as the teacher sees them: sets a task, watches them being written on, opens one and writes on it, shows it to
 * all as a page of the lesson's board, or leaves it private. Nobody else sees any of it.
 */
import { PAPERS, type Page, type Paper } from "../board/board";
import { BoardView } from "../board/view";
import { noteTrack, slateTrack, writeNote } from "../slate/notes";
import { StandingFold, stepIn } from "../slate/standing";
import { isClass, voiceOf } from "../talk/answers";
import { type Fact, readFact, type Task, write } from "../talk/facts";
import { ago } from "../ui/ago";
import { language, word } from "../ui/words";
import type { Entry } from "../wire/frames";
import { Notebook } from "../write/notebook";
import { asPage, pageIn, SlatePage } from "../write/slate";
import { undoing } from "../write/undoing";
import { SLATES, SLATES_TAB, tileMarkup } from "./slates-face";
import { printed } from "./slates-print";

const PAINT_MS = 400;
/** How long ago something was changed is told in steps of as much. */
const AGO_MS = 10_000;
/** Red, as teachers correct. */
const RED = 2;

export interface SlatesStudio {
  onAir(): boolean;
  /** Say this on `talk`, now. null: not on air. */
  say(payload: Uint8Array<ArrayBuffer>): object | null;
  /** Say this on a private track, stamped; under which number. null: not on air. */
  write(track: string, payload: Uint8Array<ArrayBuffer>): number | null;
  /** What a class is called. */
  named(voice: string): string;
  /** The lesson's clock, ms. */
  now(): number;
  /** Show this to all, as a page under this heading. */
  present(page: Page, paper: Paper, heading: string): void;
}

/** One slate. */
interface Slate {
  readonly voice: string;
  readonly notebook: Notebook;
  readonly standing: StandingFold;
  /** Shown to all. */
  shown: boolean;
  /** Its picture in the grid. */
  tile: Tile | null;
}

interface Tile {
  readonly item: HTMLLIElement;
  /** null: out of sight. */
  view: BoardView | null;
}

export class Slates {
  readonly #dialog = document.createElement("dialog");
  readonly #tasks = new Map<string, Map<string, Slate>>();
  #task: Task | null = null;
  #saidSeq = 0;
  #open: { readonly slate: Slate; readonly page: SlatePage } | null = null;
  /** Small pictures are only there while they are seen: a school of telephones has hundreds. */
  readonly #near: IntersectionObserver;
  #timer = 0;

  constructor(
    private readonly face: HTMLElement,
    private readonly speaker: string,
    private readonly studio: SlatesStudio,
  ) {
    this.#dialog.className = "slates-desk";
    this.#dialog.setAttribute("aria-label", word("slates.title"));
    this.#dialog.innerHTML = SLATES();
    face.append(this.#dialog);
    const options = { root: this.#part(".grid"), rootMargin: "300px" };
    this.#near = new IntersectionObserver((seen) => this.#see(seen), options);
    face.querySelector(".asking-tabs")?.insertAdjacentHTML("beforeend", SLATES_TAB());
    face.addEventListener("click", (event) => {
      const pressed = (event.target as Element).closest<HTMLElement>("[data-slates]");
      if (pressed) this.#act(pressed.dataset.slates ?? "", pressed.dataset.voice ?? "");
    });
    this.#dialog.addEventListener("close", () => this.#shut());
    // Escape leaves the one that is open, then the desk.
    this.#dialog.addEventListener("cancel", (event) => {
      if (!this.#open) return;
      event.preventDefault();
      this.#shut();
    });
    // After a stroke nothing has the focus, so the dialog itself would not hear of it.
    addEventListener("keydown", (event) => this.#key(event), { capture: true });
    this.#part<HTMLFormElement>("form.set").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#set();
    });
    window.setInterval(() => this.paint(), AGO_MS);
    this.paint();
  }

  /** An entry of any track. */
  take(entry: Entry): void {
    if (entry.track === "talk") this.#told(entry);
    const known = stepIn(entry);
    if (!known) return;
    const slate = this.#slate(known.slate, known.voice);
    slate.standing.hear(entry, known.step);
    if (known.step.step === "written") {
      if (this.#open?.slate === slate) this.#open.page.hear(entry);
      else slate.notebook.hear(asPage(entry));
    }
    this.paint();
  }

  paint(): void {
    this.#timer ||= window.setTimeout(() => {
      this.#timer = 0;
      this.#paint();
    }, PAINT_MS);
  }

  // -- what comes ---------------------------------------------------------------------------------------------------

  #told(entry: Entry): void {
    if (entry.seq <= this.#saidSeq) return;
    const fact = readFact(entry.payload);
    if (fact?.fact !== "slate" && fact?.fact !== "slate-hidden") return;
    this.#saidSeq = entry.seq;
    if (entry.speaker !== this.speaker) this.#become(fact);
  }

  #become(fact: Fact & { fact: "slate" | "slate-hidden" }): void {
    const task = fact.fact === "slate" ? fact : null;
    if (task?.slate !== this.#task?.slate) {
      this.#shut();
      this.#part(".tiles").replaceChildren();
      for (const slate of this.#slates) this.#drop(slate);
    }
    this.#task = task;
    this.paint();
  }

  #slate(task: string, voice: string): Slate {
    const all = this.#tasks.get(task) ?? new Map<string, Slate>();
    this.#tasks.set(task, all);
    const known = all.get(voice);
    if (known) return known;
    const [notebook, standing] = [new Notebook(), new StandingFold()];
    const fresh = { voice, notebook, standing, shown: false, tile: null };
    all.set(voice, fresh);
    return fresh;
  }

  /** Those of the task that is set, classes first, by name. */
  get #slates(): Slate[] {
    const all = [...(this.#tasks.get(this.#task?.slate ?? "")?.values() ?? [])];
    const rank = ({ voice }: Slate) => (isClass(voice) ? 0 : 1);
    return all.sort((a, b) => rank(a) - rank(b) || this.#name(a).localeCompare(this.#name(b)));
  }

  #name({ voice, standing }: Slate): string {
    return standing.now.who || this.studio.named(voice) || word("slates.nameless");
  }

  // -- what the teacher does ----------------------------------------------------------------------------------------

  #act(act: string, voice: string): void {
    const task = this.#task;
    if (act === "desk") {
      if (this.#dialog.open) this.#dialog.close();
      else this.#dialog.showModal();
    }
    if (act === "close" && task) this.#say({ fact: "slate", ...bare(task), open: false });
    if (act === "reopen" && task) this.#say({ fact: "slate", ...bare(task), open: true });
    if (act === "print" && task) void this.#print(task);
    if (act === "hide") this.#say({ fact: "slate-hidden" });
    if (act === "open") this.#look(voice);
    if (act === "back") this.#shut();
    if (act === "next") this.#step(1);
    if (act === "previous") this.#step(-1);
    if (act === "undo" || act === "redo") this.#open?.page[act]();
    if (act === "eraser" || act === "pen") this.#open?.page.take(act);
    if (act === "giveback" && this.#open) this.#giveBack(this.#open.slate);
    if (act === "show" && this.#open && task) this.#show(this.#open.slate, task);
    this.#paint();
  }

  #key(event: KeyboardEvent): void {
    if (!this.#dialog.open) return;
    // The lesson's own board below listens too, and is not meant.
    event.stopPropagation();
    if (!this.#open || (event.target as Element).closest("input, select")) return;
    const forward = document.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
    const undo = undoing(event);
    if (event.key === "ArrowLeft" || event.key === "ArrowRight") this.#step(event.key === forward ? 1 : -1);
    else if (undo) this.#open.page[undo]();
    else return;
    event.preventDefault();
    this.#paint();
  }

  #set(): void {
    const text = this.#part<HTMLInputElement>("[name=task]").value.trim();
    const paper =
      PAPERS.find((one) => one === this.#part<HTMLSelectElement>("[name=paper]").value) ?? "plain";
    const slate = `s${Date.now().toString(36)}`;
    if (this.#say({ fact: "slate", slate, text, paper, open: true }))
      this.#part<HTMLInputElement>("[name=task]").value = "";
  }

  #say(fact: Fact & { fact: "slate" | "slate-hidden" }): boolean {
    if (!this.studio.say(write(fact))) return false;
    this.#become(fact);
    return true;
  }

  /** What was corrected goes before the word that it was. */
  #giveBack(slate: Slate): void {
    const task = this.#task;
    this.#open?.page.flush();
    if (!task) return;
    const track = noteTrack(slate.voice);
    const number = this.studio.write(track, writeNote({ slate: task.slate, returned: true }));
    slate.standing.say({ track, speaker: this.speaker }, number, { step: "returned" });
  }

  #show(slate: Slate, { paper }: Task): void {
    this.#open?.page.flush();
    const named = this.#part<HTMLInputElement>("[name=named]").checked;
    this.studio.present(pageIn(slate.notebook), paper, named ? this.#name(slate) : "");
    slate.shown = true;
    this.#dialog.close();
  }

  #print({ text, paper }: Task): Promise<void> {
    const leaves = this.#slates.map((slate) => ({ name: this.#name(slate), page: pageIn(slate.notebook) }));
    return printed(text || word("slates.aloud"), paper, leaves);
  }

  // -- one slate, large ---------------------------------------------------------------------------------------------

  #look(voice: string): void {
    const slate = this.#slates.find((one) => one.voice === voice);
    const task = this.#task;
    if (!slate || !task) return;
    this.#shut();
    const page = new SlatePage(
      this.#part(".large .writing"),
      this.speaker,
      task.paper,
      {
        say: (payload) => this.studio.write(slateTrack(voice, task.slate), payload),
        changed: () => this.paint(),
      },
      slate.notebook,
    );
    page.colour = RED;
    page.locked = !this.studio.onAir();
    this.#open = { slate, page };
  }

  #step(by: number): void {
    const all = this.#slates;
    const here = all.findIndex((one) => one.voice === this.#open?.slate.voice);
    const next = all[(here + by + all.length) % all.length];
    if (next) this.#look(next.voice);
  }

  #shut(): void {
    this.#open?.page.close();
    this.#open = null;
    this.#paint();
  }

  // -- what is seen -------------------------------------------------------------------------------------------------

  #paint(): void {
    const task = this.#task;
    const onAir = this.studio.onAir();
    const slates = this.#slates;
    const done = slates.filter(({ standing }) => standing.now.done).length;
    const written = slates.filter(isWritten).length;
    this.face.dataset.slates = String(slates.length);
    const badge = this.face.querySelector<HTMLElement>(".badge.slates");
    if (badge) {
      badge.hidden = !task || slates.length === 0;
      badge.textContent = `${done}/${slates.length}`;
    }
    this.#part(".offair").hidden = onAir;
    this.#part<HTMLButtonElement>("form.set button").disabled = !onAir;
    this.#part(".running").hidden = task === null;
    this.#part("form.set").hidden = task !== null;
    this.#part(".running .task").textContent = task ? task.text || word("slates.aloud") : "";
    this.#part("[data-slates=close]").hidden = !task?.open;
    this.#part("[data-slates=reopen]").hidden = !task || task.open;
    for (const one of this.#dialog.querySelectorAll<HTMLButtonElement>(
      ".running button:not([data-slates=print])",
    ))
      one.disabled = !onAir;
    this.#part("[data-slates=print]").hidden = slates.length === 0;
    const counts = [
      word("slates.written", { n: written, all: slates.length }),
      ...(done ? [word("slates.donecount", { n: done })] : []),
    ];
    this.#part(".count").textContent = slates.length ? counts.join(" · ") : "";
    this.#part(".nobody").hidden = task === null || slates.length > 0;
    this.#part(".grid").hidden = this.#open !== null;
    this.#part(".large").hidden = this.#open === null;
    if (this.#dialog.open) this.#paintTiles(slates, task);
    if (this.#open) this.#paintLarge(this.#open);
  }

  #paintTiles(slates: readonly Slate[], task: Task | null): void {
    const list = this.#part(".tiles");
    slates.forEach((slate, i) => {
      const { item, view } = slate.tile ?? this.#make(slate);
      if (list.children[i] !== item) list.insertBefore(item, list.children[i] ?? null);
      const page = pageIn(slate.notebook);
      const state = stateOf(slate);
      item.dataset.state = state;
      const { changedAt } = slate.standing.now;
      const when = changedAt === null ? "" : ago(this.studio.now() - changedAt, language());
      const says = { bdi: this.#name(slate), ".how": word(`slates.state-${state}`), ".when": when };
      for (const [selector, text] of Object.entries(says)) this.#text(item.querySelector(selector), text);
      if (task)
        view?.show(page, { id: page.id, place: 0, paper: task.paper, picture: null, gone: false }, null);
    });
  }

  #make(slate: Slate): Tile {
    const item = document.createElement("li");
    item.innerHTML = tileMarkup(slate.voice);
    const tile: Tile = { item, view: null };
    slate.tile = tile;
    this.#near.observe(item);
    return tile;
  }

  #see(seen: readonly IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of seen) {
      const tile = this.#slates.find((one) => one.tile?.item === target)?.tile;
      if (!tile || isIntersecting === (tile.view !== null)) continue;
      tile.view?.close();
      tile.view = isIntersecting ? new BoardView(target.querySelector(".writing") as HTMLElement) : null;
    }
    this.paint();
  }

  #drop(slate: Slate): void {
    if (slate.tile) this.#near.unobserve(slate.tile.item);
    slate.tile?.view?.close();
    slate.tile?.item.remove();
    slate.tile = null;
  }

  #paintLarge({ slate, page }: { readonly slate: Slate; readonly page: SlatePage }): void {
    this.#part(".large .name").textContent = this.#name(slate);
    this.#part<HTMLButtonElement>("[data-slates=undo]").disabled = !page.canUndo;
    this.#part<HTMLButtonElement>("[data-slates=redo]").disabled = !page.canRedo;
    this.#part("[data-slates=pen]").ariaPressed = String(page.tool === "pen");
    this.#part("[data-slates=eraser]").ariaPressed = String(page.tool === "eraser");
    this.#part<HTMLButtonElement>("[data-slates=show]").disabled = !this.studio.onAir();
    const { returned } = slate.standing.now;
    const back = this.#part<HTMLButtonElement>("[data-slates=giveback]");
    back.disabled = returned || !this.studio.onAir();
    this.#text(back.querySelector("span"), word(`slates.${returned ? "givenback" : "giveback"}`));
    this.#dialog.dataset.open = slate.voice;
  }

  #text(part: Element | null, text: string): void {
    if (part && part.textContent !== text) part.textContent = text;
  }

  #part<T extends HTMLElement = HTMLElement>(selector: string): T {
    return this.#dialog.querySelector(selector) as T;
  }
}

/** Whether there is anything on it from its own voice. */
function isWritten({ voice, notebook }: Slate): boolean {
  return [...pageIn(notebook).things.values()].some((one) => !one.gone && voiceOf(one.name) === voice);
}

function stateOf(slate: Slate): "returned" | "shown" | "done" | "writing" | "empty" {
  const { returned, done } = slate.standing.now;
  if (returned) return "returned";
  if (slate.shown) return "shown";
  if (done) return "done";
  return isWritten(slate) ? "writing" : "empty";
}

function bare({ slate, text, paper }: Task): Omit<Task, "open"> {
  return { slate, text, paper };
}
