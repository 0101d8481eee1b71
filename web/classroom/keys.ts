/** Which key does what. Letters are the same in every language: they stand beside the words in the list of keys. */
const ACTS: Readonly<Record<string, string>> = {
  " ": "toggle",
  k: "toggle",
  ArrowLeft: "-10",
  ArrowRight: "+10",
  "shift+ArrowLeft": "-60",
  "shift+ArrowRight": "+60",
  ArrowUp: "louder",
  ArrowDown: "softer",
  j: "back",
  l: "live",
  f: "full",
  m: "mute",
  Home: "start",
  End: "end",
  "<": "slower",
  ">": "faster",
  ",": "slower",
  ".": "faster",
  PageUp: "pageback",
  PageDown: "pageon",
  p: "chapterback",
  n: "chapteron",
  s: "swap",
  b: "panel",
  h: "raise",
  "?": "keys",
};

/** What the list of keys shows: the keys, and the word that says what they do. */
export const KEYS_SHOWN: readonly (readonly [keys: readonly string[], word: string])[] = [
  [["␣", "K"], "keytoggle"],
  [["←", "→"], "keyten"],
  [["⇧ ←", "⇧ →"], "keyminute"],
  [["J"], "back"],
  [["L"], "live"],
  [["↖ Home"], "frombegin"],
  [["<", ">"], "speed"],
  [["↑", "↓", "M"], "sound"],
  [["⇞", "⇟"], "keypages"],
  [["P", "N"], "keychapters"],
  [["S"], "swap"],
  [["B"], "panel"],
  [["H"], "keyhand"],
  [["F"], "full"],
];

/** The act of a key, unless somebody is typing, choosing, or pressing a button with it. */
export function keyActs(event: KeyboardEvent): string | null {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  const at = event.target instanceof Element ? event.target : null;
  if (event.key === "Escape" && !at?.closest("select, dialog")) return "away";
  if (at?.closest("select, textarea, input:not(.seek), a, dialog")) return null;
  if (at?.closest("button") && (event.key === " " || event.key === "Enter")) return null;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  return (event.shiftKey ? ACTS[`shift+${key}`] : undefined) ?? ACTS[key] ?? null;
}
