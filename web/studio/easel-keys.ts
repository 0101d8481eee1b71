/** The keys of the board: what each asks for, and how it is written in a tooltip. */
import { keyPressed, undoing } from "../write/undoing";

export type Asked = readonly [act: string, value: string];

export const KEYS: Readonly<Record<string, Asked>> = {
  p: ["tool", "pen"],
  m: ["tool", "marker"],
  e: ["tool", "eraser"],
  v: ["tool", "select"],
  t: ["tool", "text"],
  f: ["tool", "formula"],
  k: ["tool", "laser"],
  u: ["ruler", ""],
  // Two neighbours on every keyboard. With Shift, which writes them large, they turn finely.
  h: ["turn", "-15"],
  j: ["turn", "15"],
  H: ["turn", "-1"],
  J: ["turn", "1"],
  l: ["shape", "line"],
  a: ["shape", "arrow"],
  r: ["shape", "rect"],
  o: ["shape", "ellipse"],
  d: ["shape", "triangle"],
  g: ["shape", "axes"],
  n: ["shape", "numbers"],
  PageDown: ["next", ""],
  PageUp: ["previous", ""],
  Insert: ["add-page", ""],
  "+": ["closer", ""],
  "-": ["further", ""],
  "0": ["whole", ""],
};

/** The key of an act, as people write it; empty: it has none. */
export function keyOf(act: string, value = ""): string {
  if (act === "undo") return "Ctrl+Z";
  if (act === "redo") return "Ctrl+Y";
  const found = Object.entries(KEYS).find(([, asked]) => asked[0] === act && asked[1] === value);
  return found ? (found[0].length === 1 ? found[0].toUpperCase() : found[0]) : "";
}

export function actFor(
  event: Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">,
): Asked | null {
  if (event.altKey) return null;
  if (event.ctrlKey || event.metaKey) {
    const asked = undoing(event);
    return asked && [asked, ""];
  }
  const plain = keyPressed(event);
  return (event.shiftKey ? KEYS[plain.toUpperCase()] : undefined) ?? KEYS[plain] ?? null;
}
