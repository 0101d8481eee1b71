/** What people do with their hands: clicks, keys, the seek bar, the menus; and what their computer does for them. */
import { keyActs } from "./keys";
import type { Painter } from "./paint";

const HIDE_AFTER_MS = 3500;

export interface Hands {
  /** Something with a name was asked for (`data-act`, or a key). */
  act(name: string): void;
  seek(ms: number): void;
  volume(level: number): void;
  speed(rate: number): void;
  quality(value: string): void;
  /** The menu of qualities is about to open. */
  menu(): void;
  /** The page is seen again, or the computer says that its line is back. */
  awake(): void;
  /** The page may be gone in a moment. */
  leaving(): void;
}

/** Listen until `signal` is aborted. */
export function listen(face: HTMLElement, painter: Painter, hands: Hands, signal: AbortSignal): void {
  const on = (where: EventTarget, names: string, act: (event: Event) => void) => {
    for (const name of names.split(" ")) where.addEventListener(name, act, { signal });
  };
  const wake = barThatSleeps(face);
  on(face, "click", (event) => {
    const act = (event.target as Element).closest<HTMLElement>("[data-act]")?.dataset.act;
    if (act) hands.act(act);
  });
  on(face, "pointermove pointerdown focusin", wake);
  on(painter.part("video"), "dblclick", () => hands.act("full"));
  on(document, "keydown", (event) => {
    const act = keyActs(event as KeyboardEvent);
    if (!act) return;
    event.preventDefault();
    hands.act(act);
    wake();
  });
  listenToTheBar(painter, hands, on);
  on(window, "online pageshow", () => hands.awake());
  on(window, "pagehide", () => hands.leaving());
  on(document, "visibilitychange", () =>
    document.visibilityState === "visible" ? hands.awake() : hands.leaving(),
  );
  wake();
}

type On = (where: EventTarget, names: string, act: (event: Event) => void) => void;

function listenToTheBar(painter: Painter, hands: Hands, on: On): void {
  const seek = painter.part<HTMLInputElement>(".seek");
  on(seek, "input", () => painter.hold(Number(seek.value)));
  on(seek, "change", () => {
    painter.release();
    hands.seek(Number(seek.value));
  });
  const volume = painter.part<HTMLInputElement>(".volume");
  on(volume, "input", () => hands.volume(Number(volume.value)));
  const speed = painter.part<HTMLSelectElement>("[data-pick=speed]");
  on(speed, "change", () => hands.speed(Number(speed.value)));
  const quality = painter.part<HTMLSelectElement>("[data-pick=quality]");
  on(quality, "change", () => hands.quality(quality.value));
  on(quality, "pointerdown focus", () => hands.menu());
}

/** The bar shows itself when somebody moves, and goes when nobody does. */
function barThatSleeps(face: HTMLElement): () => void {
  let timer = 0;
  return () => {
    face.classList.add("awake");
    window.clearTimeout(timer);
    timer = window.setTimeout(() => face.classList.remove("awake"), HIDE_AFTER_MS);
  };
}
