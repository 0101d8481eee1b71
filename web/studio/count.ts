/** How many things are on a page, without counting all of them again whenever one comes or goes. */
import type { Page } from "../board/board";
import { changes, emptyPage } from "../board/fold";

export class Count {
  #page = emptyPage("");
  #count = 0;

  of(page: Page): number {
    if (page.id !== this.#page.id) [this.#page, this.#count] = [emptyPage(page.id), 0];
    const is = (where: Page, name: string) => Number(where.things.get(name)?.gone === false);
    for (const name of changes(this.#page, page)) this.#count += is(page, name) - is(this.#page, name);
    this.#page = page;
    return this.#count;
  }
}
