/** The classes as tiles at the studio's side: who is here, how the line is, whose hand is up, who has the floor. */

import type { CallState } from "../floor/caller";
import type { Holder } from "../talk/facts";
import { icon } from "../ui/icons";
import { plain } from "../ui/plain";
import { word } from "../ui/words";
import type { School } from "./register";

const w = (key: string, params: Record<string, string | number> = {}) =>
  plain(word(`schools.${key}`, params));

/** A class as it stands on its tile. */
export interface Tile {
  readonly school: School | null;
  readonly voice: string;
  readonly who: string;
  /** What it answered to the question that stands; "": nothing. */
  readonly answer: string;
  readonly holder: Holder | null;
  readonly call: CallState | null;
  readonly hushed: boolean;
  /** Its place among the hands that are up, from 1; 0: its hand is down. */
  readonly turn: number;
}

export const SCHOOLS = (): string => `<section class="schools" aria-label="${w("title")}">
  <h2 class="schools-head"><span>${w("title")}</span><b class="count"></b></h2>
  <p class="muted nobody">${w("nobody")}</p>
  <ul class="tiles"></ul></section>`;

const LINES = ["cut", "poor", "narrow", "free"] as const;

/** One tile. `full`: nobody else can have the floor; `onAir`: it can be given at all. */
export function tile(one: Tile, full: boolean, onAir: boolean): string {
  const { school, voice, holder, call, turn } = one;
  const line = school?.line ?? 0;
  const bars = `<span class="bars" data-line="${line}" role="img" aria-label="${w(`line-${LINES[line]}`)}" title="${w(`line-${LINES[line]}`)}"><i></i><i></i><i></i></span>`;
  const answer = one.answer
    ? `<span class="answer" title="${w("answer")}"><bdi>${plain(one.answer)}</bdi></span>`
    : "";
  const hand = turn > 0 ? `<span class="hand">${icon("hand")}<b>${w("hand", { n: turn })}</b></span>` : "";
  const head = `<p class="name">${bars}<bdi title="${plain(one.who)}">${plain(one.who)}</bdi>${answer}${hand}</p>`;
  if (holder) {
    const state = call ?? "calling";
    const how = state === "connected" && school?.call === "picture" ? "picture" : state;
    return `<li class="school holding" data-voice="${voice}" data-call="${state}">${head}
      <p class="how" role="status">${w(`call-${how}`)}</p>
      <p class="row">${press("take", "take", voice)}${press("pen", holder.pen ? "nopen" : "pen", voice, ` aria-pressed="${holder.pen}"`)}${press("hush", one.hushed ? "unhush" : "hush", voice, ` aria-pressed="${one.hushed}"`)}</p></li>`;
  }
  const why = !onAir ? "offair" : full ? "full" : "";
  const off = why ? ` disabled title="${w(why)}"` : "";
  return `<li class="school${turn > 0 ? " raised" : ""}" data-voice="${voice}">${head}<p class="row">${press("give", "give", voice, off)}${turn > 0 ? press("lower", "lower", voice) : ""}</p></li>`;
}

function press(act: string, key: string, voice: string, more = ""): string {
  return `<button type="button" class="button" data-floor="${act}" data-voice="${voice}"${more}>${w(key)}</button>`;
}
