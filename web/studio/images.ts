/** Pictures on a page of the board: chosen, pasted or dropped there; sent as slides are, then a thing like others. */
import { word } from "../ui/words";
import { Problem, type TicketHolder } from "../wire/tickets";
import { type Leaf, lay, MOST_BYTES } from "./slides";

export interface ImagesEvents {
  /** It is on the timeline: put it there. `at`: where on the screen it was dropped. */
  image(leaf: Leaf, at: { readonly x: number; readonly y: number } | null): void;
  /** How far it is, or why it is not; "": all is well. */
  told(text: string): void;
}

export class Images {
  readonly #input = document.createElement("input");

  constructor(
    easel: HTMLElement,
    private readonly lesson: string,
    private readonly tickets: TicketHolder,
    private readonly events: ImagesEvents,
  ) {
    this.#input.type = "file";
    this.#input.accept = "image/*";
    this.#input.multiple = true;
    this.#input.hidden = true;
    this.#input.dataset.image = "";
    easel.append(this.#input);
    this.#input.addEventListener("change", () => {
      void this.#put([...(this.#input.files ?? [])], null);
      this.#input.value = "";
    });
    addEventListener("paste", (event) => {
      const files = pictures(event.clipboardData);
      if (files.length === 0 || (event.target as Element).closest?.("input, textarea, dialog")) return;
      event.preventDefault();
      void this.#put(files, null);
    });
    easel.addEventListener("dragover", (event) => {
      if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
    });
    easel.addEventListener("drop", (event) => {
      const files = pictures(event.dataTransfer);
      if (files.length === 0) return;
      event.preventDefault();
      void this.#put(files, { x: event.clientX, y: event.clientY });
    });
  }

  /** Let one be chosen. */
  open(): void {
    this.#input.click();
  }

  /** One after the other; what cannot be put there is told, the others are. */
  async #put(files: readonly File[], at: { readonly x: number; readonly y: number } | null): Promise<void> {
    for (const file of files) {
      if (file.size > MOST_BYTES) {
        this.events.told(word("studio.slides.too-large-document"));
        continue;
      }
      this.events.told(word("studio.slides.sending", { name: file.name }));
      try {
        const progress = {
          sent: () => undefined,
          pages: () => undefined,
          leaf: (leaf: Leaf) => this.events.image(leaf, at),
        };
        await lay(
          this.lesson,
          file,
          { first: 1, last: 1 },
          this.tickets,
          progress,
          new AbortController().signal,
        );
        this.events.told("");
      } catch (error) {
        this.events.told(reason(error));
      }
    }
  }
}

function reason(error: unknown): string {
  if (!(error instanceof Problem)) return word("studio.slides.cut");
  const key = `studio.slides.${error.code}`;
  const known = word(key);
  return known === key ? word("studio.problem", { why: error.message }) : known;
}

function pictures(data: DataTransfer | null): File[] {
  return [...(data?.files ?? [])].filter((file) => file.type.startsWith("image/"));
}
