/** What teacher and voice tell each other on `private/<voice>-note`, in JSON (`docs/protocol.md`). Pure. */
import { isCount, isSlate, isText, MAX_NAME, MAX_TEXT, readObject, write } from "../talk/facts";

export type Note =
  /** A question answered in writing, for this voice alone. */
  | { readonly question: number; readonly text: string; readonly answer: string }
  /** Whose slate it is, and whether it is handed in. */
  | { readonly slate: string; readonly who: string; readonly done: boolean };

export function noteTrack(voice: string): string {
  return `private/${voice}-note`;
}

export function slateTrack(voice: string, slate: string): string {
  return `private/${voice}-${slate}`;
}

/** Whose slate of which task a track is; null: it is none. */
export function slateOf(track: string): { readonly voice: string; readonly slate: string } | null {
  const [, voice = "", slate = ""] = /^private\/([cp]-[a-z2-9]{12})-(s[a-z0-9]{1,12})$/.exec(track) ?? [];
  return voice ? { voice, slate } : null;
}

export function writeNote(note: Note): Uint8Array<ArrayBuffer> {
  return write(note);
}

export function readNote(payload: Uint8Array): Note | null {
  const { question, text, answer, slate, who, done } = readObject(payload) ?? {};
  if (isCount(question) && isText(text, MAX_TEXT) && isText(answer, MAX_TEXT))
    return { question, text, answer };
  if (isSlate(slate) && isText(who, MAX_NAME) && typeof done === "boolean") return { slate, who, done };
  return null;
}
