/** Keys that mean the same wherever a hand writes. Pure. */

type Pressed = Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">;

/** The key, a letter as on a Latin keyboard: on an Arabic one the letter is another, the key is the same. */
export function keyPressed({ key, code }: Pick<Pressed, "key" | "code">): string {
  const latin = /^Key[A-Z]$/.test(code) && !/^[a-z]$/i.test(key) ? code.slice(3) : key;
  return latin.length === 1 ? latin.toLowerCase() : latin;
}

/** Ctrl+Z, and Ctrl+Y or Ctrl+Shift+Z. */
export function undoing(event: Pressed): "undo" | "redo" | null {
  if (event.altKey || !(event.ctrlKey || event.metaKey)) return null;
  const key = keyPressed(event);
  if (key === "z") return event.shiftKey ? "redo" : "undo";
  return key === "y" ? "redo" : null;
}
