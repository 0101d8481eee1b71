/**
 * What was prepared for a lesson, on this PC and on the server. Here it is always: the pages in IndexedDB (`say/store.ts`), the
 * questions in localStorage. The server has a copy of both, so that another PC can teach the lesson, and it can be given again.
 *
 * Theory of operation. Each change counts here at once, is marked as not told yet, and told when the hand rests: all of it,
 * instead of the version of the server's that it follows. If another version stands there by now, another PC prepared too:
 * then the teacher chooses, and nobody's work is overwritten unseen.
 */
import type { Prepared as Page } from "../say/store";
import { keep, keptJson } from "../ui/keep";
import { Backoff } from "../wire/backoff";
import { fromBase64, toBase64 } from "../wire/base64";
import { Nap } from "../wire/nap";
import { Problem, refusal } from "../wire/tickets";
import type { Prepared as Poll } from "./prepared";

/** A hand that writes rests now and then; all of it goes each time. */
const REST_MS = 3_000;
/** What a closing page may still send, as browsers allow it. */
const LAST_WORDS = 60_000;

/** As Django lays it into the page. */
export interface PlanFacts {
  readonly version: number;
  readonly board: readonly { readonly track: string; readonly payload: string }[];
  readonly polls: readonly Poll[];
  readonly address: string;
}

/** What this PC knows of the server's copy. */
export interface Mark {
  /** Which version of the server's this follows. */
  readonly version: number;
  /** Something here was not told yet. */
  readonly untold: boolean;
  /** The lesson went on air from here: what was prepared for its board is said. */
  readonly begun?: boolean;
}

export type Choice = "server" | "mine" | "ask";

/**
 * Whose copy to begin with. `mark`: null on a PC that has never prepared this lesson; `empty`: nothing is kept here; `same`:
 * what is kept here is what the server has. */
export function choose(server: number, mark: Mark | null, empty: boolean, same: boolean): Choice {
  // Told, and the answer was lost.
  if (same) return "server";
  if (mark === null) {
    if (empty) return "server";
    return server === 0 ? "mine" : "ask";
  }
  if (mark.untold) return mark.version === server ? "mine" : "ask";
  // An older one: the server was set back. What is here is more.
  return server < mark.version ? "mine" : "server";
}

export type PlanState = "kept" | "waiting" | "ask" | "refused";

export interface PlanEvents {
  changed(state: PlanState): void;
}

export class Plan {
  /** Null: the lesson began elsewhere, or earlier; what the plan has of its board stays as it is. */
  #board: Page[] | null = [];
  #polls: readonly Poll[] = [];
  #mark: Mark | null;
  #state: PlanState = "kept";
  #changes = 0;
  #running = false;
  readonly #place: string;
  readonly #nap = new Nap();
  readonly #backoff = new Backoff();

  constructor(
    lesson: string,
    private readonly facts: PlanFacts,
    private readonly csrf: string,
    /** Names this sitting: what it wrote itself it may write again, though an answer was lost. */
    private readonly writer: string,
    private readonly events: PlanEvents,
  ) {
    this.#place = `halqa:plan:${lesson}`;
    this.#mark = keptJson<Mark | null>(this.#place, null);
  }

  /** What to begin with. `planned`: the lesson has not begun, so that the server's pages are still to be said. */
  open(
    board: readonly Page[],
    polls: readonly Poll[],
    planned: boolean,
  ): { readonly board: readonly Page[]; readonly polls: readonly Poll[] } {
    const { version } = this.facts;
    const toSay = planned && !this.#mark?.begun;
    const samePages = !toSay || JSON.stringify(board.map(written)) === JSON.stringify(this.facts.board);
    const same = samePages && told(polls) === told(this.facts.polls);
    const choice = choose(version, this.#mark, board.length + polls.length === 0, same);
    const server = choice === "server";
    const theirs = this.facts.board.map(({ track, payload }) => ({ track, payload: fromBase64(payload) }));
    const pages = server && !samePages ? theirs : board;
    this.#board = toSay ? [...pages] : null;
    this.#polls = server ? this.facts.polls : polls;
    if (server) this.#remember({ version, untold: false });
    if (choice === "mine") this.#touch(version);
    if (choice === "ask") this.#tell("ask");
    return { board: toSay ? pages : board, polls: this.#polls };
  }

  /** Something was written before the lesson. */
  wrote(page: Page): void {
    this.#board?.push(page);
    this.#touch();
  }

  asked(polls: readonly Poll[]): void {
    this.#polls = polls;
    this.#touch();
  }

  /** The lesson goes on air. */
  begin(): void {
    this.#remember({ version: this.facts.version, untold: false, ...this.#mark, begun: true });
    this.#nap.wake();
  }

  /** The teacher chose this PC's. */
  keepMine(version = this.#stands): void {
    this.#tell("waiting");
    this.#touch(version);
  }

  /** The teacher chose the other PC's: it is there when this page opens anew. */
  takeTheirs(): void {
    this.#remember({ version: 0, untold: false });
  }

  /** The line is back. */
  hurry(): void {
    this.#backoff.succeeded();
    this.#nap.wake();
  }

  /** The page is being left. */
  leave(): void {
    const body = this.#body();
    if (this.#mark?.untold && this.#state !== "ask" && body.length < LAST_WORDS) void this.#put(body, true);
  }

  /** The version that stands on the server, as far as it is known. */
  #stands = 0;

  #touch(version = this.#mark?.version ?? this.facts.version): void {
    this.#changes++;
    this.#remember({ version, untold: true });
    if (this.#state === "ask") return;
    this.#tell("waiting");
    if (!this.#running) void this.#run();
  }

  #remember(mark: Mark): void {
    this.#mark = { ...mark, begun: mark.begun ?? this.#mark?.begun ?? false };
    keep(this.#place, JSON.stringify(this.#mark));
  }

  #tell(state: PlanState): void {
    this.#state = state;
    this.#stands = Math.max(this.#stands, this.facts.version);
    this.events.changed(state);
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#mark?.untold && this.#state === "waiting") {
      await this.#nap.sleep(REST_MS);
      const changes = this.#changes;
      try {
        const version = await this.#put(this.#body(), false);
        this.#backoff.succeeded();
        this.#remember({ version, untold: changes !== this.#changes });
        if (changes === this.#changes) this.#tell("kept");
      } catch (error) {
        if (!this.#refused(error)) await this.#nap.sleep(this.#backoff.failed());
      }
    }
    this.#running = false;
  }

  /** True: for good. */
  #refused(error: unknown): boolean {
    if (!(error instanceof Problem) || error.retry) return false;
    this.#stands = error.expected ?? this.#stands;
    this.#tell(error.code === "plan-changed" ? "ask" : "refused");
    return true;
  }

  #body(): string {
    const { version = 0 } = this.#mark ?? {};
    const board = this.#board?.map(written) ?? null;
    return JSON.stringify({ version, writer: this.writer, board, polls: this.#polls });
  }

  async #put(body: string, keepalive: boolean): Promise<number> {
    const answer = await fetch(this.facts.address, {
      method: "PUT",
      headers: { "content-type": "application/json", "x-csrftoken": this.csrf },
      body,
      keepalive,
    });
    if (!answer.ok) throw await refusal(answer);
    return ((await answer.json()) as { version: number }).version;
  }
}

function written({ track, payload }: Page): PlanFacts["board"][number] {
  return { track, payload: toBase64(payload) };
}

/** Questions as one text: the members of each in one order, wherever it comes from. */
function told(polls: readonly Poll[]): string {
  return JSON.stringify(
    polls.map(({ id, kind, text, choices, picture, right }) => [
      id,
      kind,
      text,
      choices,
      picture && [picture.type, picture.data],
      right,
    ]),
  );
}
