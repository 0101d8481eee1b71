/** A document becomes pages of the board: which one, which pages of it, how far it is; it can be stopped at any moment. */
import { plain } from "../ui/plain";
import { word } from "../ui/words";
import { Problem, type TicketHolder } from "../wire/tickets";
import { type Leaf, lay, MOST_BYTES, type Range } from "./slides";

const ACCEPTED = ".pdf,.png,.jpg,.jpeg,.webp,.gif,.pptx,.ppt,.odp,.docx,.doc,.odt,.xlsx,.xls,.ods";

export interface DeckEvents {
  /** A page of the document is there. */
  leaf(leaf: Leaf): void;
  /** There will be no more; how many there were. */
  laid(count: number): void;
}

export class Deck {
  readonly #dialog = document.createElement("dialog");
  #file: File | null = null;
  #laying: AbortController | null = null;

  constructor(
    host: HTMLElement,
    private readonly lesson: string,
    private readonly tickets: TicketHolder,
    private readonly events: DeckEvents,
  ) {
    this.#dialog.className = "deck";
    this.#dialog.setAttribute("aria-labelledby", "deck-title");
    this.#dialog.innerHTML = markup();
    host.append(this.#dialog);
    this.#wire();
  }

  open(): void {
    if (!this.#laying) this.#fresh();
    if (!this.#dialog.open) this.#dialog.showModal();
  }

  #wire(): void {
    const input = this.#part<HTMLInputElement>("input[type=file]");
    this.#part("[data-deck=choose]").addEventListener("click", () => input.click());
    input.addEventListener("change", () => {
      const file = input.files?.[0];
      input.value = "";
      if (file) this.#take(file);
    });
    const drop = this.#part(".drop");
    drop.addEventListener("dragover", (event) => event.preventDefault());
    drop.addEventListener("drop", (event) => {
      event.preventDefault();
      const file = event.dataTransfer?.files[0];
      if (file && !this.#laying) this.#take(file);
    });
    this.#part<HTMLFormElement>("form.range").addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.#file) void this.#lay(this.#file, this.#range());
    });
    this.#part("[data-deck=cancel]").addEventListener("click", () => this.#close());
    this.#dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.#close();
    });
  }

  #close(): void {
    this.#laying?.abort();
    this.#laying = null;
    this.#dialog.close();
  }

  #fresh(): void {
    this.#file = null;
    this.#say("", false);
    this.#part(".progress").hidden = true;
    this.#part("form.range").hidden = true;
    this.#part("[data-deck=choose]").hidden = false;
  }

  #take(file: File): void {
    this.#fresh();
    this.#file = file;
    if (file.size > MOST_BYTES) this.#say(word("studio.slides.too-large-document"), true);
    else void this.#lay(file, { first: 1, last: 0 });
  }

  #range(): Range {
    const [first, last] = [...this.#dialog.querySelectorAll<HTMLInputElement>("form.range input")];
    return { first: Number(first?.value) || 1, last: Number(last?.value) || 0 };
  }

  async #lay(file: File, range: Range): Promise<void> {
    const laying = new AbortController();
    this.#laying = laying;
    this.#say("", false);
    this.#part("form.range").hidden = true;
    this.#part("[data-deck=choose]").hidden = true;
    let [pages, there] = [0, 0];
    const paint = (part: number | null, text: string) => this.#progress(part, text);
    paint(0, word("studio.slides.sending", { name: file.name }));
    try {
      await lay(
        this.lesson,
        file,
        range,
        this.tickets,
        {
          sent: (part) =>
            paint(
              part === 1 ? null : part,
              word(part === 1 ? "studio.slides.opening" : "studio.slides.sending", { name: file.name }),
            ),
          pages: (count) => {
            pages = Math.min(range.last || count, count) - range.first + 1;
          },
          leaf: (leaf) => {
            there++;
            paint(there / Math.max(1, pages), word("studio.slides.page", { n: there, of: pages }));
            this.events.leaf(leaf);
          },
        },
        laying.signal,
      );
      this.#laying = null;
      this.#dialog.close();
    } catch (error) {
      if (!laying.signal.aborted) this.#failed(error);
    } finally {
      if (this.#laying === laying) this.#laying = null;
      this.events.laid(there);
    }
  }

  #failed(error: unknown): void {
    this.#part(".progress").hidden = true;
    this.#part("[data-deck=choose]").hidden = false;
    if (!(error instanceof Problem)) {
      this.#say(word("studio.slides.cut"), true);
      return;
    }
    const key = `studio.slides.${error.code}`;
    const known = word(key);
    this.#say(known === key ? word("studio.problem", { why: error.message }) : known, true);
    this.#part("form.range").hidden = error.code !== "too-many-pages" && error.code !== "no-such-pages";
  }

  #progress(part: number | null, text: string): void {
    const shown = this.#part(".progress");
    shown.hidden = false;
    const bar = this.#part<HTMLProgressElement>(".progress progress");
    if (part === null) bar.removeAttribute("value");
    else bar.value = part;
    this.#part(".progress p").textContent = text;
  }

  #say(text: string, wrong: boolean): void {
    const told = this.#part(".told-deck");
    told.textContent = text;
    told.hidden = text === "";
    told.classList.toggle("trouble", wrong);
  }

  #part<T extends HTMLElement = HTMLElement>(selector: string): T {
    const found = this.#dialog.querySelector<T>(selector);
    if (!found) throw new Error(selector);
    return found;
  }
}

function markup(): string {
  const w = (key: string) => plain(word(`studio.slides.${key}`));
  return `<h2 id="deck-title">${w("title")}</h2>
    <div class="drop stack">
      <p>${w("about")}</p>
      <p class="note told-deck" role="alert" hidden></p>
      <form class="range" hidden>
        <label>${w("from")} <input class="input" type="number" min="1" max="9999" value="1" inputmode="numeric"></label>
        <label>${w("to")} <input class="input" type="number" min="1" max="9999" value="50" inputmode="numeric"></label>
        <button class="button primary">${w("take")}</button>
      </form>
      <div class="progress" role="status" hidden><p></p><progress max="1" value="0"></progress></div>
      <input type="file" accept="${ACCEPTED}" hidden>
    </div>
    <footer><button type="button" class="button primary" data-deck="choose">${w("choose")}</button>
      <button type="button" class="button" data-deck="cancel">${w("cancel")}</button></footer>`;
}
