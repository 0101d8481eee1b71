/**
 * Asking, in the studio: polls prepared or made up on the spot, their answers as they come in, and the questions of classes
 * and pupils. Says its facts through the studio's own outbox, and follows what is answered in private. What only this PC
 * needs (prepared polls, what is right, what was done with a question) is kept here, per lesson.
 */
import { noteTrack, writeNote } from "../slate/notes";
import { Answers, type Question, readGiven, readQuestion, tally } from "../talk/answers";
import { csv } from "../talk/csv";
import { type Fact, type Picture, PLACES, type Right, write } from "../talk/facts";
import type { Asked } from "../talk/fold";
import { TalkLog } from "../talk/log";
import { table, told } from "../talk/results";
import type { Facts } from "../ui/facts";
import { keep, keptJson } from "../ui/keep";
import { word } from "../ui/words";
import type { Entry } from "../wire/frames";
import { BUTTONS, DRAWER, now, pastList, preparedList, queueList } from "./asking-face";
import { shrink } from "./picture";
import { moved, opening, type Prepared, prepare, quick } from "./prepared";
import { type Marks, mark, merge, NO_MARKS, queue } from "./queue";

/** Answers come by the hundred a second; the eye has enough with a few paintings. */
const PAINT_MS = 300;
const TOAST_MS = 10_000;

export interface AskingStudio {
  /** Say this on a private track; null: not on air. */
  write(track: string, payload: Uint8Array<ArrayBuffer>): number | null;
  /** Say this on `talk`, now; under which speaker, number and moment it was. null: not on air. */
  say(payload: Uint8Array<ArrayBuffer>): { speaker: string; number: number; t: number } | null;
  onAir(): boolean;
  /** Other questions are prepared now, or in another order. */
  prepared(list: readonly Prepared[]): void;
}

export class Asking {
  readonly #log = new TalkLog();
  readonly #answers = new Answers();
  readonly #questions: Question[] = [];
  readonly #drawer = document.createElement("aside");
  readonly #place: string;
  #prepared: Prepared[];
  #rights: Map<string, Right>;
  #marks: Marks;
  #tab: "polls" | "questions" | "" = "";
  #picked: number | null = null;
  #editing = "";
  #picture: Picture | null = null;
  #spot: number[] | null = null;
  #replying = 0;
  #undo: (() => void) | null = null;
  #toastTimer = 0;
  #paintTimer = 0;
  readonly #openKeys = new Set<string>();

  constructor(
    private readonly face: HTMLElement,
    private readonly facts: Facts,
    private readonly studio: AskingStudio,
  ) {
    this.#place = `halqa:asking:${facts.id}`;
    this.#prepared = keptJson<Prepared[]>(`${this.#place}:prepared`, []);
    this.#rights = new Map(keptJson<[string, Right][]>(`${this.#place}:rights`, []));
    this.#marks = keptJson<Marks>(`${this.#place}:marks`, NO_MARKS);
    this.#drawer.className = "asking";
    this.#drawer.hidden = true;
    this.#drawer.innerHTML = DRAWER(facts.code ?? "", facts.join ?? "");
    const tabs = document.createElement("p");
    tabs.className = "asking-tabs row";
    tabs.innerHTML = BUTTONS();
    face.querySelector(".foot-bar .push")?.before(tabs);
    face.querySelector(".desk")?.append(this.#drawer);
    this.#listen();
    this.paint();
  }

  /** The questions that are prepared, in order; those of another PC may replace them. */
  get prepared(): readonly Prepared[] {
    return this.#prepared;
  }

  set prepared(list: readonly Prepared[]) {
    this.#prepared = [...list];
    keep(`${this.#place}:prepared`, JSON.stringify(list));
    this.#paint();
  }

  /** Going on air, or off: what can be opened changes. */
  paint(): void {
    if (this.#paintTimer) return;
    this.#paintTimer = window.setTimeout(() => {
      this.#paintTimer = 0;
      this.#paint();
    }, PAINT_MS);
  }

  /** An entry of any track. */
  take(entry: Entry): void {
    if (entry.track === "talk") this.#log.take(entry);
    else if (entry.track === "private/answers") {
      const given = readGiven(entry.speaker, entry.seq, entry.payload);
      if (given) this.#answers.take(given);
    } else if (entry.track === "private/questions") {
      const question = readQuestion(entry.speaker, entry.seq, entry.payload);
      if (question && !this.#questions.some((one) => one.seq === question.seq))
        this.#questions.push(question);
    }
    this.paint();
  }

  /** What this class answered to the question that stands, in words; "": nothing. */
  answered(voice: string): string {
    const poll = this.#current;
    const given = poll && this.#answers.counting(poll).find((one) => one.voice === voice);
    return poll && given ? told(poll, given.answer) : "";
  }

  #say(fact: Fact): boolean {
    const said = this.studio.say(write(fact));
    if (said) this.#log.say(said.speaker, said.number, said.t, fact);
    this.#paint();
    return said !== null;
  }

  // -- what people do -----------------------------------------------------------------------------------------------

  #listen(): void {
    this.face.addEventListener("click", (event) => {
      const target = event.target as Element;
      const pressed = target.closest<HTMLElement>("[data-ask]");
      const map = target.closest<HTMLElement>(".prepare .map");
      if (map) this.#spotted(event as MouseEvent, map);
      if (pressed) this.#acts[pressed.dataset.ask ?? ""]?.(pressed.dataset.id ?? "");
    });
    this.#drawer.addEventListener(
      "toggle",
      (event) => {
        const { dataset, open } = event.target as HTMLDetailsElement;
        if (dataset.key && open) this.#openKeys.add(dataset.key);
        else if (dataset.key) this.#openKeys.delete(dataset.key);
      },
      true,
    );
    const form = this.#form;
    form.addEventListener("input", (event) => {
      const input = event.target as HTMLInputElement;
      if (input.name === "kind") form.dataset.kind = input.value;
      if (input.name === "radius" && this.#spot) this.#spot[2] = Number(input.value);
      if (input.name === "ticked" && form.dataset.kind === "one" && input.checked)
        for (const other of this.#fields("ticked")) other.checked = other === input;
      this.#paintForm();
    });
    this.#field<HTMLInputElement>("file").addEventListener("change", () => void this.#choosePicture());
    // Enter in a field keeps the question; the form's own way would close it unseen.
    form.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || (event.target as Element).matches("textarea, button")) return;
      event.preventDefault();
      this.#keep();
    });
  }

  readonly #acts: Readonly<Record<string, (id: string) => void>> = {
    tab: (id) => this.#turn(id),
    quick: (id) => this.#open(quick(id === "truth" ? "truth" : "one", Number(id) || 4), null),
    open: (id) => {
      const chosen = this.#prepared.find((one) => one.id === id);
      if (chosen) this.#open(chosen, chosen.right);
    },
    close: (id) => this.#say({ fact: "poll-closed", poll: id }),
    show: (id) => this.#show(id, this.#poll(id)?.shown?.right ?? null),
    reveal: (id) => {
      if (this.#poll(id)?.closedAt === null) this.#say({ fact: "poll-closed", poll: id });
      this.#show(id, this.#rights.get(id) ?? null);
    },
    hide: (id) => this.#say({ fact: "poll-hidden", poll: id }),
    right: (id) => this.#tickRight(id),
    csv: () => this.#export(),
    code: () => {
      const { code = "", join = "" } = this.facts;
      this.#say(this.#log.at().code ? { fact: "code-hidden" } : { fact: "code-shown", code, join });
    },
    write: () => this.#edit(null),
    edit: (id) => this.#edit(this.#prepared.find((one) => one.id === id) ?? null),
    keep: () => this.#keep(),
    nopicture: () => {
      this.#picture = null;
      this.#field<HTMLInputElement>("file").value = "";
      this.#paintForm();
    },
    up: (id) => this.#arrange(moved(this.#prepared, id, -1)),
    down: (id) => this.#arrange(moved(this.#prepared, id, 1)),
    drop: (id) => {
      const before = this.#prepared;
      this.#arrange(before.filter((one) => one.id !== id));
      this.#offerUndo("dropped", () => this.#arrange(before));
    },
    aloud: (id) => this.#mark(Number(id), "aloud"),
    private: (id) => this.#mark(Number(id), "kept"),
    publish: (id) => this.#publish(Number(id), null, false),
    reply: (id) => this.#reply(Number(id)),
    "send-reply": () => this.#sendReply(),
    "whisper-reply": () => this.#whisper(),
    dismiss: (id) => {
      this.#mark(Number(id), "dismissed");
      this.#offerUndo("dismissed", () => this.#mark(Number(id), null));
    },
    restore: (id) => this.#restore(Number(id)),
    pick: (id) => {
      this.#picked = this.#picked === Number(id) ? null : Number(id);
      this.#paint();
    },
    merge: (id) => {
      const before = this.#marks;
      if (this.#picked !== null) this.#marked(merge(this.#marks, this.#picked, Number(id)));
      this.#picked = null;
      this.#offerUndo("merged", () => this.#marked(before));
    },
    undo: () => {
      this.#undo?.();
      this.#undo = null;
      this.#part(".toast").hidden = true;
    },
  };

  #turn(id: string): void {
    this.#tab = this.#tab === id ? "" : (id as "polls" | "questions" | "");
    this.#paint();
  }

  #poll(id: string): Asked | undefined {
    return this.#log.at().polls.find((one) => one.poll === id);
  }

  #open(what: Omit<Prepared, "id" | "right">, right: Right | null): void {
    const id = `p${Date.now().toString(36)}`;
    if (right !== null) this.#setRight(id, right);
    if (!this.#say(opening(id, what))) this.#rights.delete(id);
  }

  #show(id: string, right: Right | null): void {
    const poll = this.#poll(id);
    if (poll)
      this.#say({ fact: "poll-shown", poll: id, tally: tally(poll, this.#answers.counting(poll)), right });
  }

  /** A bar was tapped: what it stands for is right, or no longer. */
  #tickRight(id: string): void {
    const poll = this.#current;
    if (!poll) return;
    const known = this.#rights.get(poll.poll) ?? null;
    if (poll.kind === "several") {
      const ticked = new Set(Array.isArray(known) ? (known as number[]) : []);
      if (!ticked.delete(Number(id))) ticked.add(Number(id));
      this.#setRight(poll.poll, ticked.size ? [...ticked].sort((a, b) => a - b) : null);
    } else {
      const right = poll.kind === "truth" ? id === "0" : poll.kind === "text" ? [id] : Number(id);
      const same = JSON.stringify(known) === JSON.stringify(right);
      this.#setRight(poll.poll, same ? null : right);
    }
    this.#paint();
  }

  #setRight(poll: string, right: Right | null): void {
    if (right === null) this.#rights.delete(poll);
    else this.#rights.set(poll, right);
    keep(`${this.#place}:rights`, JSON.stringify([...this.#rights]));
  }

  #export(): void {
    const text = csv(table(this.#log.at().polls, this.#answers, this.#rights));
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
    link.download = `${this.facts.title.replace(/[^\p{L}\p{N} _-]/gu, "").trim() || this.facts.id}.csv`;
    link.click();
    window.setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }

  // -- the form of a prepared question ------------------------------------------------------------------------------

  get #form(): HTMLFormElement {
    return this.#part<HTMLFormElement>(".prepare form");
  }

  #field<T extends HTMLElement>(name: string): T {
    return this.#form.querySelector(`[name=${name}]`) as T;
  }

  #fields(name: string): HTMLInputElement[] {
    return [...this.#form.querySelectorAll<HTMLInputElement>(`[name=${name}]`)];
  }

  #edit(known: Prepared | null): void {
    const form = this.#form;
    form.reset();
    this.#editing = known?.id ?? "";
    this.#picture = known?.picture ?? null;
    const right = known?.right ?? null;
    this.#spot = known?.kind === "place" && Array.isArray(right) ? (right as number[]).slice() : null;
    form.dataset.kind = known?.kind ?? "one";
    if (known) {
      this.#field<HTMLSelectElement>("kind").value = known.kind;
      this.#field<HTMLTextAreaElement>("text").value = known.text;
      for (const [i, input] of this.#fields("choice").entries()) input.value = known.choices[i] ?? "";
      for (const [i, box] of this.#fields("ticked").entries())
        box.checked =
          right === i ||
          (known.kind === "several" && Array.isArray(right) && (right as number[]).includes(i));
      this.#field<HTMLSelectElement>("truth").value = typeof right === "boolean" ? String(right) : "";
      const words = known.kind === "text" && Array.isArray(right) ? right.join("; ") : "";
      this.#field<HTMLInputElement>("told").value = known.kind === "number" ? String(right ?? "") : words;
      if (this.#spot) this.#field<HTMLInputElement>("radius").value = String(this.#spot[2]);
    }
    this.#mistake("");
    this.#paintForm();
    this.#part<HTMLDialogElement>(".prepare").showModal();
    this.#field<HTMLTextAreaElement>("text").focus();
  }

  async #choosePicture(): Promise<void> {
    const file = this.#field<HTMLInputElement>("file").files?.[0];
    if (!file) return;
    try {
      this.#picture = await shrink(file);
      this.#mistake("");
    } catch {
      this.#mistake("badpicture");
    }
    this.#paintForm();
  }

  #spotted(event: MouseEvent, map: HTMLElement): void {
    const box = map.getBoundingClientRect();
    const at = (share: number) => Math.max(0, Math.min(PLACES, Math.round(share * PLACES)));
    const radius = Number(this.#field<HTMLInputElement>("radius").value);
    this.#spot = [
      at((event.clientX - box.left) / box.width),
      at((event.clientY - box.top) / box.height),
      radius,
    ];
    this.#paintForm();
  }

  #paintForm(): void {
    const image = this.#part<HTMLImageElement>(".prepare .map img");
    image.hidden = this.#picture === null;
    if (this.#picture) image.src = `data:${this.#picture.type};base64,${this.#picture.data}`;
    this.#part(".prepare [data-ask=nopicture]").hidden = this.#picture === null;
    const [x, y, radius] = this.#spot ?? [];
    this.#part(".prepare svg[viewBox='0 0 1600 900']").innerHTML = this.#spot
      ? `<circle class="goal" cx="${Number(x) * 1.6}" cy="${Number(y) * 0.9}" r="${Number(radius) * 1.6}"/>`
      : "";
  }

  #keep(): void {
    const kind = this.#field<HTMLSelectElement>("kind").value;
    const made = prepare(this.#editing || `q${Date.now().toString(36)}`, {
      kind,
      text: this.#field<HTMLTextAreaElement>("text").value,
      choices: this.#fields("choice").map((one) => one.value),
      ticked: this.#fields("ticked").flatMap((one, i) => (one.checked ? [i] : [])),
      told:
        kind === "truth"
          ? this.#field<HTMLSelectElement>("truth").value
          : this.#field<HTMLInputElement>("told").value,
      place: this.#spot,
      picture: this.#picture,
    });
    if (typeof made === "string") {
      this.#mistake(`needs-${made}`);
      return;
    }
    const known = this.#prepared.some((one) => one.id === made.id);
    this.#arrange(
      known ? this.#prepared.map((one) => (one.id === made.id ? made : one)) : [...this.#prepared, made],
    );
    this.#part<HTMLDialogElement>(".prepare").close();
  }

  #mistake(key: string): void {
    const part = this.#part(".prepare .mistake");
    part.hidden = key === "";
    part.textContent = key ? word(`asking.${key}`) : "";
  }

  #arrange(list: Prepared[]): void {
    this.prepared = list;
    this.studio.prepared(list);
  }

  // -- the questions of others --------------------------------------------------------------------------------------

  #marked(marks: Marks): void {
    this.#marks = marks;
    keep(`${this.#place}:marks`, JSON.stringify(marks));
    this.#paint();
  }

  #mark(seq: number, state: Parameters<typeof mark>[2]): void {
    this.#marked(mark(this.#marks, seq, state));
  }

  #restore(seq: number): void {
    const before = this.#marks.done[seq];
    if (before === "published" || before === "written")
      this.#say({ fact: "question-withdrawn", question: `q${seq}` });
    this.#mark(seq, null);
  }

  #publish(seq: number, answer: string | null, named: boolean): void {
    const item = queue(this.#questions, this.#marks).find((one) => one.seq === seq);
    if (!item) return;
    const who = named ? (item.who[0] ?? null) : null;
    const said = this.#say({ fact: "question-published", question: `q${seq}`, text: item.text, who, answer });
    if (said) this.#mark(seq, answer === null ? "published" : "written");
  }

  #reply(seq: number): void {
    const item = queue(this.#questions, this.#marks).find((one) => one.seq === seq);
    if (!item) return;
    this.#replying = seq;
    this.#part(".reply .question").textContent = item.text;
    this.#part<HTMLTextAreaElement>(".reply textarea").value = "";
    this.#part<HTMLInputElement>(".reply [name=named]").checked = false;
    this.#part<HTMLDialogElement>(".reply").showModal();
  }

  #sendReply(): void {
    const text = this.#part<HTMLTextAreaElement>(".reply textarea").value.trim();
    if (!text) return;
    this.#publish(this.#replying, text, this.#part<HTMLInputElement>(".reply [name=named]").checked);
    this.#part<HTMLDialogElement>(".reply").close();
  }

  /** The answer goes to those who asked, and to nobody else. */
  #whisper(): void {
    const answer = this.#part<HTMLTextAreaElement>(".reply textarea").value.trim();
    const item = queue(this.#questions, this.#marks).find((one) => one.seq === this.#replying);
    if (!answer || !item) return;
    const { seq, text, voices } = item;
    const payload = writeNote({ question: seq, text, answer });
    const said = voices.map((voice) => this.studio.write(noteTrack(voice), payload));
    if (said.every((number) => number !== null)) this.#mark(seq, "kept");
    this.#part<HTMLDialogElement>(".reply").close();
  }

  #offerUndo(what: string, undo: () => void): void {
    this.#undo = undo;
    this.#part(".toast").hidden = false;
    this.#part(".toast span").textContent = word(`asking.${what}`);
    window.clearTimeout(this.#toastTimer);
    this.#toastTimer = window.setTimeout(() => {
      this.#part(".toast").hidden = true;
    }, TOAST_MS);
  }

  // -- what people see ----------------------------------------------------------------------------------------------

  /** The poll that stands on the wall, or else was asked last. */
  get #current(): Asked | null {
    const talk = this.#log.at();
    return talk.poll ?? talk.polls.at(-1) ?? null;
  }

  #paint(): void {
    const talk = this.#log.at();
    const onAir = this.studio.onAir();
    const current = this.#current;
    this.#drawer.hidden = this.#tab === "";
    this.#drawer.dataset.tab = this.#tab;
    for (const tab of this.face.querySelectorAll<HTMLElement>(".asking-tabs .tab"))
      tab.setAttribute("aria-expanded", String(tab.dataset.id === this.#tab));
    this.#badges(current);
    this.#part(".offair").hidden = onAir;
    for (const one of this.#drawer.querySelectorAll<HTMLButtonElement>("[data-ask=quick], [data-ask=code]"))
      one.disabled = !onAir;
    this.#part("[data-ask=code]").textContent = word(talk.code ? "asking.hidecode" : "asking.showcode");
    const right = current ? (this.#rights.get(current.poll) ?? current.shown?.right ?? null) : null;
    this.#fill(".now", current ? now(current, this.#answers, right, onAir) : "");
    this.#part(".now").hidden = current === null;
    this.#part(".now").dataset.poll = current?.poll ?? "";
    this.#fill(".prepared", preparedList(this.#prepared, onAir));
    this.#fill(".past", pastList(talk, this.#answers, current?.poll ?? "", onAir));
    this.#part(".past").hidden = talk.polls.length < 2;
    const items = queue(this.#questions, this.#marks);
    this.#fill(".queue", queueList(items, this.#picked, onAir));
    this.#part(".none").hidden = items.length > 0;
  }

  #badges(current: Asked | null): void {
    const badge = (name: string, count: number) => {
      const part = this.face.querySelector<HTMLElement>(`.badge.${name}`);
      if (!part) return;
      part.hidden = count === 0;
      part.textContent = String(count);
    };
    badge("polls", current && current.closedAt === null ? this.#answers.counting(current).length : 0);
    badge("questions", queue(this.#questions, this.#marks).filter((one) => one.state === "waiting").length);
  }

  /** New markup where it differs; what was opened stays open, what had the focus keeps it. */
  #fill(selector: string, html: string): void {
    const part = this.#part(selector);
    if (part.dataset.html === html) return;
    part.dataset.html = html;
    const focused = part.contains(document.activeElement)
      ? (document.activeElement as HTMLElement).dataset
      : null;
    part.innerHTML = html;
    for (const one of part.querySelectorAll<HTMLDetailsElement>("details[data-key]"))
      one.open = this.#openKeys.has(one.dataset.key ?? "");
    if (focused?.ask) {
      const buttons = part.querySelectorAll<HTMLElement>("[data-ask]");
      const same = [...buttons].find(
        (one) => one.dataset.ask === focused.ask && one.dataset.id === focused.id,
      );
      same?.focus();
    }
  }

  #part<T extends HTMLElement = HTMLElement>(selector: string): T {
    return this.#drawer.querySelector(selector) as T;
  }
}
