/** A wall between lessons: the hour by the server's clock, how long it is until the next lesson, and a word when the line is cut. */
import { leftWords } from "../ui/left";
import { language, word } from "../ui/words";
import { type Walled, type WallNow, watchWall } from "./watch";

export type Waiting = Walled & Pick<WallNow, "next" | "title" | "starts" | "now" | "offset">;

const BEAT_MS = 500;
/** Once is a packet; then it is the line. */
const CUTS = 2;
export function wait(page: HTMLElement, waiting: Waiting): void {
  const part = (name: string) => page.querySelector<HTMLElement>(`[data-${name}]`);
  const hours = new Intl.DateTimeFormat(language(), { hour: "2-digit", minute: "2-digit", timeZone: "UTC" });
  let [server, at, cuts] = [waiting as Pick<WallNow, "now" | "offset">, performance.now(), 0];
  const paint = () => {
    const now = server.now + performance.now() - at;
    // Whatever the device believes of Morocco's hour.
    set(part("clock"), hours.format(now + server.offset));
    if (waiting.starts !== null)
      set(part("left"), leftWords(waiting.starts - now, language(), word("wall.soon")));
    const cut = part("cut");
    if (cut) cut.hidden = cuts < CUTS;
  };
  const told = (now: WallNow) => {
    [server, at, cuts] = [now, performance.now(), 0];
    // Another lesson comes next, or the same at another hour, or by another name.
    const same = (["next", "title", "starts"] as const).every((name) => now[name] === waiting[name]);
    if (!same) location.reload();
  };
  const cut = () => {
    cuts++;
  };
  const open = () => location.reload();
  watchWall(waiting, { told, cut, done: () => true, open }, new AbortController().signal);
  setInterval(paint, BEAT_MS);
  paint();
}

function set(part: HTMLElement | null, text: string): void {
  if (part && part.textContent !== text) part.textContent = text;
}
