/** Which key does what. */
const ACTS: Readonly<Record<string, string>> = {
  " ": "toggle",
  k: "toggle",
  ArrowLeft: "-10",
  ArrowRight: "+10",
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
  "?": "keys",
};

/** The act of a key, unless somebody is typing, choosing, or pressing a button with it. */
export function keyActs(event: KeyboardEvent): string | null {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  const at = event.target as Element | null;
  if (at?.closest("select, textarea, input:not(.seek), a")) return null;
  if (at?.closest("button") && (event.key === " " || event.key === "Enter")) return null;
  return ACTS[event.key.length === 1 ? event.key.toLowerCase() : event.key] ?? null;
}
