/**
 * Texts, formulas and images of a page as elements, in board units: the sheet is 8000 px wide and scaled as a whole, so they
 * stay sharp at any size, can be read aloud, and are laid out once.
 */
import type { Formula, Image, Matrix, PageFacts, Picture, Placed, Text } from "./board";
import { PAGE } from "./board";
import { compose, translation } from "./matrix";
import type { Frame } from "./paper";

type Written = Text | Formula | Image;

/** The address at which a picture can be had; may take its time, and may fail. */
export type Pictures = (picture: Picture) => Promise<string>;

export function isWritten(what: Placed["what"]): what is Written {
  return what.kind === "text" || what.kind === "formula" || what.kind === "image";
}

interface Shown {
  readonly element: HTMLElement;
  placed: Placed;
}

export class Sheet {
  readonly pictures = sheet("board-sheet board-pictures");
  readonly words = sheet("board-sheet board-words");
  readonly #shown = new Map<string, Shown>();
  #ground: { readonly picture: Picture; readonly element: HTMLImageElement } | null = null;

  constructor(private readonly fetchPicture: Pictures) {}

  frame({ x, y, scale }: Frame): void {
    const transform = `matrix(${scale},0,0,${scale},${-x * scale},${-y * scale})`;
    this.pictures.style.transform = this.words.style.transform = transform;
  }

  /** The picture that lies over the whole page. */
  ground(facts: PageFacts): void {
    if (this.#ground?.picture === facts.picture) return;
    this.#ground?.element.remove();
    this.#ground = null;
    if (!facts.picture) return;
    const element = document.createElement("img");
    element.alt = "";
    element.width = PAGE.width;
    element.height = PAGE.height;
    element.style.objectFit = "contain";
    this.pictures.prepend(element);
    this.#ground = { picture: facts.picture, element };
    this.#fetch(element, facts.picture);
  }

  /** This thing is there as it is now; null: it is not. */
  put(name: string, placed: Placed | null): void {
    const shown = this.#shown.get(name);
    if (!placed || !isWritten(placed.what)) {
      shown?.element.remove();
      this.#shown.delete(name);
      return;
    }
    if (shown && shown.placed.what.kind === placed.what.kind) {
      const before = shown.placed;
      shown.placed = placed;
      // What was said here comes back from the timeline as another object: laid out again, it would blink.
      if (before.what !== placed.what && written(before.what) !== written(placed.what))
        this.#fill(shown.element, placed.what);
      if (before.what !== placed.what || before.matrix !== placed.matrix)
        place(shown.element, placed.what, placed.matrix);
      return;
    }
    shown?.element.remove();
    const element = make(placed.what);
    this.#shown.set(name, { element, placed });
    this.#fill(element, placed.what);
    place(element, placed.what, placed.matrix);
    (placed.what.kind === "image" ? this.pictures : this.words).append(element);
  }

  /** Moved for the time being (a hand holds it); null: where it belongs. */
  hold(name: string, by: Matrix | null): void {
    const shown = this.#shown.get(name);
    if (!shown || !isWritten(shown.placed.what)) return;
    const matrix = by ? compose(by, shown.placed.matrix) : shown.placed.matrix;
    place(shown.element, shown.placed.what, matrix);
  }

  /** How large a text or formula came out, in board units; null: it is not shown. */
  size(name: string): { readonly width: number; readonly height: number } | null {
    const element = this.#shown.get(name)?.element;
    return element ? { width: element.offsetWidth, height: element.offsetHeight } : null;
  }

  clear(): void {
    for (const { element } of this.#shown.values()) element.remove();
    this.#shown.clear();
  }

  #fill(element: HTMLElement, what: Written): void {
    if (what.kind === "text") {
      element.textContent = what.text;
      element.style.inlineSize = what.w > 0 ? `${what.w}px` : "max-content";
    } else if (what.kind === "formula") {
      setWhenReady(element, what.tex);
    } else {
      const image = element as HTMLImageElement;
      image.width = what.w;
      image.height = what.h;
      this.#fetch(image, what);
    }
    if (what.kind !== "image") {
      element.style.fontSize = `${what.size}px`;
      element.style.color = `var(--board-${what.colour})`;
    }
  }

  #fetch(image: HTMLImageElement, picture: Picture): void {
    this.fetchPicture(picture).then(
      (address) => {
        image.src = address;
      },
      () => {
        image.removeAttribute("src");
      },
    );
  }
}

function sheet(name: string): HTMLElement {
  return Object.assign(document.createElement("div"), { className: name });
}

function make(what: Written): HTMLElement {
  if (what.kind === "image")
    return Object.assign(document.createElement("img"), { alt: "", draggable: false });
  const element = document.createElement(what.kind === "text" ? "p" : "div");
  element.className = `board-${what.kind}`;
  element.dir = what.kind === "text" ? "auto" : "ltr";
  return element;
}

function place(element: HTMLElement, what: Written, matrix: Matrix): void {
  element.style.transform = `matrix(${compose(matrix, translation(what.x, what.y)).join()})`;
}

/** What a thing is, as a text: equal exactly when these are, in whatever order their members stand. */
function written(what: Placed["what"]): string {
  return JSON.stringify(Object.entries(what).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function setWhenReady(element: HTMLElement, tex: string): void {
  if (element.dataset.tex === tex) return;
  element.textContent = tex;
  element.dataset.tex = tex;
  void import("./formula").then(({ setFormula }) => {
    // What it says may have changed while the letters were on their way.
    if (element.dataset.tex !== tex) return;
    element.title = setFormula(element, tex);
  });
}
