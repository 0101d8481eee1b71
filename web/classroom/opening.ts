/** Where a lesson is opened. */
import type { Moment } from "../follow/first";
import type { Facts } from "../ui/facts";
import type { Place } from "./place";

export interface Opening {
  readonly at: Moment;
  /** Where this reader stopped the last time. */
  readonly resumed: boolean;
}

/** What is on air or still to come at its end; what has ended at the moment in the address (`t`, s), or where its reader stopped. */
export function openingOf(facts: Facts, place: Place, search = location.search): Opening {
  if (facts.status !== "ended") return { at: "live", resumed: false };
  const end = facts.duration_ms ?? 0;
  const asked = Number(new URLSearchParams(search).get("t"));
  const at = asked > 0 ? asked * 1000 : place.read(end);
  return { at: Math.round(Math.min(at, end)), resumed: at > 0 && !(asked > 0) };
}
