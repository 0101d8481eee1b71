/** What teacher and voice tell each other on `private/<voice>-note`, in JSON (`docs/protocol.md`). Pure. */
import { isCount, isSlate, isText, MAX_NAME, MAX_TEXT, readObject, write } from "../talk/facts";
import type { Entry } from "../wire/frames";

export type Note =
  /** A question answered in writing, for this voice alone. */
  | { readonly question: number; readonly text: string; readonly answer: string }
  /** Whose slate it is: it was taken. */
  | { readonly slate: string; readonly who: string }
  /** It is handed in, or taken back. */
  | { readonly slate: string; readonly who: string; readonly done: boolean }
  /** The teacher has corrected this voice's slate, and gives it back. */
  | { readonly slate: string; readonly returned: true };

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

/** The note that an entry is, and to which voice it belongs; null: it is none. */
export function noteOf({
  track,
  payload,
}: Pick<Entry, "track" | "payload">): { readonly voice: string; readonly note: Note } | null {
  const voice = /^private\/([cp]-[a-z2-9]{12})-note$/.exec(track)?.[1];
  const note = voice ? readNote(payload) : null;
  return voice && note ? { voice, note } : null;
}

export function writeNote(note: Note): Uint8Array<ArrayBuffer> {
  return write(note);
}

function readNote(payload: Uint8Array): Note | null {
  const { question, text, answer, slate, who, done, returned } = readObject(payload) ?? {};
  if (isCount(question) && isText(text, MAX_TEXT) && isText(answer, MAX_TEXT))
    return { question, text, answer };
  if (!isSlate(slate)) return null;
  if (returned === true) return { slate, returned };
  if (!isText(who, MAX_NAME)) return null;
  if (typeof done === "boolean") return { slate, who, done };
  return done === undefined ? { slate, who } : null;
}
