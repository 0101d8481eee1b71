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

type Row = Readonly<Record<Event["event"], State["name"]>>;

const TABLE: Readonly<Record<State["name"], Row>> = {
  connecting: { opened: "behind", reached: "live", asked: "connecting", cut: "waiting", sealed: "ended" },
  behind: { opened: "behind", reached: "live", asked: "connecting", cut: "waiting", sealed: "ended" },
  live: { opened: "live", reached: "live", asked: "connecting", cut: "waiting", sealed: "ended" },
  waiting: { opened: "behind", reached: "live", asked: "connecting", cut: "waiting", sealed: "ended" },
  ended: { opened: "ended", reached: "ended", asked: "connecting", cut: "ended", sealed: "ended" },
};

export function next(state: State, what: Event): State {
  const name = TABLE[state.name][what.event];
  if (name === "waiting") return { name, retryAt: what.event === "cut" ? what.retryAt : Date.now() };
  return name === state.name ? state : { name };
}
