/** What is said about the line, in human words; null: nothing is worth saying. Pure. */
export interface LineFacts {
  readonly state: string;
  /** Why the server sends this rung: start, slow, clear. */
  readonly why: string;
  readonly rung: string | null;
  readonly wantsPicture: boolean;
  readonly silentMs: number;
  readonly silentAfterMs: number;
  readonly dry: boolean;
  readonly atLive: boolean;
}

export function lineMessage(facts: LineFacts): "cut" | "silent" | "weak" | "smaller" | "loading" | null {
  if (facts.state === "waiting") return "cut";
  if (facts.state === "live" && facts.silentMs > facts.silentAfterMs) return "silent";
  if (facts.atLive && facts.wantsPicture && facts.why === "slow")
    return facts.rung === null ? "weak" : "smaller";
  if (facts.dry && facts.state !== "before" && facts.state !== "ended") return "loading";
  return null;
}
