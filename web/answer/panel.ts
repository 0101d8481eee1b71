/**
 * One question as whoever answers sees it: the text, what can be answered, what was answered, and what came of it. Paints
 * what it is given, and tells of every answer; sending is somebody else's affair. Everything from the wire is set as text.
 */
import { isRight } from "../talk/answers";
import type { Answer, Right, Tally } from "../talk/facts";
import { MAX_TEXT, PLACES } from "../talk/facts";
import type { Asked } from "../talk/fold";
import { plain } from "../ui/plain";
import { language, word } from "../ui/words";
import { LETTERS, RIGHT_SIGN, shape, WRONG_SIGN } from "./shapes";

export interface PanelView {
  readonly poll: Asked;
  /** What was answered here last. */
  readonly mine: Answer | null;
  /** Whether an answer can be given, or changed. */
  readonly open: boolean;
  /** Said below: sent, kept, tried only. */
  readonly state: string;
}

const STEP = 20;
/** Half the sides of a point on the page, for a finger and for the back row. */
const POINT = 26;

export class AnswerPanel {
  readonly root = document.createElement("section");
  #poll = "";
  #view: PanelView | null = null;
  /** What is being put together and not answered yet: ticks, digits, a point. */
  #draft: Answer | null = null;

  constructor(private readonly answered: (answer: Answer) => void) {
    this.root.className = "poll";
    this.root.addEventListener("click", (event) => this.#click(event));
    this.root.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    this.root.addEventListener("input", (event) => {
      this.#draft = (event.target as HTMLInputElement).value;
    });
    this.root.addEventListener("keydown", (event) => this.#steer(event));
  }

  paint(view: PanelView): void {
    const fresh = view.poll.poll !== this.#poll;
    this.#view = view;
    if (fresh) {
      this.#poll = view.poll.poll;
      this.#draft = view.mine;
      this.root.innerHTML = markup(view.poll);
    }
    this.root.dataset.kind = view.poll.kind;
    this.root.dataset.poll = view.poll.poll;
    this.root.classList.toggle("open", view.open);
    this.root.classList.toggle("shown", view.poll.shown !== null);
    this.#say(".state", view.state);
    if (view.poll.kind === "place") this.#paintPlaces(view);
    else if (view.poll.kind === "number" || view.poll.kind === "text") this.#paintWords(view);
    else this.#paintChoices(view);
  }

  /** A letter or a digit on the keyboard; whether it meant a choice. */
  key(key: string): boolean {
    const view = this.#view;
    if (!view?.open || !/^[a-f1-6]$/i.test(key)) return false;
    const index = key >= "1" && key <= "6" ? Number(key) - 1 : key.toLowerCase().charCodeAt(0) - 97;
    const button = this.root.querySelectorAll<HTMLButtonElement>("[data-choice]")[index];
    button?.click();
    return button !== undefined;
  }

  // -- what people do -----------------------------------------------------------------------------------------------

  #click(event: Event): void {
    const view = this.#view;
    const target = event.target as Element;
    if (!view?.open) return;
    const choice = target.closest<HTMLElement>("[data-choice]")?.dataset.choice;
    if (choice !== undefined) this.#choose(view, Number(choice));
    const digit = target.closest<HTMLElement>("[data-digit]")?.dataset.digit;
    if (digit !== undefined) this.#type(digit);
    const map = target.closest<HTMLElement>(".map");
    if (map && event instanceof MouseEvent && event.detail > 0) {
      const box = map.getBoundingClientRect();
      const at = (share: number) => Math.max(0, Math.min(PLACES, Math.round(share * PLACES)));
      this.#draft = [at((event.clientX - box.left) / box.width), at((event.clientY - box.top) / box.height)];
      this.#answer(this.#draft);
    }
    if (target.closest("[data-send]")) this.#send();
  }

  #choose(view: PanelView, index: number): void {
    if (view.poll.kind === "truth") this.#answer(index === 0);
    else if (view.poll.kind === "one") this.#answer(index);
    else {
      const ticked = new Set(Array.isArray(this.#draft) ? (this.#draft as number[]) : []);
      if (!ticked.delete(index)) ticked.add(index);
      this.#draft = [...ticked].sort((a, b) => a - b);
      this.paint(view);
    }
  }

  #type(digit: string): void {
    const input = this.#input();
    if (digit === "back") input.value = input.value.slice(0, -1);
    else if (digit === "-")
      input.value = input.value.startsWith("-") ? input.value.slice(1) : `-${input.value}`;
    else if (input.value.length < 14 && !(digit === "," && /[.,]/.test(input.value))) input.value += digit;
    this.#draft = input.value;
  }

  #send(): void {
    const view = this.#view;
    if (!view?.open) return;
    if (view.poll.kind === "several" || view.poll.kind === "place") {
      if (Array.isArray(this.#draft) && this.#draft.length > 0) this.#answer(this.#draft);
      return;
    }
    const told = this.#input().value.trim();
    if (view.poll.kind === "text") {
      if (told) this.#answer(told.slice(0, MAX_TEXT));
      return;
    }
    const number = Number(told.replace(",", ".").replace(/\s/g, ""));
    if (told === "" || !Number.isFinite(number) || Math.abs(number) > 1e12) {
      this.#say(".state", word("answer.nonumber"));
      this.#input().focus();
    } else this.#answer(number);
  }

  #answer(answer: Answer): void {
    this.#draft = answer;
    this.answered(answer);
  }

  /** The arrows move the point on the page; Enter answers. */
  #steer(event: KeyboardEvent): void {
    const map = (event.target as Element).closest(".map");
    if (!map || !this.#view?.open) return;
    const move = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] }[
      event.key
    ];
    if (event.key === "Enter") this.#send();
    else if (move) {
      const [x = PLACES / 2, y = PLACES / 2] = Array.isArray(this.#draft) ? (this.#draft as number[]) : [];
      const within = (n: number) => Math.max(0, Math.min(PLACES, n));
      this.#draft = [within(x + (move[0] as number)), within(y + (move[1] as number))];
      this.paint(this.#view);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  // -- what people see ----------------------------------------------------------------------------------------------

  #paintChoices(view: PanelView): void {
    const { poll, mine } = view;
    const ticked = poll.kind === "several" && view.open ? this.#draft : mine;
    const right = poll.shown?.right ?? null;
    for (const button of this.root.querySelectorAll<HTMLButtonElement>("[data-choice]")) {
      const index = Number(button.dataset.choice);
      const chosen = has(poll.kind, ticked, index);
      const isThis = right === null ? null : has(poll.kind, right, index);
      button.disabled = !view.open;
      button.setAttribute("aria-pressed", String(chosen));
      button.classList.toggle("right", isThis === true);
      button.classList.toggle("missed", isThis === false && chosen);
      setMarkup(button, ".verdict", verdict(isThis, chosen));
      bar(button, poll.shown?.tally, poll.shown?.tally.counts?.[index] ?? 0);
    }
    const send = this.root.querySelector<HTMLButtonElement>("[data-send]");
    if (send) {
      const draft = Array.isArray(this.#draft) ? this.#draft : [];
      send.hidden = !view.open;
      send.disabled = draft.length === 0 || draft.join() === (Array.isArray(mine) ? mine.join() : "");
    }
  }

  #paintWords(view: PanelView): void {
    const { poll, mine } = view;
    const form = this.root.querySelector("form") as HTMLFormElement;
    form.hidden = !view.open;
    const input = this.#input();
    if (document.activeElement !== input && this.#draft !== null) {
      const shown = typeof this.#draft === "number" ? written(this.#draft) : String(this.#draft);
      if (input.value !== shown) input.value = shown;
    }
    this.#say(".mine bdi", mine === null ? "" : typeof mine === "number" ? written(mine) : String(mine));
    const own = this.root.querySelector(".mine") as HTMLElement;
    own.hidden = mine === null;
    const right = poll.shown?.right ?? null;
    setMarkup(own, ".verdict", mine === null ? "" : verdict(isRight(poll, mine, right), true));
    this.#paintValues(poll, right);
  }

  #paintValues(poll: Asked, right: Right | null): void {
    const list = this.root.querySelector(".values") as HTMLElement;
    const tally = poll.shown?.tally;
    const rows = tally?.values ?? [];
    const told = JSON.stringify([tally, right]);
    if (list.dataset.told === told) return;
    list.dataset.told = told;
    list.replaceChildren(
      ...rows.map(([value, count]) => {
        const row = document.createElement("li");
        const answer = poll.kind === "number" ? Number(value) : value;
        const good = isRight(poll, answer, right);
        row.innerHTML = `<bdi></bdi><span class="verdict">${verdict(good, false)}</span>${BAR}`;
        (row.firstElementChild as HTMLElement).textContent =
          poll.kind === "number" ? written(Number(value)) : value;
        row.classList.toggle("right", good === true);
        bar(row, tally, count);
        return row;
      }),
    );
    const line = this.root.querySelector(".rightline") as HTMLElement;
    const listed = rows.some(([value]) =>
      isRight(poll, poll.kind === "number" ? Number(value) : value, right),
    );
    line.hidden = right === null || listed;
    const text = Array.isArray(right)
      ? String(right[0] ?? "")
      : typeof right === "number"
        ? written(right)
        : "";
    this.#say(".rightline bdi", text);
  }

  #paintPlaces({ poll, mine, open }: PanelView): void {
    const map = this.root.querySelector(".map") as HTMLElement;
    map.tabIndex = open ? 0 : -1;
    const spots = [...(poll.shown?.tally.points ?? []).map(([x, y]) => spot(x, y, "theirs", 18))];
    const right = poll.shown?.right;
    if (Array.isArray(right)) {
      const [x, y, radius] = right as number[];
      spots.unshift(spot(Number(x), Number(y), "goal", Number(radius) * 1.6));
      spots.push(tick(Number(x), Number(y)));
    }
    const own = open && this.#draft !== null ? this.#draft : mine;
    if (Array.isArray(own)) spots.push(spot(Number(own[0]), Number(own[1]), "own", POINT));
    setMarkup(map, "svg.spots", spots.join(""));
    const send = this.root.querySelector<HTMLButtonElement>("[data-send]");
    const good = mine === null ? null : isRight(poll, mine, right ?? null);
    setMarkup(this.root, ".placed", verdict(good, true));
    if (send) send.hidden = true;
    const count = this.root.querySelector(".count") as HTMLElement;
    count.hidden = poll.shown === null;
    if (poll.shown) this.#say(".count", word("answer.answers", { n: poll.shown.tally.answered }));
  }

  #input(): HTMLInputElement {
    return this.root.querySelector("input") as HTMLInputElement;
  }

  #say(selector: string, text: string): void {
    const part = this.root.querySelector(selector);
    if (part && part.textContent !== text) part.textContent = text;
  }
}

const BAR = '<span class="bar-of"><i></i></span><b class="of" dir="ltr"></b>';

function markup(poll: Asked): string {
  const w = (key: string) => plain(word(`answer.${key}`));
  const question = poll.text || word(`answer.quick-${poll.kind === "truth" ? "truth" : "choice"}`);
  const head = `<header><h2 class="question" dir="auto">${plain(question)}</h2></header>`;
  const foot = '<p class="state" role="status"></p>';
  switch (poll.kind) {
    case "number":
    case "text":
      return `${head}<form>${poll.kind === "number" ? pad() : `<input dir="auto" maxlength="${MAX_TEXT}" autocomplete="off" aria-label="${w("yours")}">`}
        <button class="send" data-send>${w("send")}</button></form>
        <p class="mine" hidden><span>${w("yours")}</span> <bdi></bdi><span class="verdict"></span></p>
        <ul class="values"></ul><p class="rightline right" hidden>${RIGHT_SIGN}<span>${w("right")}</span> <bdi></bdi></p>${foot}`;
    case "place":
      return `${head}<div class="map" dir="ltr" role="application" aria-label="${w("map")}">${picture(poll)}<svg class="spots" viewBox="0 0 1600 900" aria-hidden="true"></svg></div>
        <p class="placing"><span class="placed"></span><span class="count" hidden></span></p>${foot}`;
    default:
      return `${head}<div class="options" data-many="${choices(poll).length}">${choices(poll).join("")}</div>
        ${poll.kind === "several" ? `<p class="hint">${w("several")}</p><button type="button" class="send" data-send>${w("send")}</button>` : ""}${foot}`;
  }
}

function choices(poll: Asked): string[] {
  const texts = poll.kind === "truth" ? [word("answer.true"), word("answer.false")] : poll.choices;
  return texts.map((text, i) => {
    const letter = poll.kind === "truth" ? "" : `<b class="letter">${LETTERS[i]}</b>`;
    const label = text === LETTERS[i] ? "" : `<bdi class="text">${plain(text)}</bdi>`;
    const sign = poll.kind === "truth" ? (i === 0 ? RIGHT_SIGN : WRONG_SIGN) : shape(i);
    return `<button type="button" class="choice" data-choice="${i}" data-colour="${"abcdef"[i]}" aria-pressed="false">
      <span class="mark">${sign}${letter}</span>${label}<span class="verdict"></span>${BAR}</button>`;
  });
}

/** Digits large enough for a wall; a phone has them too, without its keyboard over the question. */
function pad(): string {
  const key = (digit: string, label = digit) =>
    `<button type="button" data-digit="${digit}" aria-label="${plain(label)}">${digit === "back" ? "⌫" : digit === "-" ? "±" : digit}</button>`;
  const keys = ["7", "8", "9", "4", "5", "6", "1", "2", "3", "-", "0", ","].map((one) =>
    key(one, one === "-" ? "±" : one),
  );
  return `<div class="number" dir="ltr"><input inputmode="decimal" maxlength="16" autocomplete="off" aria-label="${plain(word("answer.yours"))}">${key("back", word("answer.back"))}</div>
    <div class="pad" dir="ltr">${keys.join("")}</div>`;
}

function picture(poll: Asked): string {
  if (!poll.picture) return "";
  return `<img alt="" src="data:${poll.picture.type};base64,${poll.picture.data}">`;
}

function has(kind: string, answer: Answer | Right | null, index: number): boolean {
  if (answer === null) return false;
  if (kind === "truth") return answer === (index === 0);
  return kind === "several"
    ? Array.isArray(answer) && (answer as number[]).includes(index)
    : answer === index;
}

/** A sign and a word: never colour alone. */
function verdict(right: boolean | null, mine: boolean): string {
  if (right) return `${RIGHT_SIGN}<span>${plain(word(mine ? "answer.well" : "answer.right"))}</span>`;
  return right === false && mine ? `${WRONG_SIGN}<span>${plain(word("answer.notthis"))}</span>` : "";
}

/** The length and the words of one bar. */
function bar(holder: Element, tally: Tally | undefined, count: number): void {
  const share = tally?.answered ? count / tally.answered : 0;
  const strip = holder.querySelector<HTMLElement>(".bar-of i");
  strip?.style.setProperty("inline-size", `${(share * 100).toFixed(1)}%`);
  const percent = new Intl.NumberFormat(language(), { style: "percent" }).format(share);
  const text = tally ? `${new Intl.NumberFormat(language()).format(count)} · ${percent}` : "";
  const words = holder.querySelector(".of");
  if (words && words.textContent !== text) words.textContent = text;
}

function spot(x: number, y: number, name: string, radius: number): string {
  return `<circle class="${name}" cx="${x * 1.6}" cy="${y * 0.9}" r="${radius}"/>`;
}

function tick(x: number, y: number): string {
  return `<path class="goal-sign" d="m${x * 1.6 - 16} ${y * 0.9} 12 13 22-26"/>`;
}

function written(number: number): string {
  return language() === "en" ? String(number) : String(number).replace(".", ",");
}

function setMarkup(holder: Element, selector: string, html: string): void {
  const part = holder.querySelector<HTMLElement>(selector);
  if (part && part.dataset.html !== html) {
    part.dataset.html = html;
    part.innerHTML = html;
  }
}
