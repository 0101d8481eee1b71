/**
 * Keeps the "on air" part of the home page true while it is open. Asks a few hundred bytes each half minute; only when
 * what is on air has changed is the page itself fetched, and that part of it replaced.
 */

const EVERY_MS = 30_000;

export function watchOnAir(page: Document): void {
  if (!page.querySelector("[data-on-air]")) return;
  setInterval(() => {
    if (page.visibilityState === "visible") void refresh(page);
  }, EVERY_MS);
  page.addEventListener("visibilitychange", () => {
    if (page.visibilityState === "visible") void refresh(page);
  });
}

/** What is on air, in one word; the server writes the same into the page (`pages.py`). */
export function mark(lessons: readonly { id: string; silent: boolean }[]): string {
  return lessons.map((lesson) => lesson.id + (lesson.silent ? "~" : "")).join(" ");
}

function query(page: Document): string {
  const q = new URLSearchParams(page.location.search).get("q");
  return q ? new URLSearchParams({ q }).toString() : "";
}

async function refresh(page: Document): Promise<void> {
  const part = page.querySelector<HTMLElement>("[data-on-air]");
  if (!part || part.contains(page.activeElement)) return;
  try {
    const answer = await fetch(`/api/lessons?status=live&${query(page)}`, {
      headers: { Accept: "application/json" },
    });
    if (!answer.ok) return;
    const told = (await answer.json()) as { lessons: { id: string; silent: boolean }[] };
    if (mark(told.lessons) === part.dataset.onAir) return;
    const fresh = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
    for (const name of ["data-on-air", "data-coming", "data-taught"]) {
      const [old, now] = [page.querySelector(`[${name}]`), fresh.querySelector(`[${name}]`)];
      if (old && now) old.replaceWith(now);
    }
  } catch {
    // No line just now: what is shown stays, and is asked for again.
  }
}
