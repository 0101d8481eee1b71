/**
 * `<halqa-pupil>`: a telephone in a class. Only what can be answered, nothing of the lesson's sound and pictures. For tests
 * it tells of itself in `data-state` (`open`, `cut`, `ended`), `data-poll` and `data-arrived`.
 */
import { AnswerPanel } from "../answer/panel";
import { Guest, type Introduction } from "../say/guest";
import { noteOf } from "../slate/notes";
import { OwnSlate } from "../slate/own";
import { type Answer, MAX_TEXT } from "../talk/facts";
import type { Asked } from "../talk/fold";
import { TalkLog } from "../talk/log";
import { Moment } from "../talk/moment";
import { type Facts, readFacts } from "../ui/facts";
import { plain } from "../ui/plain";
import { word } from "../ui/words";
import { Listening } from "../wire/listening";
import { TicketHolder } from "../wire/tickets";
import { leave, rememberJoined } from "./join";

type Joined = Facts & { readonly answering: Required<Introduction> };

export class Pupil extends HTMLElement {
  readonly #log = new TalkLog();
  readonly #moment = new Moment();
  #guest!: Guest;
  #panel!: AnswerPanel;
  #slate!: OwnSlate;
  #line: "open" | "cut" | "ended" | "" = "";

  connectedCallback(): void {
    const facts = readFacts() as Joined;
    const told = facts.answering;
    rememberJoined(told.code, told.name);
    this.innerHTML = face(facts, told.name);
    this.#panel = new AnswerPanel((answer) => this.#answer(answer));
    this.#part(".place").append(this.#panel.root);
    this.#guest = new Guest(facts, "pupil", { changed: () => this.#paint() }, told.name);
    this.#slate = new OwnSlate(
      this.#guest,
      (then) => then(),
      () => this.#paint(),
    );
    this.#part(".slate").append(this.#slate.root);
    this.#guest.confide({
      entry: (entry) => {
        const note = noteOf(entry)?.note;
        if (note && "question" in note) this.#replied(note.text, note.answer);
      },
    });
    window.addEventListener("pagehide", () => this.#slate.flush());
    this.#guest.introduce(told);
    const tickets = new TicketHolder(facts.ticket, facts.tickets);
    const listening = new Listening(facts.timeline, tickets, ["talk"], {
      entry: (entry) => {
        this.#log.take(entry);
        this.#paint();
      },
      told: (t) => this.#moment.told(t, performance.now()),
      changed: (state) => {
        this.#line = state === "here" ? "open" : state === "refused" ? "ended" : state;
        if (state === "open") this.#guest.hurry();
        this.#paint();
      },
    });
    listening.start();
    this.#listen(listening);
    this.#paint();
  }

  #listen(listening: Listening): void {
    this.addEventListener("click", (event) => {
      if ((event.target as Element).closest("[data-do=leave]")) leave();
    });
    this.#part("form.asking").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#ask();
    });
    const awake = () => {
      listening.hurry();
      this.#guest.hurry();
    };
    window.addEventListener("online", awake);
    document.addEventListener("keydown", (event) => {
      if ((event.target as Element).closest("input, textarea")) return;
      if (this.#slate.key(event)) event.preventDefault();
    });
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible" && this.#line === "cut") awake();
    });
  }

  get #poll(): Asked | null {
    return this.#log.at().poll;
  }

  #answer(answer: Answer): void {
    const poll = this.#poll;
    if (!poll || poll.closedAt !== null) return;
    this.#guest.answer(poll.poll, answer, Math.max(this.#moment.at(performance.now()), poll.openedAt));
    this.#paint();
  }

  #ask(): void {
    const input = this.#part<HTMLTextAreaElement>("form.asking textarea");
    const text = input.value.trim();
    if (!text) return;
    this.#guest.ask(text.slice(0, MAX_TEXT), this.#moment.at(performance.now()));
    input.value = "";
    this.#part<HTMLDetailsElement>("details").open = false;
    this.#part(".asked").textContent = word("answer.asked");
  }

  /** The teacher answered in writing, for this pupil alone. */
  #replied(text: string, answer: string): void {
    const item = document.createElement("li");
    for (const [name, said] of [
      ["text", text],
      ["reply", answer],
    ]) {
      const line = Object.assign(document.createElement("p"), {
        className: name,
        dir: "auto",
        textContent: said,
      });
      item.append(line);
    }
    this.#part(".replies").prepend(item);
    this.#part(".replied").hidden = false;
  }

  #paint(): void {
    const poll = this.#poll;
    const task = this.#line === "ended" ? null : this.#log.at().slate;
    // A question is answered first; the slate is there again behind it.
    const written = task !== null && (poll === null || poll.closedAt !== null);
    this.#slate.paint(task);
    this.#part(".slate").hidden = !written;
    const guest = this.#guest;
    const over = this.#line === "ended";
    Object.assign(this.dataset, {
      state: this.#line,
      poll: poll?.poll ?? "",
      arrived: String(guest.arrived),
    });
    this.#part(".place").hidden = poll === null || written;
    this.#part(".idle").hidden = poll !== null || written;
    this.#part(".idle .what").textContent = word(over ? "join.over" : "join.waiting");
    if (poll) {
      const mine = guest.mine(poll.poll);
      const open = poll.closedAt === null && !over;
      this.#panel.paint({ poll, mine, open, state: this.#state(poll, open, mine !== null) });
    }
    const line = this.#part(".cut");
    const trouble = guest.refused ? word("answer.refused", { why: guest.refused.message }) : word("join.cut");
    line.hidden = this.#line !== "cut" && !guest.refused;
    if (line.textContent !== trouble) line.textContent = trouble;
    this.#part("details").hidden = over;
  }

  #state(poll: Asked, open: boolean, answered: boolean): string {
    const said = word(this.#guest.arrived ? "answer.sent" : "answer.kept");
    if (open) return answered ? `${said} ${word("answer.change")}` : "";
    const closed = poll.shown ? "" : word("answer.closed");
    return answered && !this.#guest.arrived ? `${said} ${closed}` : closed;
  }

  #part<T extends HTMLElement = HTMLElement>(selector: string): T {
    return this.querySelector(selector) as T;
  }
}

function face(facts: Facts, name: string): string {
  const w = (key: string) => plain(word(key));
  return `<main class="pupil">
    <header><h1><bdi>${plain(facts.title)}</bdi></h1><p class="me"><bdi>${plain(name)}</bdi><button type="button" class="link" data-do="leave">${w("join.notme")}</button></p></header>
    <p class="note cut" role="status" hidden></p>
    <div class="place" hidden></div>
    <div class="slate" hidden></div>
    <div class="idle"><svg class="star" viewBox="0 0 48 48" aria-hidden="true"><use href="#mark"/></svg><p class="what" role="status"></p></div>
    <p class="asked" role="status"></p>
    <section class="replied" role="status" hidden><h2>${w("answer.foryou")}</h2><ul class="replies"></ul></section>
    <details class="ask"><summary class="button">${w("answer.ask")}</summary>
      <form class="asking stack"><textarea rows="3" maxlength="${MAX_TEXT}" dir="auto" aria-label="${w("answer.ask")}"></textarea>
      <p class="muted">${w("answer.askhint")}</p><button class="button primary">${w("answer.asksend")}</button></form></details>
  </main>`;
}
