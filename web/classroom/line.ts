/** What is said about the line, in human words; null: nothing is worth saying. Pure. */
export interface LineFacts {
  readonly state: string;
  /** Why the server sends this rung: start, slow, clear. */
  readonly why: string;
  readonly rung: string | null;
  readonly wantsPicture: boolean;
  /** For how long the server has answered and the studio said nothing. */
  readonly silentMs: number;
  readonly silentAfterMs: number;
  readonly dry: boolean;
  readonly atLive: boolean;
  /** What cannot be played here. */
  readonly unplayable?: string;
}

export type LineMessage = "cut" | "silent" | "weak" | "smaller" | "loading" | "blind" | "deaf";

export function lineMessage(facts: LineFacts): LineMessage | null {
  if (facts.state === "waiting") return "cut";
  if (facts.state === "live" && facts.silentMs > facts.silentAfterMs) return "silent";
  if (facts.atLive && facts.wantsPicture && facts.why === "slow")
    return facts.rung === null ? "weak" : "smaller";
  if (facts.dry && !["before", "ended", "blocked"].includes(facts.state)) return "loading";
  if (facts.unplayable === "sound") return "deaf";
  return facts.unplayable === "picture" ? "blind" : null;
}
