/** Formulas: KaTeX, which is fetched only when a page has one. */
import "katex/dist/katex.min.css";
import katex, { type KatexOptions } from "katex";

/** What KaTeX makes of a formula before it makes elements. */
interface Tree {
  readonly children?: readonly Tree[];
  readonly attributes?: Record<string, string>;
  toNode(): Node;
}

const { __renderToDomTree: treeOf } = katex as unknown as {
  __renderToDomTree(tex: string, options: KatexOptions): Tree;
};

/** Sets `tex` in this element. Returns what is wrong with it, in KaTeX's words; empty: nothing. */
export function setFormula(element: HTMLElement, tex: string): string {
  try {
    const tree = treeOf(tex, { displayMode: true, throwOnError: true, strict: false, trust: false });
    unstyle(tree);
    element.replaceChildren(tree.toNode());
    for (const part of element.querySelectorAll<SVGElement>("[data-styled]")) {
      part.style.cssText = part.dataset.styled ?? "";
      delete part.dataset.styled;
    }
    element.classList.remove("wrong");
    return "";
  } catch (error) {
    element.textContent = tex;
    element.classList.add("wrong");
    return error instanceof Error ? error.message.replace(/^KaTeX parse error: /, "") : String(error);
  }
}

/** Our pages allow no style attributes, and KaTeX writes some (the arrow of a vector has its width in one). */
function unstyle({ attributes, children }: Tree): void {
  if (attributes?.style) {
    attributes["data-styled"] = attributes.style;
    delete attributes.style;
  }
  for (const child of children ?? []) unstyle(child);
}
