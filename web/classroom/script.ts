/**
 * What is said, to be read: captions over the lesson, the transcript beside it, and words found in everything that was written (what
 * is said, on the board, chapters, questions). Captions that nobody asked for cost a line as they are typed, and nothing else.
 * For tests: `data-captions` (the language that is shown).
 */
import type { Op } from "../board/board";
import { decodeOps, MalformedBoard } from "../board/decode";
import { type Cue, CueBook, currentOf, languageOf } from "../captions/cues";
import { find, type Kind, MOST_HITS, type Written } from "../captions/find";
import { readFact } from "../talk/facts";
import { clock, type Facts } from "../ui/facts";
import { keep, kept } from "../ui/keep";
import { plain } from "../ui/plain";
import { word } from "../ui/words";
import { ask } from "../wire/follow";
import type { Entry } from "../wire/frames";
import type { TicketHolder } from "../wire/tickets";

const CHOSEN = "halqa:captions";
/** Enough to learn whether there are any, before somebody wants them. */
const A_GLANCE = 1_024;
const A_PAGE = 256 << 10;
/** A reader who scrolled by himself is left alone for so long. */
const ALONE_MS = 8_000;
const NAMES: Readonly<Record<string, string>> = {
  ar: "العربية",
  fr: "Français",
  zgh: "ⵜⴰⵎⴰⵣⵉⵖⵜ",
  en: "English",
};

export interface ScriptLesson {
  goTo(ms: number): void;
  /** What there is to read changed. */
  changed(): void;
}

export class Script {
  readonly #book = new CueBook();
  readonly #files: Readonly<Record<string, string>>;
  readonly #fetched = new Set<string>();
  readonly #boards: Entry[] = [];
  readonly #facts = new Map<number, Written>();
  #onBoard: Written[] = [];
  #read = 0;
  readonly #seqs = new Set<number>();
  #language = kept(CHOSEN);
  /** What of the transcript is laid out: its language and how many lines. */
  #laid = "";
  #scrolledAt = Number.NEGATIVE_INFINITY;
  #cursor = 0;
  #whole = false;
  #asking = false;

  constructor(
    private readonly face: HTMLElement,
    private readonly facts: Facts,
    private readonly tickets: TicketHolder,
    private readonly lesson: ScriptLesson,
    signal: AbortSignal,
  ) {
    this.#files = facts.captions ?? {};
    const on = (selector: string, type: string, act: (event: Event) => void) =>
      this.#part(selector).addEventListener(type, act, { signal });
    on("[data-pick=captions]", "change", (event) => this.#choose((event.target as HTMLSelectElement).value));
    on("[data-pick=transcript]", "change", () => this.#open());
    on(".find input", "input", () => this.#find());
    on(".find", "submit", (event) => event.preventDefault());
    on(".transcript", "pointerdown", () => this.#touched());
    on(".transcript", "wheel", () => this.#touched());
    // The bar is as high as what it has to offer.
    const bar = this.#part(".bar");
    const watch = new ResizeObserver(() => face.style.setProperty("--bar", `${bar.offsetHeight}px`));
    watch.observe(bar);
    signal.addEventListener("abort", () => watch.disconnect());
    void this.#fetch(A_GLANCE);
    if (this.#language) this.#want(this.#language);
  }

  /** Whether there is anything to read or to find. */
  get scripted(): boolean {
    return this.#languages.length > 0 || this.#facts.size > 0;
  }

  take(entry: Entry): void {
    if (languageOf(entry.track)) {
      if (this.#book.take(entry)) this.lesson.changed();
    } else if (entry.track === "talk") this.#tell(entry);
    else if (entry.track.startsWith("board/") && !this.#seqs.has(entry.seq)) {
      this.#seqs.add(entry.seq);
      this.#boards.push(entry);
    }
  }

  /** The panel is open: whoever wants to read has time for the rest. */
  opened(): void {
    void this.#fetch(A_PAGE);
    for (const language of Object.keys(this.#files)) this.#want(language);
  }

  paint(now: number, open: boolean): void {
    const languages = this.#languages;
    const bar = this.#part("[data-pick=captions]").parentElement as HTMLElement;
    bar.hidden = languages.length === 0;
    this.#offer(this.#part("[data-pick=captions]"), languages, true);
    const text = languages.includes(this.#language) ? this.#book.at(this.#language, now) : "";
    const line = this.#part(".caption");
    line.hidden = text === "";
    if (line.textContent !== text) line.textContent = text;
    if (line.lang !== this.#language) line.lang = this.#language;
    this.face.dataset.captions = languages.includes(this.#language) ? this.#language : "";
    if (open) this.#paintTranscript(languages, now);
  }

  // -- what comes ---------------------------------------------------------------------------------------------------

  get #languages(): readonly string[] {
    return [...new Set([...Object.keys(this.#files), ...this.#book.languages])];
  }

  #choose(language: string): void {
    this.#language = language;
    keep(CHOSEN, language);
    if (language) {
      this.#want(language);
      void this.#fetch(A_PAGE);
    }
    this.lesson.changed();
  }

  /** The file of a language, once. */
  #want(language: string): void {
    const address = this.#files[language];
    if (!address || this.#fetched.has(language)) return;
    this.#fetched.add(language);
    void fetch(address, { signal: AbortSignal.timeout(30_000) })
      .then(async (answer) => {
        if (!answer.ok) throw new Error(String(answer.status));
        const { cues } = (await answer.json()) as { cues: [number, number, string][] };
        this.#book.bring(language, cues);
        this.lesson.changed();
      })
      // Asked for again when it is wanted again.
      .catch(() => this.#fetched.delete(language));
  }

  /** What was typed before this page was opened. */
  async #fetch(limit: number): Promise<void> {
    if (this.#asking || this.#whole) return;
    this.#asking = true;
    try {
      do {
        const question = { tracks: "captions/*", after: this.#cursor, limit, wait: 0 };
        let why = "";
        for await (const item of ask(
          this.facts.timeline,
          question,
          this.tickets,
          new AbortController().signal,
        )) {
          if (item.kind === "entry") {
            this.#cursor = item.seq;
            this.take(item);
          } else if (item.kind === "notice" && item.body.notice === "end") {
            this.#cursor = Number(item.body.after ?? this.#cursor);
            why = String(item.body.why);
          }
        }
        this.#whole = why === "head" || why === "sealed";
        if (why !== "limit") break;
      } while (limit === A_PAGE);
    } catch {
      // Nothing was said yet, or the line is down: what comes live comes all the same.
    } finally {
      this.#asking = false;
    }
    this.lesson.changed();
  }

  #tell({ seq, t, payload }: Entry): void {
    const fact = readFact(payload);
    const put = (kind: Kind, text: string) => text.trim() && this.#facts.set(seq, { t, kind, text });
    if (fact?.fact === "poll-opened") put("question", [fact.text, ...fact.choices].join(" · "));
    if (fact?.fact === "slate") put("question", fact.text);
    if (fact?.fact === "question-published") put("question", [fact.text, fact.answer ?? ""].join(" "));
  }

  // -- finding ------------------------------------------------------------------------------------------------------

  /** Everything that was written so far. `chapters`: as they are told to the reader. */
  chapters: readonly { readonly t: number; readonly title: string }[] = [];

  #find(): void {
    const asked = this.#part<HTMLInputElement>(".find input").value;
    const said = this.#languages.flatMap((language) =>
      this.#book.cues(language).map(({ begins, text }): Written => ({ t: begins, kind: "said", text })),
    );
    const titles = this.chapters.map(({ t, title }): Written => ({ t, kind: "chapter", text: title }));
    const hits = find([...said, ...this.#texts(), ...titles, ...this.#facts.values()], asked);
    const list = this.#part(".hits");
    list.innerHTML = hits.map(hit).join("");
    const none = this.#part(".nohits");
    none.hidden = hits.length > 0 || asked.trim() === "";
    const more = this.#part(".found");
    more.textContent = hits.length ? word("script.found", { n: hits.length }) : "";
    more.hidden = hits.length === 0;
    if (hits.length === MOST_HITS) more.textContent = word("script.many", { n: MOST_HITS });
  }

  /** Texts and formulas on the board, each when it was written. */
  #texts(): readonly Written[] {
    for (const { t, payload } of this.#boards.slice(this.#read))
      for (const op of opsOf(payload)) {
        if (op.op !== "thing") continue;
        const { thing } = op;
        const text = thing.kind === "text" ? thing.text : thing.kind === "formula" ? thing.tex : "";
        if (text.trim()) this.#onBoard.push({ t, kind: "board", text });
      }
    this.#read = this.#boards.length;
    return this.#onBoard;
  }

  // -- the transcript -----------------------------------------------------------------------------------------------

  #open(): void {
    this.#laid = "";
    this.lesson.changed();
  }

  #touched(): void {
    this.#scrolledAt = performance.now();
  }

  #paintTranscript(languages: readonly string[], now: number): void {
    const select = this.#part<HTMLSelectElement>("[data-pick=transcript]");
    this.#part(".script").hidden = languages.length === 0;
    if (languages.length === 0) return;
    this.#offer(select, languages, false);
    select.hidden = languages.length < 2;
    const cues = this.#book.cues(select.value);
    const laid = `${select.value} ${cues.length} ${cues.at(-1)?.begins ?? 0}`;
    const list = this.#part(".transcript");
    if (laid !== this.#laid) {
      this.#laid = laid;
      list.lang = select.value;
      list.innerHTML = cues.map(line).join("");
    }
    const current = currentOf(cues, now);
    const item = list.children[current]?.firstElementChild;
    if (!item || item.ariaCurrent === "true") return;
    for (const one of list.querySelectorAll('[aria-current="true"]')) one.ariaCurrent = "false";
    item.ariaCurrent = "true";
    if (performance.now() - this.#scrolledAt > ALONE_MS) item.scrollIntoView({ block: "nearest" });
  }

  #offer(select: HTMLSelectElement, languages: readonly string[], off: boolean): void {
    const wanted = languages.join();
    if (select.dataset.languages === wanted) return;
    select.dataset.languages = wanted;
    const before = off ? this.#language : select.value || this.#language;
    const none = off ? [new Option(word("script.off"), "")] : [];
    select.replaceChildren(...none, ...languages.map((code) => new Option(NAMES[code] ?? code, code)));
    select.value = languages.includes(before) ? before : off ? "" : (languages[0] ?? "");
  }

  #part<T extends HTMLElement = HTMLElement>(selector: string): T {
    return this.face.querySelector(selector) as T;
  }
}

function opsOf(payload: Uint8Array): readonly Op[] {
  try {
    return decodeOps(payload);
  } catch (error) {
    if (error instanceof MalformedBoard) return [];
    throw error;
  }
}

function hit({ t, kind, text }: Written): string {
  return `<li><button type="button" data-act="at:${t}"><span class="what">${plain(word(`script.${kind}`))}</span><span class="text"><bdi dir="auto">${plain(text)}</bdi></span><time dir="ltr">${clock(t)}</time></button></li>`;
}

function line({ begins, text }: Cue): string {
  return `<li><button type="button" data-act="at:${begins}"><bdi dir="auto">${plain(text)}</bdi><time dir="ltr">${clock(begins)}</time></button></li>`;
}
