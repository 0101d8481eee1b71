/**
 * A document becomes pages of the board: sent to the server, which lays its pages on the timeline, each told as soon as it is
 * there (`halqa/media/slides.py`). What the server has had before (by hash) is not sent again.
 */
import type { Picture } from "../board/board";
import { Problem, type TicketHolder } from "../wire/tickets";

export const MOST_BYTES = 200 * 1024 * 1024;
/** Larger files are not hashed: that needs all of them in memory. */
const HASHED_BYTES = 32 * 1024 * 1024;

export interface Leaf {
  readonly page: number;
  readonly w: number;
  readonly h: number;
  readonly picture: Picture;
}

export interface Progress {
  /** Of the file, what has been sent; null: it need not be. */
  sent(part: number | null): void;
  /** How many pages there will be. */
  pages(count: number): void;
  leaf(leaf: Leaf): void;
}

export interface Range {
  readonly first: number;
  /** 0: to the end. */
  readonly last: number;
}

/** Lay these pages of a file on the lesson's timeline. Throws `Problem`, or an `AbortError`. */
export async function lay(
  lesson: string,
  file: File,
  range: Range,
  tickets: TicketHolder,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const hash = await hashOf(file);
  if (hash) {
    progress.sent(null);
    try {
      return await ask(lesson, null, { ...range, hash }, tickets, progress, signal);
    } catch (error) {
      if (!(error instanceof Problem && error.code === "no-such-document")) throw error;
    }
  }
  return ask(lesson, file, range, tickets, progress, signal);
}

async function ask(
  lesson: string,
  file: File | null,
  question: Readonly<Record<string, string | number>> | Range,
  tickets: TicketHolder,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  for (let renewed = false; ; renewed = true) {
    try {
      return await once(lesson, file, question, tickets, progress, signal);
    } catch (error) {
      if (!(error instanceof Problem && error.status === 401) || renewed) throw error;
      await tickets.renew();
    }
  }
}

/** `XMLHttpRequest`, because `fetch` does not tell how much has been sent. */
function once(
  lesson: string,
  file: File | null,
  question: Readonly<Record<string, string | number>> | Range,
  tickets: TicketHolder,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const params = new URLSearchParams(Object.entries(question).map(([k, v]) => [k, String(v)]));
    request.open("POST", `/lessons/${lesson}/slides?${params}`);
    for (const [name, value] of Object.entries(tickets.headers)) request.setRequestHeader(name, value);
    request.setRequestHeader("content-type", "application/octet-stream");
    const lines = new Lines(progress);
    const stop = () => request.abort();
    signal.addEventListener("abort", stop);
    request.upload.onprogress = (event) => progress.sent(event.loaded / Math.max(1, event.total));
    request.onprogress = () => {
      if (request.status === 200) lines.read(request.responseText);
    };
    request.onabort = () => reject(new DOMException("", "AbortError"));
    request.onerror = () => reject(new TypeError("cut"));
    request.onloadend = () => signal.removeEventListener("abort", stop);
    request.onload = () => {
      if (request.status !== 200) {
        reject(new Problem(request.status, problemIn(request.responseText)));
        return;
      }
      lines.read(request.responseText);
      if (lines.problem) reject(new Problem(Number(lines.problem.status ?? 500), lines.problem));
      else if (lines.ended) resolve();
      else reject(new TypeError("cut"));
    };
    request.send(file);
  });
}

function problemIn(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** The answer so far, line by line. */
class Lines {
  #read = 0;
  ended = false;
  problem: Record<string, unknown> | null = null;

  constructor(private readonly progress: Progress) {}

  read(text: string): void {
    for (;;) {
      const end = text.indexOf("\n", this.#read);
      if (end < 0) return;
      const fact = JSON.parse(text.slice(this.#read, end)) as Record<string, unknown>;
      this.#read = end + 1;
      if (fact.problem) this.problem = fact.problem as Record<string, unknown>;
      else if (fact.end) this.ended = true;
      else if (typeof fact.pages === "number") this.progress.pages(fact.pages);
      else this.progress.leaf(fact as unknown as Leaf);
    }
  }
}

async function hashOf(file: File): Promise<string> {
  if (!globalThis.crypto?.subtle || file.size > HASHED_BYTES) return "";
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
