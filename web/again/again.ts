/** The form by which a lesson is given again: where its pages are wanted as they stood at the end, they are read first. */
import { snapshot } from "../board/snapshot";
import { wholeBoard } from "../follow/whole";
import { type Facts, readFacts } from "../ui/facts";
import { toBase64 } from "../wire/base64";
import { TicketHolder } from "../wire/tickets";

export function readyAgain(form: HTMLFormElement): void {
  const left = new AbortController();
  addEventListener("pagehide", () => left.abort());
  form.addEventListener("submit", (event) => {
    const board = form.elements.namedItem("board") as HTMLInputElement;
    const pages = new FormData(form).get("pages");
    if (pages !== "end" || board.value) return;
    event.preventDefault();
    void read(form, board, left.signal);
  });
}

async function read(form: HTMLFormElement, board: HTMLInputElement, signal: AbortSignal): Promise<void> {
  const button = form.querySelector<HTMLButtonElement>("[type=submit]");
  if (button) button.disabled = true;
  const say = (text = "", wrong = false) => {
    const status = form.querySelector<HTMLElement>(".status");
    if (status) Object.assign(status, { hidden: text === "", textContent: text });
    status?.classList.toggle("mistake", wrong);
  };
  say(form.dataset.reading);
  try {
    board.value = JSON.stringify(await lastPages(readFacts(), signal));
    say();
  } catch {
    if (!signal.aborted) say(form.dataset.unread, true);
  }
  if (button) button.disabled = false;
  if (board.value) form.requestSubmit();
}

async function lastPages(facts: Facts, signal: AbortSignal): Promise<{ track: string; payload: string }[]> {
  const tickets = new TicketHolder(facts.ticket, facts.tickets, facts.csrf);
  const keeper = await wholeBoard(facts.timeline, tickets, () => undefined, signal);
  if (!keeper) return [];
  return snapshot(keeper.fold).map(({ track, payload }) => ({ track, payload: toBase64(payload) }));
}
