/**
 * Whoever does not teach, and answers or asks: a class or a pupil. Introduces itself to the server once there is a line, and
 * says what it has to say then, or the next time this page is open; nothing is lost in between, and nothing said twice.
 */
import { type Answer, write } from "../talk/facts";
import { keep, kept, keptJson, ownSecret } from "../ui/keep";
import { Backoff } from "../wire/backoff";
import { type Entry, encodePassing, type Passing, STAMP } from "../wire/frames";
import { Listening } from "../wire/listening";
import { Nap } from "../wire/nap";
import { say } from "../wire/say";
import { Problem, refusal, TicketHolder } from "../wire/tickets";
import { GUEST_BOUNDS } from "./outbox";
import { Sender } from "./sender";

export type Role = "class" | "pupil";

export interface Introduction {
  readonly name: string;
  readonly code?: string;
  /** Given with the page. */
  readonly ticket?: string;
  readonly speaker?: string;
}

export interface GuestEvents {
  /** Something was said, arrived, or was refused. */
  changed(): void;
}

/** Who hears what the teacher says to this class or pupil alone (`private/<voice>-…`). */
export interface Confidant {
  entry?(entry: Entry): void;
  passing?(frame: Passing): void;
}

/** Something said before the server knows who says it. */
interface Waiting {
  readonly track: string;
  readonly body: Record<string, unknown>;
}

export class Guest {
  name = "";
  /** The server refuses for good: why. */
  refused: Problem | null = null;
  #sender: Sender | null = null;
  #speaker = "";
  #tickets: TicketHolder | null = null;
  #listening: Listening | null = null;
  readonly #confidants: Confidant[] = [];
  /** What was heard so far, for who comes to hear it later. */
  readonly #heard: Entry[] = [];
  #waiting: Waiting[];
  #mine: Record<string, Answer>;
  #introducing = false;
  readonly #backoff = new Backoff();
  readonly #nap = new Nap();
  readonly #place: string;
  readonly #secret: string;

  /** `person`: who of those that share this device; what one of them said is never said by another. */
  constructor(
    private readonly lesson: { readonly id: string; readonly timeline: string; readonly answers?: string },
    readonly role: Role,
    private readonly events: GuestEvents,
    person = "",
  ) {
    this.#place = `halqa:${role}:${lesson.id}:${person}`;
    this.#secret = secretName(role, person);
    this.#waiting = keptJson<Waiting[]>(`${this.#place}:waiting`, []);
    this.#mine = keptJson<Record<string, Answer>>(`${this.#place}:mine`, {});
  }

  /** From now on answers are given under this name. Introduced before, it is the same speaker still. */
  introduce(told: Introduction): void {
    this.name = told.name;
    if (this.#introducing || this.#sender) return;
    this.#introducing = true;
    void this.#introduce(told).finally(() => {
      this.#introducing = false;
    });
  }

  /** The answer this device gave to a poll last. */
  mine(poll: string): Answer | null {
    return this.#mine[poll] ?? null;
  }

  answer(poll: string, answer: Answer, at: number): void {
    this.#mine = { ...this.#mine, [poll]: answer };
    keep(`${this.#place}:mine`, JSON.stringify(this.#mine));
    this.#say({ track: "private/answers", body: { poll, answer, at: Math.round(at) } });
  }

  ask(text: string, at: number): void {
    this.#say({ track: "private/questions", body: { text, at: Math.round(at) } });
  }

  /** Say this on a track of its own, now; under which number it was said. null: before it was introduced, nothing can be. */
  say(track: string, payload: Uint8Array<ArrayBuffer>): number | null {
    const drafts = [{ track, t: 0, duration: 0, flags: STAMP, payload }];
    const [said] = this.#sender?.say(this.#speaker, drafts) ?? [];
    this.events.changed();
    return said?.number ?? null;
  }

  /** The name under which this page speaks; "" before it was introduced. */
  get speaker(): string {
    return this.#sender ? this.#speaker : "";
  }

  /** The part of this speaker's name that the server knows; "": it was not introduced yet. */
  get voice(): string {
    return this.speaker.slice(0, this.speaker.lastIndexOf("."));
  }

  /** Hear from now on, once introduced, what is between the teacher and this voice, from its beginning. */
  confide(confidant: Confidant): void {
    for (const entry of this.#heard) confidant.entry?.(entry);
    this.#confidants.push(confidant);
    this.#listen();
  }

  /** Show this in passing; false: it could not be shown, and is lost. */
  async pass(track: string, payload: Uint8Array<ArrayBuffer>): Promise<boolean> {
    if (!this.#tickets) return false;
    const frame = { track, speaker: this.#speaker, payload };
    return say(this.lesson.timeline, [], this.#tickets, [frame]).then(
      () => true,
      () => false,
    );
  }

  /** The same while the page goes away. */
  passAway(track: string, payload: Uint8Array<ArrayBuffer>): void {
    if (!this.#tickets) return;
    const headers = { "content-type": "application/vnd.halqa.frames", ...this.#tickets.headers };
    const body = encodePassing({ track, speaker: this.#speaker, payload });
    const address = `${this.lesson.timeline}/entries`;
    void fetch(address, { method: "POST", keepalive: true, headers, body }).catch(() => undefined);
  }

  /** Whether everything said has arrived. */
  get arrived(): boolean {
    return this.#waiting.length === 0 && (this.#sender?.outbox.empty ?? true);
  }

  hurry(): void {
    this.#backoff.succeeded();
    this.#nap.wake();
    this.#sender?.hurry();
    this.#listening?.hurry();
  }

  #listen(): void {
    if (!this.#tickets || this.#listening || this.#confidants.length === 0) return;
    const own = [`private/${this.voice}-*`];
    this.#listening = new Listening(this.lesson.timeline, this.#tickets, own, {
      entry: (entry) => {
        this.#heard.push(entry);
        for (const one of this.#confidants) one.entry?.(entry);
      },
      passing: (frame) => {
        for (const one of this.#confidants) one.passing?.(frame);
      },
    });
    this.#listening.start();
  }

  #say(said: Waiting): void {
    this.#hold([...this.#waiting, said]);
    this.#flush();
    this.events.changed();
  }

  #hold(waiting: Waiting[]): void {
    this.#waiting = waiting;
    keep(`${this.#place}:waiting`, waiting.length ? JSON.stringify(waiting) : "");
  }

  #flush(): void {
    if (!this.#sender || this.#waiting.length === 0) return;
    const drafts = this.#waiting.map(({ track, body }) => ({
      track,
      t: 0,
      duration: 0,
      flags: STAMP,
      payload: write({ ...body, who: this.name }),
    }));
    this.#sender.say(this.#speaker, drafts);
    this.#hold([]);
  }

  async #introduce({ name, code = "", ticket = "", speaker = "" }: Introduction): Promise<void> {
    const body = { as: this.role, name, code, key: ownSecret(this.#secret) };
    const address = this.lesson.answers ?? "";
    let known = {
      ticket: ticket || kept(`${this.#place}:ticket`),
      speaker: speaker || kept(`${this.#place}:speaker`),
    };
    while (!known.ticket || !known.speaker) {
      try {
        known = await fetchSlip(address, body);
      } catch (error) {
        if (error instanceof Problem && !error.retry) {
          this.refused = error;
          this.events.changed();
          return;
        }
        await this.#nap.sleep(this.#backoff.failed(error instanceof Problem ? error.waitMs : 0));
      }
    }
    keep(`${this.#place}:ticket`, known.ticket);
    keep(`${this.#place}:speaker`, known.speaker);
    await this.#open(known.speaker, new TicketHolder(known.ticket, address, "", body));
  }

  /** Each opening of the page speaks under a name of its own, so that what an earlier one left can be said under its. */
  async #open(prefix: string, tickets: TicketHolder): Promise<void> {
    const count = Number(kept(`${this.#place}:count`)) + 1;
    keep(`${this.#place}:count`, String(count));
    this.#speaker = `${prefix}.${count}`;
    const events = {
      acknowledged: () => this.events.changed(),
      trouble: (problem: Problem) => {
        this.refused = problem;
        this.events.changed();
      },
      unkept: () => undefined,
    };
    const name = `${this.lesson.id}-${prefix}`;
    const sender = new Sender(name, this.lesson.timeline, tickets, events, GUEST_BOUNDS);
    await sender.restore();
    this.#sender = sender;
    this.#tickets = tickets;
    this.#flush();
    this.#listen();
    this.events.changed();
  }
}

function secretName(role: Role, person = ""): string {
  return `halqa:${role}:secret:${person}`;
}

/** By which the server knows this device's class again, whatever it has to tell. */
export function classSecret(): string {
  return ownSecret(secretName("class"));
}

async function fetchSlip(address: string, body: object): Promise<{ ticket: string; speaker: string }> {
  const answer = await fetch(address, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(20_000),
  });
  if (!answer.ok) throw await refusal(answer);
  return (await answer.json()) as { ticket: string; speaker: string };
}
