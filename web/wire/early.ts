/**
 * Answers that were asked for before the scripts that read them were here (`pages/early.ts`), by their address. On a narrow line those
 * scripts take a second, in which the first answers come as well.
 */
declare global {
  interface Window {
    /** Set by the page's first script, read by its others. */
    halqaEarly?: Map<string, Early>;
  }
}

interface Early {
  readonly answer: Promise<Response>;
  readonly hangUp: AbortController;
}

/** Between two questions at most. */
const APART_MS = 250;

/**
 * Ask, for whoever asks for these addresses first: one a little after the other. All at once, with the scripts, they would be more than
 * waits before a narrow line, and what is lost there is waited for longest.
 */
export function askEarly(addresses: readonly string[], headers: Record<string, string>): void {
  window.halqaEarly ??= new Map();
  let before: Promise<unknown> = Promise.resolve();
  for (const address of addresses) {
    const hangUp = new AbortController();
    const answer = before.then(() => fetch(address, { headers, cache: "no-store", signal: hangUp.signal }));
    // Nobody may ever ask for it.
    before = Promise.race([answer.catch(() => undefined), new Promise((go) => setTimeout(go, APART_MS))]);
    window.halqaEarly.set(address, { answer, hangUp });
  }
}

/** The answer that was asked for early, once; ended when `signal` is aborted. Null: none was. */
export function takeEarly(address: string, signal: AbortSignal): Promise<Response> | null {
  const early = globalThis.window?.halqaEarly?.get(address);
  if (!early) return null;
  window.halqaEarly?.delete(address);
  signal.addEventListener("abort", () => early.hangUp.abort());
  return early.answer;
}

/** Nobody asks for these any more. */
export function dropEarly(): void {
  for (const { hangUp } of window.halqaEarly?.values() ?? []) hangUp.abort();
  window.halqaEarly?.clear();
}
