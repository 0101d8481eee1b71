/** The pages of the board as a film strip: which there are, which is turned up. */
import type { Book, Page } from "../board/board";
import type { Pictures } from "../board/sheet";
import { BoardView } from "../board/view";
import { word } from "../ui/words";

/** Small pictures of pages need not be newer than this (ms). */
const LATE_MS = 600;

interface Frame {
  readonly item: HTMLLIElement;
  readonly button: HTMLButtonElement;
  readonly view: BoardView;
}

export class Strip {
  readonly #frames = new Map<string, Frame>();
  #book: Book | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly list: HTMLElement,
    private readonly page: (id: string) => Page,
    private readonly turn: (id: string) => void,
    private readonly pictures: Pictures,
  ) {}

  show(book: Book): void {
    const turned = this.#book?.turned;
    this.#book = book;
    for (const [id, frame] of this.#frames)
      if (!book.pages.some((page) => page.id === id)) {
        frame.view.close();
        frame.item.remove();
        this.#frames.delete(id);
      }
    book.pages.forEach((facts, i) => {
      const frame = this.#frames.get(facts.id) ?? this.#make(facts.id);
      if (this.list.children[i] !== frame.item)
        this.list.insertBefore(frame.item, this.list.children[i] ?? null);
      const name = word("studio.page", { n: i + 1 });
      frame.button.ariaLabel = frame.button.title = name;
      (frame.button.querySelector(".number") as HTMLElement).textContent = String(i + 1);
      if (facts.id === book.turned) frame.button.setAttribute("aria-current", "page");
      else frame.button.removeAttribute("aria-current");
    });
    if (turned !== book.turned)
      this.#frames.get(book.turned)?.item.scrollIntoView({ block: "nearest", inline: "nearest" });
    this.touched();
  }

  /** Something on some page is different: soon seen here. */
  touched(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      for (const facts of this.#book?.pages ?? [])
        this.#frames.get(facts.id)?.view.show(this.page(facts.id), facts, null);
    }, LATE_MS);
  }

  #make(id: string): Frame {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "frame";
    const host = document.createElement("div");
    const number = Object.assign(document.createElement("span"), { className: "number" });
    button.append(host, number);
    button.addEventListener("click", () => this.turn(id));
    item.append(button);
    const frame = { item, button, view: new BoardView(host, { pictures: this.pictures }) };
    this.#frames.set(id, frame);
    return frame;
  }
}
