/** What an init segment says (ISO/IEC 14496-12): enough to open a `SourceBuffer`. */

export interface Init {
  readonly kind: "audio" | "video";
  /** RFC 6381, as `SourceBuffer` wants it. */
  readonly codec: string;
  /** For `MediaSource.addSourceBuffer`. */
  readonly mime: string;
  readonly width: number;
  readonly height: number;
}

interface Box {
  readonly kind: string;
  readonly begin: number;
  readonly end: number;
}

/** Read an init segment; null when it is none that this player knows. */
export function readInit(data: Uint8Array): Init | null {
  try {
    return read(data);
  } catch {
    return null;
  }
}

function read(data: Uint8Array): Init | null {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const stsd = find(view, ["moov", "trak", "mdia", "minf", "stbl", "stsd"], 0, data.length);
  const entry = [...boxes(view, stsd.begin + 8, stsd.end)][0];
  if (!entry) return null;
  switch (entry.kind) {
    case "Opus":
      return { kind: "audio", codec: "opus", mime: 'audio/mp4; codecs="opus"', width: 0, height: 0 };
    case "mp4a":
      return {
        kind: "audio",
        codec: "mp4a.40.2",
        mime: 'audio/mp4; codecs="mp4a.40.2"',
        width: 0,
        height: 0,
      };
    default: {
      const codec = videoCodec(view, entry);
      if (codec === null) return null;
      const width = view.getUint16(entry.begin + 24);
      const height = view.getUint16(entry.begin + 26);
      return { kind: "video", codec, mime: `video/mp4; codecs="${codec}"`, width, height };
    }
  }
}

function videoCodec(view: DataView, entry: Box): string | null {
  const inner = entry.begin + 78;
  const two = (n: number) => String(n).padStart(2, "0");
  if (entry.kind === "avc1" || entry.kind === "avc3") {
    const at = find(view, ["avcC"], inner, entry.end).begin;
    const hex = [1, 2, 3].map((i) =>
      view
        .getUint8(at + i)
        .toString(16)
        .padStart(2, "0"),
    );
    return `${entry.kind}.${hex.join("").toUpperCase()}`;
  }
  if (entry.kind === "vp08" || entry.kind === "vp09") {
    const at = find(view, ["vpcC"], inner, entry.end).begin;
    const depth = view.getUint8(at + 6) >> 4;
    return `${entry.kind}.${two(view.getUint8(at + 4))}.${two(view.getUint8(at + 5))}.${two(depth)}`;
  }
  if (entry.kind === "av01") {
    const at = find(view, ["av1C"], inner, entry.end).begin;
    const [one, flags] = [view.getUint8(at + 1), view.getUint8(at + 2)];
    const depth = flags & 0x40 ? (flags & 0x20 ? 12 : 10) : 8;
    return `av01.${one >> 5}.${two(one & 31)}${flags & 0x80 ? "H" : "M"}.${two(depth)}`;
  }
  return null;
}

function* boxes(view: DataView, begin: number, end: number): Generator<Box> {
  let at = begin;
  while (at + 8 <= end) {
    const size = view.getUint32(at);
    if (size < 8 || at + size > end) throw new RangeError("box");
    const kind = String.fromCharCode(...[4, 5, 6, 7].map((i) => view.getUint8(at + i)));
    yield { kind, begin: at + 8, end: at + size };
    at += size;
  }
}

function find(view: DataView, path: readonly string[], begin: number, end: number): Box {
  let inside: Box = { kind: "", begin, end };
  for (const kind of path) {
    const next = [...boxes(view, inside.begin, inside.end)].find((box) => box.kind === kind);
    if (!next) throw new RangeError(kind);
    inside = next;
  }
  return inside;
}

/** The sizes of the samples of a fragment (ISO/IEC 14496-12, `trun`); empty when it does not tell them one by one. */
export function sampleSizes(data: Uint8Array): number[] {
  try {
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    const trun = find(view, ["moof", "traf", "trun"], 0, data.length);
    const flags = view.getUint32(trun.begin) & 0xffffff;
    if (!(flags & 0x200)) return [];
    const count = view.getUint32(trun.begin + 4);
    const stride = 4 * [0x100, 0x200, 0x400, 0x800].filter((flag) => flags & flag).length;
    const first = trun.begin + 8 + (flags & 1 ? 4 : 0) + (flags & 4 ? 4 : 0) + (flags & 0x100 ? 4 : 0);
    return Array.from({ length: count }, (_, i) => view.getUint32(first + i * stride));
  } catch {
    return [];
  }
}
