/**
 * `<halqa-album>`: all pages of a lesson's board below each other, to print, or to keep as pictures. For tests it tells of itself
 * in `data-state` (loading, empty, ready, failed) and `data-pages`.
 */
import type { Keeper } from "../follow/keeper";
import { Pictures } from "../follow/pictures";
import { wholeBoard } from "../follow/whole";
import { type Facts, readFacts } from "../ui/facts";
import { plain } from "../ui/plain";
import { word } from "../ui/words";
import { TicketHolder } from "../wire/tickets";
import { download, picture, standalone } from "./keep";
import { leafOf } from "./leaf";
import { paperPalette } from "./palette";

/** What is printed is worth the largest picture there is. */
const SHARP = 3840;

export class Album extends HTMLElement {
  #facts!: Facts;
  #tickets!: TicketHolder;
  readonly #gone = new AbortController();

  connectedCallback(): void {
    this.#facts = readFacts();
    this.#tickets = new TicketHolder(this.#facts.ticket, this.#facts.tickets, this.#facts.csrf);
    this.dataset.state = "loading";
    this.innerHTML = `<p class="status" role="status">${plain(word("classroom.albumloading"))}</p>
      <progress max="1" value="0" aria-label="${plain(word("classroom.albumloading"))}"></progress>`;
    this.#begin().catch((error: unknown) => this.#gone.signal.aborted || this.#fail(error));
  }

  disconnectedCallback(): void {
    this.#gone.abort();
  }

  async #begin(): Promise<void> {
    if (this.#facts.status === "planned") return this.#empty();
    const { timeline } = this.#facts;
    const progress = (done: number, all: number) => this.#progress(done, all);
    const keeper = await wholeBoard(timeline, this.#tickets, progress, this.#gone.signal);
    if (!keeper) return this.#empty();
    await this.#lay(keeper);
  }

  #progress(done: number, all: number): void {
    const bar = this.querySelector("progress");
    if (bar) [bar.max, bar.value] = [all, done];
  }

  #fail(error: unknown): void {
    const why = error instanceof Error ? error.message : String(error);
    this.dataset.state = "failed";
    this.innerHTML = `<p class="note wrong" role="alert">${plain(word("classroom.albumfailed", { why: `\u2068${why}\u2069` }))}</p>`;
  }

  #empty(): void {
    this.dataset.state = "empty";
    this.innerHTML = `<p class="note">${plain(word("classroom.albumempty"))}</p>`;
  }

  async #lay({ fold, written }: Keeper): Promise<void> {
    this.dataset.state = "drawing";
    if (!written) return this.#empty();
    const { pages } = fold.book(null);
    const palette = paperPalette();
    const pictures = new Pictures(this.#facts.timeline, this.#tickets, () => SHARP);
    const live =
      this.#facts.status === "live" ? `<p class="muted">${plain(word("classroom.albumlive"))}</p>` : "";
    this.innerHTML = `<div class="row acts"><button type="button" class="button primary print">${plain(word("classroom.albumprint"))}</button>
      <span class="muted">${plain(word("classroom.albumpages", { n: pages.length }))}</span></div>${live}`;
    this.querySelector(".print")?.addEventListener("click", () => window.print());
    for (const [i, facts] of pages.entries()) {
      const svg = await leafOf(fold.page(facts.id, null), facts, palette, pictures.address);
      this.append(this.#leaf(svg, i + 1, pages.length));
    }
    await document.fonts.ready;
    Object.assign(this.dataset, { state: "ready", pages: String(pages.length) });
  }

  #leaf(svg: SVGElement, n: number, all: number): HTMLElement {
    const name = word("classroom.page", { n });
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", name);
    const leaf = Object.assign(document.createElement("figure"), { className: "leaf" });
    leaf.append(svg);
    const caption = document.createElement("figcaption");
    const { title, teacher } = this.#facts;
    caption.innerHTML = `<span class="about"><bdi>${plain(title)}</bdi>${teacher ? ` · <bdi>${plain(teacher)}</bdi>` : ""}</span>
      <span class="which">${plain(name)} / ${all}</span>
      <button type="button" class="button plain" data-keep="png">${plain(word("classroom.albumpng"))}<span class="visually-hidden"> ${plain(name)}</span></button>
      <button type="button" class="button plain" data-keep="svg">${plain(word("classroom.albumsvg"))}<span class="visually-hidden"> ${plain(name)}</span></button>`;
    caption.addEventListener("click", (event) => {
      const kind = (event.target as Element).closest<HTMLElement>("[data-keep]")?.dataset.keep;
      if (kind) this.#keep(svg, kind, `${title} ${n}`).catch((error: unknown) => this.#say(caption, error));
    });
    leaf.append(caption);
    return leaf;
  }

  async #keep(svg: SVGElement, kind: string, name: string): Promise<void> {
    const text = await standalone(svg);
    const file = kind === "png" ? await picture(text) : new Blob([text], { type: "image/svg+xml" });
    download(file, `${name.replace(/[\\/:*?"<>|]+/g, " ").trim()}.${kind}`);
  }

  #say(caption: HTMLElement, error: unknown): void {
    const why = error instanceof Error ? error.message : String(error);
    const note = caption.querySelector(".note") ?? document.createElement("span");
    note.className = "note wrong";
    note.textContent = word("classroom.albumfailed", { why: `\u2068${why}\u2069` });
    caption.append(note);
  }
}
