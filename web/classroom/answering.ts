/**
 * What the teacher asks, over the lesson: the question at its moment, the class's answer, the results; the join code and the
 * published questions; and the class's own question. Live, answers are sent under the class's name; rewound and in the
 * replay the reader tries for himself. The classroom's element hands over what it hears and where it is, and nothing else.
 */
import { AnswerPanel } from "../answer/panel";
import { Guest } from "../say/guest";
import { noteOf } from "../slate/notes";
import type { OwnSlate } from "../slate/own";
import { type Answer, MAX_NAME, MAX_TEXT } from "../talk/facts";
import type { Asked, Published, Talk } from "../talk/fold";
import { TalkLog } from "../talk/log";
import type { Facts } from "../ui/facts";
import { keep, kept } from "../ui/keep";
import { plain } from "../ui/plain";
import { word } from "../ui/words";
import type { Entry } from "../wire/frames";

const NAME = "halqa:class";
/** A published question stands for so long of the lesson. */
const PUBLISHED_MS = 20_000;
/** A question that is closed and not shown leaves the board to the teacher after so long. */
const CLOSED_MS = 6_000;

export class Answering {
  readonly #log = new TalkLog();
  readonly #guest: Guest;
  readonly #panel: AnswerPanel;
  readonly #root = document.createElement("div");
  readonly #tried = new Map<string, Answer>();
  #now = 0;
  #over = false;
  #folded = "";
  /** Brought when the first task is set. */
  #slate: OwnSlate | null = null;
  #bringing = false;
  /** The task whose slate was folded away. */
  #laid = "";
  /** What the teacher answered to this class alone, and was not read yet. */
  #replies: { readonly text: string; readonly answer: string }[] = [];
  #pending: Answer | null = null;
  #then: (() => void) | null = null;
  #naming = false;

  constructor(
    private readonly face: HTMLElement,
    private readonly facts: Facts,
    signal: AbortSignal,
  ) {
    this.#guest = new Guest(facts, "class", { changed: () => this.#paint() });
    this.#panel = new AnswerPanel((answer) => this.#answer(answer));
    this.#root.className = "answering";
    this.#root.innerHTML = markup();
    this.#part(".question-card").prepend(this.#panel.root);
    this.#guest.confide({ entry: (entry) => this.#told(entry) });
    window.addEventListener("pagehide", () => this.#slate?.flush(), { signal });
    face.querySelector(".theatre")?.append(this.#root);
    this.#listen(signal);
    if (this.name && facts.status !== "ended") this.#guest.introduce({ name: this.name });
  }

  /** This class, as it answers. */
  get guest(): Guest {
    return this.#guest;
  }

  /** Do this once the class has a name; a class without one is asked for it. */
  named(then: () => void): void {
    if (this.#guest.name) then();
    else {
      this.#then = then;
      this.#askName();
    }
  }

  /** Let the class write to the teacher. */
  write(): void {
    this.#part<HTMLDialogElement>(".asking").showModal();
  }

  /** Whether a question lies over the lesson. */
  get asked(): boolean {
    return this.face.classList.contains("questioned");
  }

  /** Under which name this class answers; empty: none yet. */
  get name(): string {
    return this.#guest.name || this.facts.wall?.place.slice(0, MAX_NAME) || kept(NAME);
  }

  /** An entry of `talk`; one that is known already does no harm. */
  take(entry: Entry): void {
    this.#log.take(entry);
    this.#paint();
  }

  /** The moment being seen, ms, and whether the lesson has ended. */
  paint(now: number, over: boolean): void {
    this.#now = now;
    this.#over = over;
    this.#paint();
  }

  hurry(): void {
    this.#guest.hurry();
  }

  // -- what people do -----------------------------------------------------------------------------------------------

  #listen(signal: AbortSignal): void {
    this.#root.addEventListener("click", (event) => {
      const act = (event.target as Element).closest<HTMLElement>("[data-do]")?.dataset.do;
      if (act === "fold") this.#folded = this.#folded === this.#poll?.poll ? "" : (this.#poll?.poll ?? "");
      if (act === "lay") this.#laid = this.#laid ? "" : (this.#log.at().slate?.slate ?? "");
      if (act === "read") this.#replies.shift();
      if (act === "name") this.#askName();
      if (act === "ask") this.write();
      if (act === "cancel") (event.target as Element).closest("dialog")?.close();
      this.#paint();
    });
    this.#part(".naming form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#named(this.#part<HTMLInputElement>(".naming input").value);
    });
    this.#part(".naming").addEventListener("close", () => {
      this.#naming = false;
      this.#then = null;
    });
    this.#part(".asking form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#ask(this.#part<HTMLTextAreaElement>(".asking textarea"));
    });
    // Before the player's own keys: while a question stands open, A is an answer.
    const options = { capture: true, signal };
    document.addEventListener("keydown", (event) => this.#key(event), options);
  }

  /** Something for this class alone. */
  #told(entry: Entry): void {
    const note = noteOf(entry)?.note;
    // What was read once is not shown again when the page is opened anew.
    if (!note || !("question" in note) || entry.seq <= Number(kept(this.#readPlace))) return;
    this.#replies.push(note);
    keep(this.#readPlace, String(entry.seq));
    this.#paint();
  }

  get #readPlace(): string {
    return `halqa:class:${this.facts.id}::read`;
  }

  #key(event: KeyboardEvent): void {
    if ((event.target as Element).closest?.("input, textarea, select, dialog")) return;
    const plain = !(event.ctrlKey || event.metaKey || event.altKey);
    const meant = plain ? !this.#hidden && this.#panel.key(event.key) : this.#slate?.key(event);
    if (!meant) return;
    event.preventDefault();
    event.stopPropagation();
  }

  #answer(answer: Answer): void {
    const poll = this.#poll;
    if (!poll) return;
    if (!this.#sending(poll)) this.#tried.set(poll.poll, answer);
    else if (this.#guest.name) this.#guest.answer(poll.poll, answer, this.#moment(poll));
    else {
      this.#pending = answer;
      this.#askName();
    }
    this.#paint();
  }

  /** When an answer is given: never before its question was. */
  #moment(poll: Asked): number {
    return Math.max(this.#now, poll.openedAt);
  }

  #askName(): void {
    const dialog = this.#part<HTMLDialogElement>(".naming");
    const input = this.#part<HTMLInputElement>(".naming input");
    input.value = kept(NAME);
    this.#naming = true;
    if (!dialog.open) dialog.showModal();
    input.focus();
  }

  #named(told: string): void {
    const name = told.trim().replace(/\s+/g, " ").slice(0, MAX_NAME);
    if (!name) return;
    keep(NAME, name);
    this.#guest.introduce({ name });
    this.#then?.();
    this.#part<HTMLDialogElement>(".naming").close();
    const [poll, answer] = [this.#poll, this.#pending];
    this.#pending = null;
    if (poll && answer !== null && this.#sending(poll))
      this.#guest.answer(poll.poll, answer, this.#moment(poll));
    this.#paint();
  }

  #ask(input: HTMLTextAreaElement): void {
    const text = input.value.trim();
    if (!text) return;
    if (!this.#guest.name) {
      this.#askName();
      return;
    }
    this.#guest.ask(text.slice(0, MAX_TEXT), this.#now);
    input.value = "";
    this.#part<HTMLDialogElement>(".asking").close();
    this.#part(".asked").hidden = false;
    window.setTimeout(() => {
      this.#part(".asked").hidden = true;
    }, 5000);
  }

  // -- what people see ----------------------------------------------------------------------------------------------

  /** The question that stands at this moment. */
  get #poll(): Asked | null {
    const { poll } = this.#log.at(this.#now);
    const over = poll !== null && poll.closedAt !== null && poll.shown === null;
    return over && this.#now - (poll.closedAt ?? 0) > CLOSED_MS ? null : poll;
  }

  get #hidden(): boolean {
    const poll = this.#poll;
    return poll === null || this.#folded === poll.poll || this.#naming;
  }

  /** Whether an answer given now still counts, as far as is known here. */
  #sending(poll: Asked): boolean {
    if (this.#over || this.facts.status === "ended") return false;
    const known = this.#log.at().polls.find((one) => one.poll === poll.poll);
    return known?.closedAt === null || (known?.closedAt ?? 0) > this.#now;
  }

  #paint(): void {
    const talk = this.#log.at(this.#now);
    const poll = this.#poll;
    const folded = poll !== null && this.#folded === poll.poll;
    const asked = poll !== null && !folded;
    // A slate is one's own, now: whatever is being seen of the lesson.
    const task = this.#over || this.facts.status === "ended" ? null : this.#log.at().slate;
    const laid = task !== null && this.#laid === task.slate;
    if (task) this.#bringSlate();
    this.#slate?.paint(task);
    this.#part(".slate-card").hidden = task === null || laid || asked || this.#naming;
    this.#part(".slate-chip").hidden = !laid || asked;
    this.face.classList.toggle("questioned", asked || (task !== null && !laid));
    this.#paintReply();
    this.#part(".question-card").hidden = poll === null || folded;
    const chip = this.#part(".chip");
    chip.hidden = !folded;
    if (poll && !folded) this.#paintPoll(poll);
    this.#paintCode(talk);
    this.#paintPublished(talk.questions);
    this.#part(".ask").hidden =
      this.#over || this.facts.status === "ended" || this.#now <= 0 || poll !== null;
    this.#root.dataset.arrived = String(this.#guest.arrived);
  }

  #paintPoll(poll: Asked): void {
    const live = this.#sending(poll);
    const open = poll.closedAt === null && (live || !poll.shown);
    const mine = live
      ? this.#guest.mine(poll.poll)
      : (this.#tried.get(poll.poll) ?? this.#guest.mine(poll.poll));
    this.#panel.paint({ poll, mine, open, state: this.#state(poll, live, open, mine !== null) });
    const who = this.#part(".who");
    who.hidden = !live || !this.#guest.name;
    const name = this.#part(".who bdi");
    if (name.textContent !== this.#guest.name) name.textContent = this.#guest.name;
  }

  #state(poll: Asked, live: boolean, open: boolean, answered: boolean): string {
    const said = word(this.#guest.arrived ? "answer.sent" : "answer.kept");
    if (!live && open) return word("answer.try");
    if (live && this.#guest.refused) return word("answer.refused", { why: this.#guest.refused.message });
    if (open) return answered ? `${said} ${word("answer.change")}` : "";
    const closed = poll.shown ? "" : word("answer.closed");
    return answered && live && !this.#guest.arrived ? `${said} ${closed}` : closed;
  }

  #paintCode({ code }: Talk): void {
    const shown = code !== null && !this.#over && this.facts.status !== "ended";
    this.#part(".code").hidden = !shown;
    if (!code || !shown) return;
    const text = `${code.code.slice(0, 3)} ${code.code.slice(3)}`;
    if (this.#part(".code b").textContent !== text) this.#part(".code b").textContent = text;
    const address = code.join.replace(/^https?:\/\//, "");
    if (this.#part(".code .where").textContent !== address) this.#part(".code .where").textContent = address;
  }

  #bringSlate(): void {
    if (this.#bringing) return;
    this.#bringing = true;
    import("../slate/own").then(
      ({ OwnSlate }) => {
        const slate = new OwnSlate(
          this.#guest,
          (then) => this.named(then),
          () => this.#paint(),
        );
        this.#slate = slate;
        this.#part(".slate-card").prepend(slate.root);
        this.#paint();
      },
      // The line is down: asked for again with the next painting.
      () => {
        this.#bringing = false;
      },
    );
  }

  #paintReply(): void {
    const [reply] = this.#replies;
    const holder = this.#part(".replied");
    holder.hidden = reply === undefined || this.#over;
    if (!reply || holder.dataset.told === reply.text + reply.answer) return;
    holder.dataset.told = reply.text + reply.answer;
    this.#part(".replied .text").textContent = reply.text;
    this.#part(".replied .reply").textContent = reply.answer;
  }

  #paintPublished(questions: readonly Published[]): void {
    const last = questions.at(-1);
    const shown = last !== undefined && this.#now - last.t < PUBLISHED_MS;
    const holder = this.#part(".published");
    holder.hidden = !shown;
    if (!shown) return;
    const told = JSON.stringify(last);
    if (holder.dataset.told === told) return;
    holder.dataset.told = told;
    this.#part(".published .text").textContent = last.text;
    this.#part(".published .by").textContent = last.who ?? "";
    this.#part(".published .reply").textContent = last.answer ?? "";
    this.#part(".published .reply").hidden = last.answer === null;
  }

  #part<T extends HTMLElement = HTMLElement>(selector: string): T {
    return this.#root.querySelector(selector) as T;
  }
}

function markup(): string {
  const w = (key: string) => plain(word(`answer.${key}`));
  return `
    <div class="question-card" hidden><p class="below"><span class="who" hidden>${w("weare")} <bdi></bdi> <button type="button" class="link" data-do="name">${w("rename")}</button></span>
      <button type="button" class="link" data-do="fold">${w("fold")}</button></p></div>
    <button type="button" class="chip" data-do="fold" hidden>${w("unfold")}</button>
    <div class="question-card slate-card" hidden><p class="below"><span></span><button type="button" class="link" data-do="lay">${plain(word("slate.fold"))}</button></p></div>
    <button type="button" class="chip slate-chip" data-do="lay" hidden>${plain(word("slate.unfold"))}</button>
    <aside class="replied" role="status" hidden><p class="label">${w("foryou")}</p><p class="text" dir="auto"></p><p class="reply" dir="auto"></p><button type="button" class="button" data-do="read">${w("read")}</button></aside>
    <div class="asks"><button type="button" class="control ask" data-do="ask" hidden>${w("ask")}</button></div>
    <p class="asked note" role="status" hidden>${w("asked")}</p>
    <aside class="code" hidden><span>${w("code")}</span><b dir="ltr"></b><span class="where" dir="ltr"></span></aside>
    <aside class="published" role="status" hidden><p><span class="label">${w("question")}</span> <bdi class="by"></bdi></p><p class="text" dir="auto"></p><p class="reply" dir="auto" hidden></p></aside>
    <dialog class="naming" aria-label="${w("whoareyou")}"><form method="dialog"><h2>${w("whoareyou")}</h2><p>${w("whyname")}</p>
      <input maxlength="${MAX_NAME}" autocomplete="organization" dir="auto" placeholder="${w("nameexample")}" aria-label="${w("whoareyou")}">
      <p class="row"><button class="button primary">${w("ok")}</button><button type="button" class="button plain" data-do="cancel">${w("cancel")}</button></p></form></dialog>
    <dialog class="asking" aria-label="${w("ask")}"><form method="dialog"><h2>${w("ask")}</h2>
      <textarea maxlength="${MAX_TEXT}" rows="3" dir="auto" aria-label="${w("ask")}"></textarea><p class="muted">${w("askhint")}</p>
      <p class="row"><button class="button primary">${w("asksend")}</button><button type="button" class="button plain" data-do="cancel">${w("cancel")}</button></p></form></dialog>`;
}
