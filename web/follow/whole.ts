/** The whole board of a lesson, once: for whoever prints it, or gives it again. */
import { refusal, type TicketHolder } from "../wire/tickets";
import { Keeper } from "./keeper";

/** Resolves with everything that was ever written; null: nothing was said yet. `progress`: tracks there, of how many. */
export async function wholeBoard(
  timeline: string,
  tickets: TicketHolder,
  progress: (done: number, all: number) => void,
  signal: AbortSignal,
): Promise<Keeper | null> {
  const ask = () => fetch(timeline, { headers: tickets.headers, signal });
  let answer = await ask();
  if (answer.status === 401) {
    await tickets.renew();
    answer = await ask();
  }
  if (answer.status === 404) return null;
  if (!answer.ok) throw await refusal(answer);
  const { head, tracks } = (await answer.json()) as { head: number; tracks: object };
  return new Promise((resolve, reject) => {
    const look = () => {
      const { done, all } = keeper.progress;
      progress(done, all);
      if (keeper.complete()) resolve(keeper);
    };
    const keeper = new Keeper(timeline, tickets, {
      kept: look,
      looked: () => "1",
      leisure: () => true,
      refused: reject,
    });
    signal.addEventListener("abort", () => {
      keeper.stop();
      reject(signal.reason);
    });
    keeper.notice({ notice: "hello", head, after: 0, tracks }, false);
    look();
  });
}
