/** The verbs `say` and `seal`, once each: retrying is the sender's affair. */
import { type Entry, encodeEntry, encodePassing, type Passing } from "./frames";
import { Problem, problemOf, type TicketHolder } from "./tickets";

const PATIENCE_MS = 20_000;

export interface Acknowledged {
  readonly acknowledged: Readonly<Record<string, number>>;
  readonly head: number;
  readonly followers: number;
  readonly narrow: number;
}

export interface Summary {
  readonly head: number;
  readonly duration: number;
  readonly sealed: boolean;
}

/** Say these entries, then what passes (all of one speaker). What passes is for now: leave it out when saying again. Throws `Problem` when refused, a `TypeError` or `AbortError` when cut. */
export async function say(
  timeline: string,
  entries: readonly Omit<Entry, "kind">[],
  tickets: TicketHolder,
  passing: readonly Omit<Passing, "kind">[] = [],
): Promise<Acknowledged> {
  const body = new Blob([...entries.map(encodeEntry), ...passing.map(encodePassing)]);
  const headers = { "content-type": "application/vnd.halqa.frames" };
  return (await post(`${timeline}/entries`, tickets, body, headers)) as Acknowledged;
}

export async function seal(timeline: string, tickets: TicketHolder): Promise<Summary> {
  return (await post(`${timeline}/seal`, tickets, null, {})) as Summary;
}

/** The lesson so far; null when nothing was said yet. */
export async function summary(timeline: string, tickets: TicketHolder): Promise<Summary | null> {
  try {
    return (await ask("GET", timeline, tickets, null, {})) as Summary;
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return null;
    throw error;
  }
}

function post(address: string, tickets: TicketHolder, body: Blob | null, headers: Record<string, string>) {
  return ask("POST", address, tickets, body, headers);
}

async function ask(
  method: string,
  address: string,
  tickets: TicketHolder,
  body: Blob | null,
  headers: Record<string, string>,
): Promise<unknown> {
  for (let renewed = false; ; renewed = true) {
    const answer = await fetch(address, {
      method,
      body,
      headers: { ...headers, ...tickets.headers },
      signal: AbortSignal.timeout(PATIENCE_MS),
      cache: "no-store",
    });
    if (answer.ok) return answer.json();
    if (answer.status === 401 && !renewed) {
      await tickets.renew();
      continue;
    }
    throw new Problem(answer.status, await problemOf(answer));
  }
}
