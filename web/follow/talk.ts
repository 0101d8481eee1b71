/** The track `talk`: facts about the lesson, said in JSON. Which scene the teacher chose, and what the parts are called. Pure. */
import type { Entry } from "../wire/frames";

export const SCENES = ["camera", "board", "screen", "both"] as const;
export type Scene = (typeof SCENES)[number];

interface Fact {
  readonly seq: number;
  readonly t: number;
  readonly scene: Scene | null;
  readonly title: string;
}

/** The longest title that is shown; a longer one is cut. */
const TITLE = 120;

export class Talk {
  #facts: Fact[] = [];

  /** True when it said something that was not known. */
  take(entry: Pick<Entry, "seq" | "t" | "payload">): boolean {
    if (this.#facts.some((fact) => fact.seq === entry.seq)) return false;
    const fact = read(entry);
    if (fact === null) return false;
    const place = this.#facts.findLastIndex((one) => one.seq < entry.seq);
    this.#facts.splice(place + 1, 0, fact);
    return true;
  }

  /** The scene at `t`; null: now, as far as it was said. Null when the teacher has chosen none. */
  scene(t: number | null): Scene | null {
    return this.#facts.findLast((fact) => fact.scene !== null && (t === null || fact.t <= t))?.scene ?? null;
  }

  get scenes(): readonly { readonly t: number; readonly scene: Scene }[] {
    return this.#facts.flatMap(({ t, scene }) => (scene === null ? [] : [{ t, scene }]));
  }

  get titles(): readonly { readonly t: number; readonly title: string }[] {
    return this.#facts.filter((fact) => fact.title !== "");
  }
}

function read({ seq, t, payload }: Pick<Entry, "seq" | "t" | "payload">): Fact | null {
  let said: unknown;
  try {
    said = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(payload));
  } catch {
    return null;
  }
  if (typeof said !== "object" || said === null) return null;
  const { fact, scene, title } = said as Record<string, unknown>;
  if (fact === "scene") {
    const known = SCENES.find((one) => one === scene);
    return known ? { seq, t, scene: known, title: "" } : null;
  }
  const text = fact === "chapter" && typeof title === "string" ? title.trim().slice(0, TITLE) : "";
  return text ? { seq, t, scene: null, title: text } : null;
}
