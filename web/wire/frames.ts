/**
 * Frames: the twin of `halqa/timeline/frames.py`. The page `docs/protocol.md` is the law; its samples test this file.
 */

export const KEY = 1;
export const INIT = 2;
/** Only when said: the server gives the entry its `t`. */
export const STAMP = 4;
const FLAGS = KEY | INIT;
const ENTRY = 1;
const NOTICE = 2;
const PASSING = 3;
const ENTRY_HEADER = 24;
const SHORT_HEADER = 8;
export const MAX_PAYLOAD = 1 << 20;
/** Bytes in the payload of a passing frame. */
export const MAX_PASSING = 4096;
const MAX_FRAME = MAX_PAYLOAD + 1024;
const TRACK = /^[a-z]{1,16}(\/[a-z0-9-]{1,40})?$/;
const SPEAKER = /^[A-Za-z0-9_.-]{1,32}$/;

export interface Entry {
  readonly kind: "entry";
  /** Place on the timeline; 0 while it is only said. */
  readonly seq: number;
  readonly track: string;
  readonly speaker: string;
  readonly number: number;
  /** Milliseconds on the lesson's clock. */
  readonly t: number;
  readonly duration: number;
  readonly flags: number;
  readonly payload: Uint8Array<ArrayBuffer>;
}

export interface Notice {
  readonly kind: "notice";
  /** The JSON object, its `notice` member included. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** What is shown to whoever is there now and kept by nobody: the tip of the pen, ahead of its entry. */
export interface Passing {
  readonly kind: "passing";
  readonly track: string;
  readonly speaker: string;
  readonly payload: Uint8Array<ArrayBuffer>;
}

export type Frame = Entry | Notice | Passing;

export class MalformedFrame extends Error {
  constructor(
    readonly code: "malformed-frame" | "too-large",
    message: string,
  ) {
    super(message);
  }
}

const text = new TextDecoder("utf-8", { fatal: true });
const bytes = new TextEncoder();

/** The frame of an entry; said entries carry seq 0. */
export function encodeEntry(entry: Omit<Entry, "kind">): Uint8Array<ArrayBuffer> {
  const track = bytes.encode(entry.track);
  const speaker = bytes.encode(entry.speaker);
  const frame = new Uint8Array(ENTRY_HEADER + track.length + speaker.length + entry.payload.length);
  const view = new DataView(frame.buffer);
  view.setUint32(0, frame.length - 4);
  frame.set([ENTRY, entry.flags, track.length, speaker.length], 4);
  view.setUint32(8, entry.seq);
  view.setUint32(12, entry.number);
  view.setUint32(16, entry.t);
  view.setUint32(20, entry.duration);
  frame.set(track, ENTRY_HEADER);
  frame.set(speaker, ENTRY_HEADER + track.length);
  frame.set(entry.payload, ENTRY_HEADER + track.length + speaker.length);
  return frame;
}

/** The frame of what only passes. */
export function encodePassing(passing: Omit<Passing, "kind">): Uint8Array<ArrayBuffer> {
  const track = bytes.encode(passing.track);
  const speaker = bytes.encode(passing.speaker);
  const frame = new Uint8Array(SHORT_HEADER + track.length + speaker.length + passing.payload.length);
  new DataView(frame.buffer).setUint32(0, frame.length - 4);
  frame.set([PASSING, track.length, speaker.length, 0], 4);
  frame.set(track, SHORT_HEADER);
  frame.set(speaker, SHORT_HEADER + track.length);
  frame.set(passing.payload, SHORT_HEADER + track.length + speaker.length);
  return frame;
}

/** One whole frame, its length field included, to what it says. A kind that is not known is malformed. */
export function decode(frame: Uint8Array<ArrayBuffer>): Frame {
  if (frame.length < SHORT_HEADER) throw new MalformedFrame("malformed-frame", "shorter than 8 bytes");
  switch (frame[4]) {
    case ENTRY:
      return decodeEntry(frame);
    case NOTICE:
      return decodeNotice(frame);
    case PASSING:
      return decodePassing(frame);
    default:
      throw new MalformedFrame("malformed-frame", `kind ${frame[4]}`);
  }
}

function decodeEntry(frame: Uint8Array<ArrayBuffer>): Entry {
  if (frame.length < ENTRY_HEADER) throw new MalformedFrame("malformed-frame", "header cut short");
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const flags = view.getUint8(5);
  const seq = view.getUint32(8);
  if (view.getUint32(0) !== frame.length - 4) throw new MalformedFrame("malformed-frame", "length");
  if (flags & ~(seq === 0 ? FLAGS | STAMP : FLAGS))
    throw new MalformedFrame("malformed-frame", `flags ${flags}`);
  const { track, speaker, payload } = named(
    frame,
    ENTRY_HEADER,
    view.getUint8(6),
    view.getUint8(7),
    MAX_PAYLOAD,
  );
  return {
    kind: "entry",
    seq,
    track,
    speaker,
    number: view.getUint32(12),
    t: view.getUint32(16),
    duration: view.getUint32(20),
    flags,
    payload,
  };
}

function decodePassing(frame: Uint8Array<ArrayBuffer>): Passing {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (view.getUint32(0) !== frame.length - 4) throw new MalformedFrame("malformed-frame", "length");
  if (view.getUint8(7) !== 0) throw new MalformedFrame("malformed-frame", "zero");
  return {
    kind: "passing",
    ...named(frame, SHORT_HEADER, view.getUint8(5), view.getUint8(6), MAX_PASSING),
  };
}

/** What follows a header. */
function named(
  frame: Uint8Array<ArrayBuffer>,
  begin: number,
  trackLength: number,
  speakerLength: number,
  most: number,
) {
  const trackEnd = begin + trackLength;
  const namesEnd = trackEnd + speakerLength;
  if (namesEnd > frame.length) throw new MalformedFrame("malformed-frame", "names longer than the frame");
  const track = text.decode(frame.subarray(begin, trackEnd));
  const speaker = text.decode(frame.subarray(trackEnd, namesEnd));
  if (!TRACK.test(track)) throw new MalformedFrame("malformed-frame", "track");
  if (!SPEAKER.test(speaker)) throw new MalformedFrame("malformed-frame", "speaker");
  const payload = frame.subarray(namesEnd);
  if (payload.length > most) throw new MalformedFrame("too-large", "payload");
  return { track, speaker, payload };
}

function decodeNotice(frame: Uint8Array<ArrayBuffer>): Notice {
  let body: unknown;
  try {
    body = JSON.parse(text.decode(frame.subarray(SHORT_HEADER)));
  } catch {
    throw new MalformedFrame("malformed-frame", "notice is no JSON");
  }
  if (typeof body !== "object" || body === null || Array.isArray(body))
    throw new MalformedFrame("malformed-frame", "notice is no object");
  return { kind: "notice", body: body as Record<string, unknown> };
}

/** Bytes in as they come, frames out whole; those of a kind that is not known are skipped. */
export class FrameReader {
  #parts: Uint8Array<ArrayBuffer>[] = [];
  #size = 0;

  /** Bytes that wait for their rest. */
  get pending(): number {
    return this.#size;
  }

  *feed(data: Uint8Array<ArrayBuffer>): Generator<Frame> {
    this.#parts.push(data);
    this.#size += data.length;
    for (;;) {
      const length = this.#peekLength();
      if (length === null) return;
      if (length > MAX_FRAME) throw new MalformedFrame("too-large", `a frame of ${length} bytes`);
      if (this.#size < 4 + length) return;
      const frame = this.#take(4 + length);
      const kind = frame[4] ?? ENTRY;
      if (length < 4 || (kind >= ENTRY && kind <= PASSING)) yield decode(frame);
    }
  }

  #peekLength(): number | null {
    if (this.#size < 4) return null;
    let length = 0;
    let seen = 0;
    for (const part of this.#parts)
      for (const byte of part) {
        length = length * 256 + byte;
        if (++seen === 4) return length;
      }
    return null;
  }

  #take(size: number): Uint8Array<ArrayBuffer> {
    const frame = new Uint8Array(size);
    let filled = 0;
    while (filled < size) {
      const part = this.#parts[0] as Uint8Array<ArrayBuffer>;
      const wanted = size - filled;
      frame.set(part.subarray(0, wanted), filled);
      filled += Math.min(part.length, wanted);
      if (part.length > wanted) this.#parts[0] = part.subarray(wanted);
      else this.#parts.shift();
    }
    this.#size -= size;
    return frame;
  }
}
