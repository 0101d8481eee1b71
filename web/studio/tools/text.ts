/** Writes with the keyboard, where it was tapped, in any script: a line that begins in Arabic runs from there to the left. */
import { gone, instead, put } from "../../board/acts";
import { type Matrix, PAGE, type Text } from "../../board/board";
import { refOf } from "../../board/fold";
import { angleOf, apply, compose, IDENTITY, rotation, scaleOf, translation } from "../../board/matrix";
import { MAX_TEXT } from "../../board/payload";
import type { Spot } from "../../board/pen";
import { word } from "../../ui/words";
import type { Bench, Setting, Tool } from "../../write/bench";
import { touching } from "../../write/reach";

/** Units from the edge of the page. */
const EDGE = 120;
const NARROWEST = 600;

interface Writing {
  readonly field: HTMLElement;
  readonly x: number;
  readonly y: number;
  /** The text that is being changed. */
  readonly old: string | null;
  /** As it is turned; what is written anew is upright. */
  readonly turn: Matrix;
  readonly page: string;
  colour: number;
  size: number;
}

export class TextTool implements Tool {
  #writing: Writing | null = null;
  #ended = Number.NEGATIVE_INFINITY;
  #ending = false;

  constructor(private readonly bench: Bench) {}

  /** A tap beside what is being written ends it, and begins nothing. */
  begin(): void {
    this.#ending = performance.now() - this.#ended < 100;
  }

  go(): void {}

  cancel(): void {}

  end(spot: Spot): void {
    if (this.#ending) return;
    const { bench } = this;
    const found = touching(bench.view, bench.page, spot, spot, 10 / bench.view.scale).at(-1);
    if (found?.what.kind === "text") {
      const { what, matrix, name } = found;
      const [x, y] = apply(matrix, what.x, what.y);
      const scale = scaleOf(matrix);
      const turn = rotation(angleOf(matrix), x, y);
      this.#open(x, y, what.size * scale, what.colour, what.text, { name, w: what.w * scale, turn });
    } else {
      this.#open(spot.x, spot.y - bench.width * 0.7, bench.width, bench.setting.colour, "", null);
    }
  }

  dress({ colour, width }: Partial<Setting>): boolean {
    const writing = this.#writing;
    if (!writing) return false;
    if (colour !== undefined) writing.colour = colour;
    if (width !== undefined) writing.size = this.bench.width;
    this.#dress(writing);
    writing.field.focus();
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
    text: string,
    changed: { readonly name: string; readonly w: number; readonly turn: Matrix } | null,
  ): void {
    const field = document.createElement("div");
    field.className = "board-text writing";
    field.dir = "auto";
    field.contentEditable = "plaintext-only";
    field.role = "textbox";
    field.ariaMultiLine = "true";
    field.ariaLabel = word("studio.tool.text");
    field.spellcheck = false;
    field.textContent = text;
    // What is changed keeps where it began, from the side on which its first letter is.
    const [old, turn] = [changed?.name ?? null, changed?.turn ?? IDENTITY];
    const writing = { field, x, y, old, turn, page: this.bench.page.id, colour, size };
    this.#writing = writing;
    if (old) this.bench.view.hold([old]);
    this.bench.desk.append(field);
    if (changed && getComputedStyle(field).direction === "rtl")
      this.#writing = { ...writing, x: x + changed.w };
    this.#dress(this.#writing);
    field.addEventListener("input", () => this.#writing && this.#place(this.#writing));
    field.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Escape" || (event.key === "Enter" && (event.ctrlKey || event.metaKey)))
        this.#finish();
    });
    field.addEventListener("blur", () => this.#finish());
    field.focus();
    getSelection()?.selectAllChildren(field);
    getSelection()?.collapseToEnd();
  }

  #dress(writing: Writing): void {
    writing.field.style.fontSize = `${writing.size}px`;
    writing.field.style.color = `var(--board-${writing.colour})`;
    this.#place(writing);
  }

  #place({ field, x, y, turn }: Writing): void {
    const { left, room } = this.#room(field, x);
    field.style.maxInlineSize = `${room}px`;
    const at = left === null ? x - field.offsetWidth : left;
    field.style.transform = `matrix(${compose(turn, translation(at, y)).join()})`;
  }

  /** Where it begins (null: it ends there), and how wide it may become. */
  #room(field: HTMLElement, x: number): { readonly left: number | null; readonly room: number } {
    const rtl = getComputedStyle(field).direction === "rtl";
    if (rtl) return { left: null, room: Math.max(NARROWEST, x - EDGE) };
    return { left: x, room: Math.max(NARROWEST, PAGE.width - EDGE - x) };
  }

  #finish(): void {
    const writing = this.#writing;
    if (!writing) return;
    this.#writing = null;
    this.#ended = performance.now();
    const { bench } = this;
    const { field, y, old, turn, colour, size } = writing;
    const text = field.textContent.replace(/\n$/, "").slice(0, MAX_TEXT);
    const { left } = this.#room(field, writing.x);
    // One unit more than measured: rounding must not break a line.
    const w = field.offsetWidth + 1;
    const x = Math.round(left === null ? writing.x - w : left);
    field.remove();
    bench.view.hold(null);
    if (writing.page !== bench.page.id) return;
    const before = old ? (bench.page.things.get(old)?.what as Text | undefined) : undefined;
    if (before?.text === text && before.colour === colour && before.size === size) return;
    if (text.trim() === "") {
      if (old) bench.act(gone(bench.page.id, [old], bench.speaker));
      return;
    }
    const id = bench.nextId();
    const thing: Text = { kind: "text", x, y: Math.round(y), w, size: Math.round(size), colour, text };
    bench.say({ op: "thing", id, thing });
    if (turn !== IDENTITY) bench.say({ op: "moved", things: [id], by: turn });
    if (!old) {
      bench.did(put(bench.page.id, [id]));
      return;
    }
    bench.say({ op: "gone", things: [refOf(old, bench.speaker)] });
    bench.did(instead(bench.page.id, old, id, bench.speaker));
  }
}
