/** What the classroom looks like: its parts, once. `paint.ts` fills them; `classroom.css`, `panel.css` and `controls.css` give them form. */
import type { Facts } from "../ui/facts";
import { plain } from "../ui/plain";
import { language, word } from "../ui/words";
import { KEYS_SHOWN } from "./keys";
import { WISHES } from "./layout";
import { PROFILES } from "./profiles";
import { scriptMarkup } from "./script-face";

const ICONS = {
  play: '<path d="M7 4.5v15l12-7.5z" fill="currentcolor"/>',
  pause: '<path d="M8 5v14M16 5v14" stroke-width="4"/>',
  again: '<path d="M4 4v6h6M4.8 10A8 8 0 1 1 4 14"/>',
  sound: '<path d="M4 9.5v5h3.5L12 19V5L7.5 9.5zM15.5 8.5a5 5 0 0 1 0 7M18 6a9 9 0 0 1 0 12"/>',
  mute: '<path d="M4 9.5v5h3.5L12 19V5L7.5 9.5zM16 9.5l5 5M21 9.5l-5 5"/>',
  full: '<path d="M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5"/>',
  small: '<path d="M9 4v5H4M15 4v5h5M20 15h-5v5M4 15h5v5"/>',
  home: '<path d="M4 11.5 12 5l8 6.5M6.5 10v9h11v-9"/>',
  board: '<path d="M3 5h18v11H3zM8 20l2-4M16 20l-2-4M7 12c2-4 3 2 5-1s2-2 4-1"/>',
  swap: '<path d="M3 5h11v8H3zM13 17h8v-6h-4M9 16l-3 2.5L9 21M6 18.5h4"/>',
  close: '<path d="M6 6l12 12M18 6 6 18"/>',
  print: '<path d="M7 9V4h10v5M7 17H4V9h16v8h-3M7 14h10v6H7z"/>',
  hand: '<path d="M7.500 12V6.200a1.300 1.300 0 0 1 2.600 0V11 M10.100 11V4.700a1.300 1.300 0 0 1 2.600 0V11 M12.700 11V5.500a1.300 1.300 0 0 1 2.600 0V12 M15.300 12V8a1.300 1.300 0 0 1 2.600 0v6.500a6.500 6.500 0 0 1-6.500 6.500c-3 0-4.200-1.300-5.500-3.500L3.300 13.200a1.300 1.300 0 0 1 2.200-1.300l2 2.600"/>',
  keys: '<path d="M3 6.5h18v11H3zM7 10h.01M11 10h.01M15 10h.01M18 10h.01M8 14h8"/>',
} as const;

export const VOICE_BARS = 32;
const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2];
const STAR =
  '<svg class="star" viewBox="0 0 48 48" aria-hidden="true"><path d="M24 1l6.74 6.74h9.52v9.52L47 24l-6.74 6.74v9.52h-9.52L24 47l-6.74-6.74H7.74v-9.52L1 24l6.74-6.74V7.74h9.52z"/><circle cx="24" cy="24" r="9"/></svg>';

export function icon(name: keyof typeof ICONS): string {
  return `<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">${ICONS[name]}</svg>`;
}

/** A word of this face, safe in markup. */
function w(key: string): string {
  return plain(word(`classroom.${key}`));
}

function button(act: string, label: string, inside: string, more = ""): string {
  return `<button type="button" class="control" data-act="${act}" aria-label="${w(label)}" title="${w(label)}"${more}>${inside}</button>`;
}

/** The markup of the face. */
export function face(facts: Facts): string {
  return `<main class="theatre" tabindex="-1" aria-label="${plain(facts.title)}">
    <video playsinline disablepictureinpicture tabindex="-1" aria-hidden="true"></video><audio></audio>
    ${card(facts)}
    <div class="blackboard"></div>
    <button type="button" class="swapper" data-act="swap" aria-label="${w("swap")}" title="${w("swap")}"></button>
    <p class="caption" dir="auto" hidden></p>
    <p class="coming" role="status" hidden>${w("coming")}</p>
    <div class="notices">
      <div class="line" role="status" hidden><span></span><button type="button" class="button signal" data-act="note" hidden></button></div>
      <button type="button" class="button signal astray" data-act="followteacher" hidden>${w("followteacher")}</button>
    </div>
    <button type="button" class="button signal tap" data-act="tap" hidden>${icon("sound")}<span>${w("tapsound")}</span></button>
    <header class="top">${home(facts)}<p class="title"><bdi>${plain(facts.title)}</bdi></p>${desk(facts)}</header>
    ${bar()}
    ${panel(facts)}
    ${keys()}
  </main>`;
}

/** A wall shows nothing but the lesson: no way leads elsewhere. */
function home({ home, wall }: Facts): string {
  if (wall) return "";
  return `<a class="control home" href="${plain(home)}" aria-label="${w("home")}" title="${w("home")}">${icon("home")}</a>`;
}

/** A teacher who watches goes on from here. */
function desk({ desk = [] }: Facts): string {
  const links = desk.map((one) => `<a class="button plain" href="${plain(one.href)}">${plain(one.name)}</a>`);
  return links.length > 0 ? `<nav class="desk-links">${links.join("")}</nav>` : "";
}

/** What is shown where there is no picture: before, sound only, after. */
function card(facts: Facts): string {
  const about = [facts.subject, facts.level, facts.teacher].filter(Boolean);
  return `<div class="backdrop">
      ${STAR}
      <h1><bdi>${plain(facts.title)}</bdi></h1>
      <p class="about">${about.map((one) => `<bdi>${plain(one)}</bdi>`).join('<span aria-hidden="true"> · </span>')}</p>
      <p class="hour"${facts.starts ? "" : " hidden"}>${plain(facts.starts?.words ?? "")}</p>
      <p class="left" role="timer" hidden></p>
      <p class="voice" dir="ltr" aria-hidden="true">${"<i></i>".repeat(VOICE_BARS)}</p>
      <p class="message"></p>
      <button type="button" class="button signal again" data-act="start" hidden>${icon("again")}<span>${w("again")}</span></button>
    </div>`;
}

function bar(): string {
  const speed = new Intl.NumberFormat(language());
  const speeds = SPEEDS.map(
    (s) => `<option value="${s}"${s === 1 ? " selected" : ""}>${speed.format(s)}×</option>`,
  );
  return `<div class="bar">
      <div class="rail" dir="ltr">
        <time class="now">0:00</time>
        <span class="slider"><span class="loaded"></span><span class="done"></span><span class="marks" aria-hidden="true"></span><input type="range" class="seek" min="0" max="0" step="100" value="0" aria-label="${w("seek")}"></span>
        <time class="end">0:00</time>
      </div>
      <div class="controls">
        ${button("toggle", "pause", icon("pause"))}
        ${button("back", "back", `${icon("again")}<b aria-hidden="true">30</b>`)}
        <button type="button" class="control" data-act="live" data-live hidden><i aria-hidden="true"></i><span>${w("live")}</span></button>
        <span class="lag"></span>
        <span class="push"></span>
        ${button("panel", "panel", icon("board"), ' aria-expanded="false" hidden')}
        ${button("swap", "swap", icon("swap"), " hidden")}
        <label class="pick" hidden><span class="visually-hidden">${plain(word("script.captions"))}</span><select data-pick="captions" title="${plain(word("script.captions"))}"></select></label>
        <label class="pick"><span class="visually-hidden">${w("speed")}</span><select data-pick="speed" title="${w("speed")}">${speeds.join("")}</select></label>
        <label class="pick"><span class="visually-hidden">${w("quality")}</span><select data-pick="quality" title="${w("quality")}"><option value="auto">${w("auto")}</option>${profiles()}</select></label>
        ${button("mute", "mute", icon("sound"))}
        <input type="range" class="volume" dir="ltr" min="0" max="1" step="0.05" value="1" aria-label="${w("volume")}">
        ${button("keys", "keys", icon("keys"))}
        ${button("full", "full", icon("full"))}
      </div>
    </div>`;
}

/** The profiles by name, each with what it carries. */
function profiles(): string {
  return PROFILES.map(({ kbit, height }) => {
    const what = height > 0 ? word("classroom.lines", { n: height }) : word(`classroom.carries${kbit}`);
    return `<option value="${kbit}">${plain(`${word("classroom.kbit", { n: kbit })} · ${what}`)}</option>`;
  }).join("");
}

/** Beside the lesson: what is shown, the pages of the board, the chapters. */
function panel(facts: Facts): string {
  const wishes = WISHES.map(
    (wish) =>
      `<label><input type="radio" name="wish" value="${wish}"${wish === "teacher" ? " checked" : ""}><span>${w(`wish${wish}`)}</span></label>`,
  );
  return `<aside class="panel" tabindex="-1" aria-label="${w("panel")}" hidden>
      <div class="head"><h2>${w("board")}</h2>${button("panel", "close", icon("close"))}</div>
      ${scriptMarkup()}
      <fieldset class="wishes"><legend>${w("shown")}</legend>${wishes.join("")}</fieldset>
      <h3>${w("pages")}</h3><ol class="pages"></ol>
      <a class="button album" href="${plain(facts.board)}" target="_blank" rel="noopener">${icon("print")}<span>${w("album")}</span></a>
      <h3>${w("chapters")}</h3><p class="nochapters">${w("nochapters")}</p><ol class="chapters"></ol>
    </aside>`;
}

function keys(): string {
  const rows = KEYS_SHOWN.map(
    ([keys, what]) =>
      `<dt dir="ltr">${keys.map((key) => `<kbd>${plain(key)}</kbd>`).join(" ")}</dt><dd>${w(what)}</dd>`,
  );
  return `<dialog class="keys" aria-label="${w("keys")}"><h2>${w("keys")}</h2><dl>${rows.join("")}</dl>
      <form method="dialog"><button class="button primary">${w("close")}</button></form></dialog>`;
}
