/** Captions typed while the lesson is on air, by the teacher or whoever sits beside him: a line, said with Enter. */
import { LANGUAGES, languageOf, MAX_LINE } from "../captions/cues";
import { clock, type Facts } from "../ui/facts";
import { keep, kept } from "../ui/keep";
import { plain } from "../ui/plain";
import { word } from "../ui/words";
import type { Entry } from "../wire/frames";

const LANGUAGE = "halqa:studio:captions";
/** Lines that stay in sight. */
const SHOWN = 4;
const NAMES = { ar: "العربية", fr: "Français", zgh: "ⵜⴰⵎⴰⵣⵉⵖⵜ", en: "English" } as const;

export class Captioning {
  readonly #root = document.createElement("details");
  readonly #lines = new Map<number, { readonly t: number; readonly text: string }>();

  constructor(
    face: HTMLElement,
    facts: Facts,
    /** Say this on that track, now; false: not on air. */
    private readonly say: (track: string, payload: Uint8Array<ArrayBuffer>) => boolean,
  ) {
    this.#root.className = "captioning";
    this.#root.innerHTML = markup();
    face.querySelector(".side .sources")?.before(this.#root);
    const select = this.#part<HTMLSelectElement>("select");
    select.value = kept(LANGUAGE) || facts.language || "fr";
    const speak = () => {
      keep(LANGUAGE, select.value);
      this.#part("input").lang = select.value;
    };
    select.addEventListener("change", speak);
    speak();
    this.#part<HTMLFormElement>("form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#type(select.value);
    });
  }

  /** An entry of any track. */
  take({ track, seq, t, payload }: Entry): void {
    if (!languageOf(track) || this.#lines.has(seq)) return;
    this.#lines.set(seq, { t, text: new TextDecoder().decode(payload) });
    const last = [...this.#lines.entries()].sort(([a], [b]) => a - b).slice(-SHOWN);
    this.#part("ol").innerHTML = last
      .map(
        ([, one]) =>
          `<li><bdi dir="auto">${plain(one.text)}</bdi><time dir="ltr">${clock(one.t)}</time></li>`,
      )
      .join("");
  }

  #type(language: string): void {
    const input = this.#part<HTMLInputElement>("input");
    const text = input.value.replace(/\s+/g, " ").trim();
    if (!text) return;
    const said = this.say(`captions/${language}`, new TextEncoder().encode(text));
    this.#part(".offair").hidden = said;
    if (said) input.value = "";
  }

  #part<T extends HTMLElement = HTMLElement>(selector: string): T {
    return this.#root.querySelector(selector) as T;
  }
}

function markup(): string {
  const w = (key: string) => plain(word(`captioning.${key}`));
  const languages = LANGUAGES.map((code) => `<option value="${code}">${NAMES[code]}</option>`).join("");
  return `<summary>${w("title")}</summary><form class="stack tight">
    <select class="input" aria-label="${w("language")}">${languages}</select>
    <label class="stack tight"><span class="visually-hidden">${w("line")}</span><input class="input" dir="auto" maxlength="${MAX_LINE}" placeholder="${w("hint")}" autocomplete="off"></label>
    <p class="note offair" role="alert" hidden>${w("offair")}</p><ol aria-label="${w("said")}"></ol></form>`;
}
