/** Keeps a table true while its lesson is on air: each minute, when nobody is in the middle of something, it is fetched anew. */

const EVERY_MS = 60_000;

export function keepFresh(page: Document): void {
  const timer = setInterval(() => {
    if (!page.querySelector("[data-fresh]")) clearInterval(timer);
    else if (page.visibilityState === "visible") void refresh(page);
  }, EVERY_MS);
}

async function refresh(page: Document): Promise<void> {
  const part = page.querySelector("[data-fresh]");
  if (!part || part.contains(page.activeElement)) return;
  try {
    const answer = await fetch(location.href);
    const fresh = new DOMParser()
      .parseFromString(await answer.text(), "text/html")
      .querySelector(".register");
    if (answer.ok && fresh) part.replaceWith(fresh);
  } catch {
    // No line just now: what is shown stays, and is asked for again.
  }
}
