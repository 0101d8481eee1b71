/** Small things that a browser keeps for its reader. One that keeps nothing (a private window) simply forgets. */

export function kept(name: string): string {
  try {
    return localStorage.getItem(name) ?? "";
  } catch {
    return "";
  }
}

export function keep(name: string, value: string): void {
  try {
    if (value === "") localStorage.removeItem(name);
    else localStorage.setItem(name, value);
  } catch {
    // What cannot be kept is asked for again.
  }
}

/** What was kept as JSON; `otherwise` when there is nothing, or nothing readable. */
export function keptJson<T>(name: string, otherwise: T): T {
  try {
    return (JSON.parse(kept(name) || "null") as T | null) ?? otherwise;
  } catch {
    return otherwise;
  }
}

/** A secret that this browser makes up once and keeps: it proves to the server that one is the same as before. */
export function ownSecret(name: string): string {
  const known = kept(name);
  if (known) return known;
  const fresh = [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
  keep(name, fresh);
  return fresh;
}
