/** While six digits are shown, the page asks every few seconds whether the screen is paired, and then says so by itself. */

const EVERY_MS = 4000;

export function watchPairing(page: Document): void {
  const timer = setInterval(() => {
    if (!page.querySelector("[data-waiting]")) clearInterval(timer);
    else if (page.visibilityState === "visible") void look(page);
  }, EVERY_MS);
}

async function look(page: Document): Promise<void> {
  try {
    const answer = await fetch(location.href);
    const fresh = new DOMParser()
      .parseFromString(await answer.text(), "text/html")
      .querySelector(".pairing:not([data-waiting])");
    const shown = page.querySelector("[data-waiting]");
    if (!answer.ok || !fresh || !shown) return;
    const held = shown.contains(page.activeElement);
    shown.replaceWith(fresh);
    if (held) fresh.querySelector<HTMLElement>("a.button")?.focus();
  } catch {
    // No line just now: what is shown stays, and is asked for again.
  }
}
