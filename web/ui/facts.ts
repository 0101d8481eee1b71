/** When a lesson that has not begun is to. */
export interface Starts {
  /** ms since 1970. */
  readonly at: number;
  /** What the server's clock showed when it wrote this, ms since 1970. */
  readonly now: number;
  /** `jeudi 26 novembre à 10:00`, in the reader's language. */
  readonly words: string;
}

/** What Django tells a face about its lesson, in the page. */
export interface Facts {
  readonly id: string;
  readonly title: string;
  readonly subject: string;
  readonly level: string;
  readonly teacher: string;
  /** In which it is taught. */
  readonly language?: string;
  readonly status: "planned" | "live" | "ended";
  readonly starts?: Starts | null;
  readonly duration_ms: number | null;
  readonly timeline: string;
  readonly ticket: string;
  readonly tickets: string;
  /** Where tickets to answer are given. */
  readonly answers?: string;
  /** Where the studio gets what a call with a class needs. */
  readonly floor?: string;
  /** Where a class tells what it followed. */
  readonly attendance?: string;
  readonly csrf?: string;
  readonly speaker?: string;
  /** Six digits with which pupils join, and the page on which they enter them. */
  readonly code?: string;
  readonly join?: string;
  /** Files of captions, by language. */
  readonly captions?: Readonly<Record<string, string>>;
  readonly hls: string;
  readonly page: string;
  /** Where all pages of the board can be printed. */
  readonly board: string;
  readonly home: string;
  /** On a wall: where it is, and what tells it to show another thing. */
  readonly wall?: { readonly place: string; readonly watch: string; readonly shows: string };
  /** For teachers: pages about this lesson, named in the reader's language. */
  readonly desk?: readonly { readonly href: string; readonly name: string }[];
}

export function readFacts(): Facts {
  return JSON.parse(document.getElementById("lesson")?.textContent || "{}") as Facts;
}

/** ms as h:mm:ss or m:ss: the same digits in every language, left to right. */
export function clock(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number) => String(n).padStart(2, "0");
  const minutes = Math.floor(s / 60);
  return minutes < 60
    ? `${minutes}:${two(s % 60)}`
    : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(s % 60)}`;
}
