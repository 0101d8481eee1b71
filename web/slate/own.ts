/**
 * One's own slate: a class's on the wall, a pupil's at a computer or on a telephone. It lies over the lesson while the teacher has
 * set a task; only the teacher sees it, and can write on it too. What is written while the line is down arrives later.
 */
import type { Guest } from "../say/guest";
import type { Task } from "../talk/facts";
import { icon } from "../ui/icons";
import { plain } from "../ui/plain";
import { word } from "../ui/words";
import type { Entry } from "../wire/frames";
import { Notebook } from "../write/notebook";
import { asPage, SlatePage } from "../write/slate";
import { undoing } from "../write/undoing";
import { type Note, noteTrack, slateTrack, writeNote } from "./notes";
import { StandingFold, stepIn } from "./standing";

/** Ink, blue, green, violet: red is the teacher's. */
const COLOURS = [0, 1, 3, 5] as const;
/** Every stroke is on its way for a moment: a line is not cut for that. */
const PATIENCE_MS = 3_000;

export class OwnSlate {
  readonly root = document.createElement("section");
  readonly #notebooks = new Map<string, Notebook>();
  #task: Task | null = null;
  #page: SlatePage | null = null;
  readonly #standings = new Map<string, StandingFold>();
  /** The last task whose slate was taken at this opening of the page. */
  #claimed = "";
  #colour: number = COLOURS[0];
  #arrivedAt = performance.now();
  #impatience: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly guest: Guest,
    /** Do this once whoever writes has a name. */
    private readonly named: (then: () => void) => void,
    private readonly changed: () => void,
  ) {
    this.root.className = "own-slate";
    this.root.innerHTML = markup();
    this.root.addEventListener("click", (event) => {
      const button = (event.target as Element).closest<HTMLElement>("[data-slate]");
      if (button) this.#act(button.dataset.slate ?? "", Number(button.dataset.value));
    });
    guest.confide({ entry: (entry) => this.#hear(entry) });
  }

  /** The task that is set now; null: none, or the lesson is over. */
  paint(task: Task | null): void {
    if (task?.slate !== this.#task?.slate) this.#lay();
    this.#task = task;
    if (!task) return;
    if (!this.#page && this.guest.voice && this.guest.name) this.#take(task);
    if (this.#page && task.open) this.#claim(task.slate);
    this.#paint();
  }

  /** A key was pressed; true: it was meant for this slate. */
  key(event: KeyboardEvent): boolean {
    const asked = undoing(event);
    if (!asked || !this.#task?.open || this.root.getClientRects().length === 0) return false;
    this.#act(asked, 0);
    return true;
  }

  /** Say what was written: the page is about to go. */
  flush(): void {
    this.#page?.flush();
  }

  #lay(): void {
    this.#page?.close();
    this.#page = null;
  }

  #take({ slate, paper }: Task): void {
    const host = this.#part(".writing");
    this.#page = new SlatePage(
      host,
      this.guest.speaker,
      paper,
      {
        say: (payload) => this.#say(slateTrack(this.guest.voice, slate), payload),
        changed: () => this.#paint(),
      },
      this.#notebook(slate),
    );
    this.#page.colour = this.#colour;
  }

  #notebook(slate: string): Notebook {
    const known = this.#notebooks.get(slate) ?? new Notebook();
    this.#notebooks.set(slate, known);
    return known;
  }

  /** The teacher sees who has a slate before anything is written on it. */
  #claim(slate: string): void {
    if (this.#claimed === slate) return;
    this.#claimed = slate;
    if (this.#standing(slate).now.who === null) this.#tell({ slate, who: this.guest.name });
  }

  /** Say this on one of this voice's own tracks; how its slate stands is different at once. */
  #say(track: string, payload: Uint8Array<ArrayBuffer>): number | null {
    const number = this.guest.say(track, payload);
    const said = { track, speaker: this.guest.speaker, t: 0, payload };
    const meant = stepIn(said);
    if (meant) this.#standing(meant.slate).say(said, number, meant.step);
    this.changed();
    return number;
  }

  #tell(note: Note): void {
    this.#say(noteTrack(this.guest.voice), writeNote(note));
  }

  #standing(slate: string): StandingFold {
    const known = this.#standings.get(slate) ?? new StandingFold();
    this.#standings.set(slate, known);
    return known;
  }

  #hear(entry: Entry): void {
    const known = stepIn(entry);
    if (!known) return;
    this.#standing(known.slate).hear(entry, known.step);
    if (known.step.step === "written") {
      if (known.slate === this.#task?.slate && this.#page) this.#page.hear(entry);
      else this.#notebook(known.slate).hear(asPage(entry));
    }
    this.#paint();
  }

  #act(act: string, value: number): void {
    const page = this.#page;
    if (act === "take") this.named(() => this.changed());
    if (!page || !this.#task) return;
    if (act === "colour") {
      this.#colour = value;
      page.colour = value;
    }
    if (act === "eraser") page.take("eraser");
    if (act === "undo") page.undo();
    if (act === "redo") page.redo();
    if (act === "clear") page.clear();
    if (act === "done") {
      page.flush();
      const { slate } = this.#task;
      this.#tell({ slate, who: this.guest.name, done: !this.#standing(slate).now.done });
    }
    this.#paint();
  }

  #paint(): void {
    const task = this.#task;
    if (!task) return;
    const page = this.#page;
    const { done, returned } = this.#standing(task.slate).now;
    const closed = !task.open;
    const text = this.#part(".task");
    const said = task.text || word("slate.aloud");
    if (text.textContent !== said) text.textContent = said;
    this.#part(".tools").hidden = page === null || closed;
    this.#part(".nameless").hidden = page !== null || closed;
    this.root.classList.toggle("closed", closed);
    this.root.classList.toggle("returned", returned);
    if (page) page.locked = closed;
    for (const one of this.root.querySelectorAll<HTMLElement>("[data-slate=colour]"))
      one.ariaPressed = String(page?.tool === "pen" && Number(one.dataset.value) === this.#colour);
    this.#part("[data-slate=eraser]").ariaPressed = String(page?.tool === "eraser");
    this.#part<HTMLButtonElement>("[data-slate=undo]").disabled = !page?.canUndo;
    this.#part<HTMLButtonElement>("[data-slate=redo]").disabled = !page?.canRedo;
    const button = this.#part("[data-slate=done]");
    button.ariaPressed = String(done);
    const label = button.querySelector("span") as HTMLElement;
    const says = word(done ? "slate.takeback" : "slate.done");
    if (label.textContent !== says) label.textContent = says;
    const state = this.#state(task);
    if (this.#part(".state").textContent !== state) this.#part(".state").textContent = state;
    this.root.dataset.things = String(
      page ? [...page.page.things.values()].filter((one) => !one.gone).length : 0,
    );
  }

  #state({ slate, open }: Task): string {
    const { done, returned, remarked } = this.#standing(slate).now;
    if (this.guest.refused) return word("answer.refused", { why: this.guest.refused.message });
    if (this.#waitsLong()) return word("slate.kept");
    if (returned) return word("slate.returned");
    if (remarked) return word("slate.remarked");
    if (!open) return word("slate.closed");
    return word(done ? "slate.handed" : "slate.private");
  }

  /** Whether what was written does not arrive; looked at again by itself as long as that may come. */
  #waitsLong(): boolean {
    if (this.guest.arrived) this.#arrivedAt = performance.now();
    const left = this.#arrivedAt + PATIENCE_MS - performance.now();
    clearTimeout(this.#impatience);
    if (!this.guest.arrived && left > 0) this.#impatience = setTimeout(() => this.#paint(), left);
    return left <= 0;
  }

  #part<T extends HTMLElement = HTMLElement>(selector: string): T {
    return this.root.querySelector(selector) as T;
  }
}

function markup(): string {
  const w = (key: string) => plain(word(`slate.${key}`));
  const pens = COLOURS.map(
    (colour) =>
      `<button type="button" class="swatch" data-slate="colour" data-value="${colour}" aria-pressed="false" aria-label="${w(`colour${colour}`)}" title="${w(`colour${colour}`)}"><i></i></button>`,
  ).join("");
  const tool = (name: string, look: string) =>
    `<button type="button" class="button" data-slate="${name}" aria-pressed="false">${icon(look)}<span>${w(name)}</span></button>`;
  return `<p class="task" dir="auto"></p>
    <div class="writing" aria-label="${w("yours")}" role="img"></div>
    <p class="nameless"><button type="button" class="button primary" data-slate="take">${w("take")}</button></p>
    <div class="tools board-colours" role="toolbar" aria-label="${w("tools")}">${pens}${tool("eraser", "eraser")}${tool("undo", "undo")}${tool("redo", "redo")}${tool("clear", "wipe")}
      <button type="button" class="button primary hand-in" data-slate="done" aria-pressed="false"><span></span></button></div>
    <p class="state" role="status"></p>`;
}
