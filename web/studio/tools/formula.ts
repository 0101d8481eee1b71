/** Writes formulas in TeX: the formula is seen on the page while it is written, and what is wrong with it is told. */
import { gone, instead, put } from "../../board/acts";
import { type Formula, type Matrix, PAGE } from "../../board/board";
import { refOf } from "../../board/fold";
import { angleOf, apply, compose, IDENTITY, rotation, scaleOf, translation } from "../../board/matrix";
import { MAX_TEX } from "../../board/payload";
import type { Spot } from "../../board/pen";
import { plain } from "../../ui/plain";
import { word } from "../../ui/words";
import type { Bench, Setting, Tool } from "../../write/bench";
import { touching } from "../../write/reach";

/** What is needed most: how it looks (in TeX too), what is written, and where one goes on writing (from the end). */
const PIECES: readonly (readonly [look: string, tex: string, back: number])[] = [
  ["\\tfrac{a}{b}", "\\frac{}{}", 3],
  ["\\sqrt{a}", "\\sqrt{}", 1],
  ["x^n", "^{}", 1],
  ["x_n", "_{}", 1],
  ["\\vec{u}", "\\vec{}", 1],
  ["\\widehat{ABC}", "\\widehat{}", 1],
  ["\\times", "\\times ", 0],
  ["\\leq", "\\leq ", 0],
  ["\\geq", "\\geq ", 0],
  ["\\neq", "\\neq ", 0],
  ["\\pi", "\\pi ", 0],
  ["\\infty", "\\infty ", 0],
  ["\\in", "\\in ", 0],
  ["\\mathbb{R}", "\\mathbb{R} ", 0],
  ["\\to", "\\to ", 0],
  ["\\lim", "\\lim_{x \\to } ", 2],
  ["\\textstyle\\sum", "\\sum_{}^{} ", 5],
  ["\\textstyle\\int", "\\int_{}^{} ", 5],
];

interface Writing {
  readonly panel: HTMLFormElement;
  readonly preview: HTMLElement;
  readonly x: number;
  readonly y: number;
  readonly old: string | null;
  /** As it is turned; what is written anew is upright. */
  readonly turn: Matrix;
  readonly page: string;
  colour: number;
  size: number;
}

export class FormulaTool implements Tool {
  #writing: Writing | null = null;

  constructor(
    private readonly bench: Bench,
    /** Where the panel is laid: over the stage. */
    private readonly stage: HTMLElement,
  ) {}

  begin(): void {
    this.#finish();
  }

  go(): void {}

  cancel(): void {}

  end(spot: Spot): void {
    const { bench } = this;
    const found = touching(bench.view, bench.page, spot, spot, 10 / bench.view.scale).at(-1);
    if (found?.what.kind === "formula") {
      const { what, matrix, name } = found;
      const [x, y] = apply(matrix, what.x, what.y);
      const turn = rotation(angleOf(matrix), x, y);
      this.#open(x, y, what.size * scaleOf(matrix), what.colour, what.tex, { name, turn });
    } else {
      this.#open(spot.x, spot.y - bench.width * 0.6, bench.width, bench.setting.colour, "", null);
    }
  }

  dress({ colour, width }: Partial<Setting>): boolean {
    const writing = this.#writing;
    if (!writing) return false;
    if (colour !== undefined) writing.colour = colour;
    if (width !== undefined) writing.size = this.bench.width;
    void this.#preview(writing);
    return false;
  }

  close(): void {
    this.#finish();
  }

  #open(
    x: number,
    y: number,
    size: number,
    colour: number,
    tex: string,
    changed: { readonly name: string; readonly turn: Matrix } | null,
  ): void {
    const panel = document.createElement("form");
    // Not over the place where the formula is to stand.
    panel.className = y > PAGE.height * 0.4 ? "formula-panel above" : "formula-panel";
    const w = (key: string) => plain(word(`studio.formula.${key}`));
    panel.innerHTML = `
      <label class="stack tight"><span>${w("label")}</span><input class="input" dir="ltr" autocomplete="off" autocapitalize="off" spellcheck="false" maxlength="${MAX_TEX}"></label>
      <div class="pieces" dir="ltr">${PIECES.map(([, tex], i) => `<button type="button" class="button" data-piece="${i}" aria-label="${plain(tex.trim())}"></button>`).join("")}</div>
      <div class="row"><button type="button" class="button" data-give-up>${w("cancel")}</button><p class="mistake" role="status"></p><button type="submit" class="button primary">${w("place")}</button></div>`;
    const preview = document.createElement("div");
    preview.className = "board-formula writing";
    preview.dir = "ltr";
    this.bench.desk.append(preview);
    this.stage.append(panel);
    const [old, turn] = [changed?.name ?? null, changed?.turn ?? IDENTITY];
    const writing = { panel, preview, x, y, old, turn, page: this.bench.page.id, colour, size };
    this.#writing = writing;
    if (old) this.bench.view.hold([old]);
    const input = panel.querySelector("input") as HTMLInputElement;
    input.value = tex;
    input.addEventListener("input", () => void this.#preview(writing));
    panel.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#finish();
    });
    panel.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Escape") this.#give();
    });
    panel.addEventListener("click", (event) => {
      const target = (event.target as Element).closest("button");
      if (!target) return;
      if ("giveUp" in target.dataset) this.#give();
      const piece = PIECES[Number(target.dataset.piece ?? -1)];
      if (!piece) return;
      input.setRangeText(piece[1], input.selectionStart ?? 0, input.selectionEnd ?? 0, "end");
      const at = (input.selectionStart ?? 0) - piece[2];
      input.focus();
      input.setSelectionRange(at, at);
      void this.#preview(writing);
    });
    input.focus();
    void this.#preview(writing);
    void import("../../board/formula").then(({ setFormula }) => {
      for (const [i, button] of panel.querySelectorAll<HTMLElement>("[data-piece]").entries())
        setFormula(button, (PIECES[i] as (typeof PIECES)[0])[0]);
    });
  }

  async #preview(writing: Writing): Promise<void> {
    const { panel, preview, x, y, turn, size, colour } = writing;
    preview.style.transform = `matrix(${compose(turn, translation(x, y)).join()})`;
    preview.style.fontSize = `${size}px`;
    preview.style.color = `var(--board-${colour})`;
    const { setFormula } = await import("../../board/formula");
    const tex = (panel.querySelector("input") as HTMLInputElement).value;
    const wrong = tex.trim() === "" ? "" : setFormula(preview, tex);
    if (tex.trim() === "") preview.replaceChildren();
    const told = panel.querySelector(".mistake") as HTMLElement;
    told.textContent = wrong ? word("studio.formula.mistake", { why: `\u2068${wrong}\u2069` }) : "";
  }

  #give(): void {
    const writing = this.#writing;
    this.#writing = null;
    writing?.panel.remove();
    writing?.preview.remove();
    this.bench.view.hold(null);
  }

  #finish(): void {
    const writing = this.#writing;
    if (!writing) return;
    const tex = (writing.panel.querySelector("input") as HTMLInputElement).value.trim();
    this.#give();
    const { bench } = this;
    const { old, turn, page, x, y } = writing;
    if (page !== bench.page.id) return;
    const before = old ? (bench.page.things.get(old)?.what as Formula | undefined) : undefined;
    const size = Math.round(writing.size);
    if (before?.tex === tex && before.colour === writing.colour && Math.round(before.size) === size) return;
    if (tex === "") {
      if (old) bench.act(gone(page, [old], bench.speaker));
      return;
    }
    const id = bench.nextId();
    const thing: Formula = {
      kind: "formula",
      x: Math.round(x),
      y: Math.round(y),
      size,
      colour: writing.colour,
      tex,
    };
    bench.say({ op: "thing", id, thing });
    if (turn !== IDENTITY) bench.say({ op: "moved", things: [id], by: turn });
    if (!old) {
      bench.did(put(page, [id]));
      return;
    }
    bench.say({ op: "gone", things: [refOf(old, bench.speaker)] });
    bench.did(instead(page, old, id, bench.speaker));
  }
}
