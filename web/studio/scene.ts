/** What of the lesson is seen large: said as a fact on `talk`. Pure. */

import type { Draft } from "../say/outbox";
import { type Entry, KEY } from "../wire/frames";

export const SCENES = ["camera", "board", "screen", "both"] as const;
export type Scene = (typeof SCENES)[number];

export function sceneDraft(scene: Scene, t: number): Draft {
  const payload = new TextEncoder().encode(JSON.stringify({ fact: "scene", scene }));
  return { track: "talk", t: Math.round(t), duration: 0, flags: KEY, payload };
}

/** The scene of which this entry tells; null: it tells of something else. */
export function sceneOf({ track, payload }: Pick<Entry, "track" | "payload">): Scene | null {
  if (track !== "talk") return null;
  try {
    const told: unknown = JSON.parse(new TextDecoder().decode(payload));
    if (typeof told !== "object" || told === null || !("fact" in told) || told.fact !== "scene") return null;
    return SCENES.find((one) => "scene" in told && told.scene === one) ?? null;
  } catch {
    return null;
  }
}

/** Before any was chosen: whatever there is to be seen. */
export function firstScene(written: boolean): Scene {
  return written ? "board" : "camera";
}
