/** Formulas: KaTeX, which is fetched only when a page has one. */
import "katex/dist/katex.min.css";
import katex from "katex";

/** Sets `tex` in this element. Returns what is wrong with it, in KaTeX's words; empty: nothing. */
export function setFormula(element: HTMLElement, tex: string): string {
  try {
    katex.render(tex, element, { displayMode: true, throwOnError: true, strict: false, trust: false });
    element.classList.remove("wrong");
    return "";
  } catch (error) {
    element.textContent = tex;
    element.classList.add("wrong");
    return error instanceof Error ? error.message.replace(/^KaTeX parse error: /, "") : String(error);
  }
}
