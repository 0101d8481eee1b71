/** The form on which a pupil joins: filled in as last time on this device, and sent by itself when the page was only reloaded. */
import { keep, keptJson, ownSecret } from "../ui/keep";

const JOINED = "halqa:joined";
/** So long after joining, the page opened anew joins again by itself: a lesson, and a break. */
const AGAIN_MS = 3 * 3600_000;

interface Joined {
  readonly code: string;
  readonly name: string;
  readonly at: number;
}

export function readyForm(form: HTMLFormElement): void {
  const field = (name: string) => form.elements.namedItem(name) as HTMLInputElement;
  const known = keptJson<Joined | null>(JOINED, null);
  const fresh = known !== null && Date.now() - known.at < AGAIN_MS;
  if (known && !field("name").value) field("name").value = known.name;
  if (known && fresh && !field("code").value) field("code").value = known.code;
  const submit = () => {
    field("key").value = ownSecret(`halqa:pupil:secret:${nameOf(field("name").value)}`);
  };
  form.addEventListener("submit", submit);
  if (form.dataset.refused !== undefined) keep(JOINED, "");
  else if (known && fresh && known.code === field("code").value) {
    submit();
    form.submit();
  }
}

/** The page joined: reloaded, it joins again instead of asking whether to send a form twice. */
export function rememberJoined(code: string, name: string): void {
  keep(JOINED, JSON.stringify({ code, name, at: Date.now() } satisfies Joined));
  history.replaceState(null, "", location.pathname);
}

export function leave(): void {
  keep(JOINED, "");
  location.replace(location.pathname);
}

/** A name as the server writes it. */
export function nameOf(told: string): string {
  return told.trim().replace(/\s+/g, " ").slice(0, 40);
}
