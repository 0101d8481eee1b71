/** All slates of one task on paper, with their names: for the teacher alone, from this page, and nothing is sent anywhere. */
import { leafOf } from "../album/leaf";
import { paperPalette } from "../album/palette";
import type { Page, Paper } from "../board/board";

export interface Leaf {
  readonly name: string;
  readonly page: Page;
}

export async function printed(task: string, paper: Paper, leaves: readonly Leaf[]): Promise<void> {
  document.querySelector(".slates-print")?.remove();
  const root = Object.assign(document.createElement("section"), { className: "slates-print" });
  root.append(Object.assign(document.createElement("h1"), { dir: "auto", textContent: task }));
  const palette = paperPalette();
  const none = () => Promise.reject(new Error("a slate has no pictures"));
  for (const { name, page } of leaves) {
    if ([...page.things.values()].every((one) => one.gone)) continue;
    const leaf = document.createElement("figure");
    const caption = document.createElement("figcaption");
    caption.append(Object.assign(document.createElement("bdi"), { textContent: name }));
    const facts = { id: page.id, place: 0, paper, picture: null, gone: false };
    leaf.append(caption, await leafOf(page, facts, palette, none));
    root.append(leaf);
  }
  document.body.append(root);
  await document.fonts.ready;
  addEventListener("afterprint", () => root.remove(), { once: true });
  window.print();
}
