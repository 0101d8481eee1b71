/** What fingers, a mouse and a wheel do to the board: closer, along, back. */
import type { Blackboard } from "./blackboard";

/** A pointer that moved less has tapped (CSS pixels). */
const STILL = 12;
const DOUBLE_MS = 320;
const DOUBLE_PX = 40;
const NOTCH = 1.0015;

export interface Grasped extends Pick<Blackboard, "tap" | "zoom" | "drag"> {}

interface Finger {
  readonly x: number;
  readonly y: number;
}

export function hold(host: HTMLElement, blackboard: Grasped): void {
  const fingers = new Map<number, Finger>();
  let travelled = 0;
  let tapped = { at: Number.NEGATIVE_INFINITY, x: 0, y: 0 };
  host.style.touchAction = "none";
  host.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    if (fingers.size === 0) travelled = 0;
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    host.setPointerCapture(event.pointerId);
  });
  host.addEventListener("pointermove", (event) => {
    const was = fingers.get(event.pointerId);
    if (!was) return;
    const now = { x: event.clientX, y: event.clientY };
    const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
    fingers.set(event.pointerId, now);
    travelled += Math.hypot(now.x - was.x, now.y - was.y);
    if (other) {
      const [before, after] = [distance(was, other), distance(now, other)];
      if (before > 0) blackboard.zoom((now.x + other.x) / 2, (now.y + other.y) / 2, after / before);
      blackboard.drag((now.x - was.x) / 2, (now.y - was.y) / 2);
    } else if (travelled > STILL) blackboard.drag(now.x - was.x, now.y - was.y);
  });
  const lift = (event: PointerEvent) => {
    if (!fingers.delete(event.pointerId) || fingers.size > 0) return;
    if (event.type === "pointercancel" || travelled > STILL) return;
    const at = { at: event.timeStamp, x: event.clientX, y: event.clientY };
    if (at.at - tapped.at < DOUBLE_MS && distance(at, tapped) < DOUBLE_PX) {
      tapped = { at: Number.NEGATIVE_INFINITY, x: 0, y: 0 };
      blackboard.tap(at.x, at.y);
    } else tapped = at;
  };
  host.addEventListener("pointerup", lift);
  host.addEventListener("pointercancel", lift);
  host.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      blackboard.zoom(event.clientX, event.clientY, NOTCH ** -event.deltaY);
    },
    { passive: false },
  );
}

function distance(a: Finger, b: Finger): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
