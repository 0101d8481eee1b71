/** Beside the lesson: what is shown, the pages of the board as small pictures, the chapters with their times. */
import type { PageFacts } from "../board/board";
import type { BoardView } from "../board/view";
import type { Keeper } from "../follow/keeper";
import type { Pictures } from "../follow/pictures";
import { clock } from "../ui/facts";
import { plain } from "../ui/plain";
import { word } from "../ui/words";
import type { Blackboard } from "./blackboard";
import { type Chapter, chapterAt } from "./chapters";
import type { Wish } from "./layout";
import type { Painter } from "./paint";

/** The name of a chapter in the reader's language. */
export function nameOf({ title, page, scene }: Chapter): string {
  if (title) return title;
  return page > 0 ? word("classroom.page", { n: page }) : word(`classroom.scene${scene ?? "board"}`);
}

export class Panel {
  #pages = "";
  #chapters: readonly Chapter[] = [];
  /** The small pictures of the pages that are in sight. */
  readonly #views = new Map<HTMLElement, BoardView>();
  #sight: IntersectionObserver | null = null;

  constructor(
    private readonly painter: Painter,
    private readonly keeper: Keeper,
    private readonly pictures: Pictures,
    private readonly blackboard: Blackboard,
    private readonly moment: () => number | null,
    wished: (wish: Wish) => void,
    private readonly opened: () => void,
  ) {
    painter.part(".wishes").addEventListener("change", (event) => {
      wished((event.target as HTMLInputElement).value as Wish);
    });
  }

  get open(): boolean {
    return !this.painter.part(".panel").hidden;
  }

  toggle(open = !this.open): void {
    const [panel, button] = [this.painter.part(".panel"), this.painter.part(".bar [data-act=panel]")];
    if (open === this.open) return;
    panel.hidden = !open;
    button.ariaExpanded = String(open);
    panel.closest("halqa-classroom")?.classList.toggle("aside", open);
    if (open) {
      this.opened();
      this.paint();
      panel.focus();
      return;
    }
    this.#pages = "";
    this.#clear();
    if (document.activeElement === document.body || panel.contains(document.activeElement)) button.focus();
  }

  close(): void {
    this.#clear();
  }

  wish(wish: Wish): void {
    for (const input of this.painter.part(".wishes").querySelectorAll("input"))
      input.checked = input.value === wish;
  }

  chapters(chapters: readonly Chapter[]): void {
    if (chapters === this.#chapters) return;
    this.#chapters = chapters;
    this.painter.part(".nochapters").hidden = chapters.length > 0;
    this.painter.part(".panel .chapters").innerHTML = chapters
      .map(
        (one) =>
          `<li><button type="button" data-act="at:${one.t}"><span><bdi>${plain(nameOf(one))}</bdi></span><time dir="ltr">${clock(one.t)}</time></button></li>`,
      )
      .join("");
  }

  /** What is so now; nothing while it is shut. */
  paint(now = 0): void {
    if (!this.open) return;
    const { pages, turned } = this.blackboard.book;
    const names = pages.map((page) => page.id).join();
    if (names !== this.#pages) this.#lay(pages, names);
    const list = this.painter.part(".panel .pages");
    for (const [i, page] of pages.entries()) {
      const button = list.children[i]?.firstElementChild as HTMLElement;
      button.ariaCurrent = String(page.id === this.blackboard.page);
      button.classList.toggle("teacher", page.id === turned);
    }
    const current = chapterAt(this.#chapters, now);
    for (const [i, item] of [...this.painter.part(".panel .chapters").children].entries())
      (item.firstElementChild as HTMLElement).ariaCurrent = String(i === current);
    this.#show();
  }

  #lay(pages: readonly PageFacts[], names: string): void {
    this.#clear();
    this.#pages = names;
    const here = plain(word("classroom.teacherhere"));
    const list = this.painter.part(".panel .pages");
    list.innerHTML = pages
      .map(
        (page, i) =>
          `<li><button type="button" data-act="page:${page.id}"><span class="small" data-page="${page.id}"></span><span>${plain(word("classroom.page", { n: i + 1 }))}</span><i>${here}</i></button></li>`,
      )
      .join("");
    this.#sight = new IntersectionObserver((seen) => {
      for (const { target, isIntersecting } of seen)
        if (isIntersecting) void this.#picture(target as HTMLElement);
    });
    for (const small of list.querySelectorAll(".small")) this.#sight.observe(small);
  }

  async #picture(small: HTMLElement): Promise<void> {
    const { BoardView } = await import("../board/view");
    if (!small.isConnected || this.#views.has(small)) return;
    this.#views.set(small, new BoardView(small, { pictures: this.pictures.address }));
    this.#show();
  }

  #show(): void {
    const t = this.moment();
    const { pages } = this.blackboard.book;
    for (const [small, view] of this.#views) {
      const facts = pages.find((page) => page.id === small.dataset.page);
      if (facts) view.show(this.keeper.fold.page(facts.id, t), facts, t);
    }
  }

  #clear(): void {
    this.#sight?.disconnect();
    for (const view of this.#views.values()) view.close();
    this.#views.clear();
  }
}
