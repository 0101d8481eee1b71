/**
 * Where a follower is, as a union in which impossible states cannot be written, and what may follow what.
 *
 * | from \ event | opened | reached | asked | cut | sealed |
 * |---|---|---|---|---|---|
 * | connecting | behind | live | connecting | waiting | ended |
 * | behind | behind | live | connecting | waiting | ended |
 * | live | live | live | connecting | waiting | ended |
 * | waiting | behind | live | connecting | waiting | ended |
 * | ended | ended | ended | connecting | ended | ended |
 *
 * *opened*: an answer begins; *reached*: everything said so far is here; *asked*: somebody sought another moment; *cut*:
 * the answer broke off; *sealed*: there will never be more.
 */
export type State =
  | { readonly name: "connecting" }
  | { readonly name: "behind" }
  | { readonly name: "live" }
  | { readonly name: "waiting"; readonly retryAt: number }
  | { readonly name: "ended" };

export type Event =
  | { readonly event: "opened" | "reached" | "asked" | "sealed" }
  | { readonly event: "cut"; readonly retryAt: number };

export function next(state: State, what: Event): State {
  switch (what.event) {
    case "asked":
      return { name: "connecting" };
    case "sealed":
      return { name: "ended" };
    case "reached":
      return state.name === "ended" ? state : { name: "live" };
    case "opened":
      return state.name === "ended" || state.name === "live" ? state : { name: "behind" };
    case "cut":
      return state.name === "ended" ? state : { name: "waiting", retryAt: what.retryAt };
  }
}
