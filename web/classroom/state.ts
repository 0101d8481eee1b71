/** What the classroom is in, as one word. Pure; the words stand in `data-state`, and `classroom.css` paints by them. */
export type ClassroomState =
  /** Nothing was heard from the server yet. */
  | "connecting"
  /** The lesson has not begun. */
  | "before"
  | "live"
  /** On air, and watched from further back. */
  | "behind"
  /** Ended, and watched again. */
  | "replay"
  | "ended"
  /** The line is cut; the next try is near. */
  | "waiting"
  /** The browser plays nothing at all before a tap. */
  | "blocked"
  /** This browser cannot decode the lesson. */
  | "unplayable";

export interface StateFacts {
  readonly unplayable: boolean;
  readonly blocked: boolean;
  readonly line: "connecting" | "behind" | "live" | "waiting" | "ended";
  /** Something was said. */
  readonly begun: boolean;
  /** Nothing more will be said. */
  readonly over: boolean;
  /** It was played to its end. */
  readonly finished: boolean;
  readonly atEnd: boolean;
}

export function stateOf(facts: StateFacts): ClassroomState {
  if (facts.unplayable) return "unplayable";
  if (facts.blocked) return "blocked";
  if (facts.over && facts.finished) return "ended";
  if (facts.line === "waiting") return "waiting";
  if (facts.over) return "replay";
  if (!facts.begun) return facts.line === "connecting" ? "connecting" : "before";
  return facts.atEnd ? "live" : "behind";
}
