/**
 * CMAF writing (ISO/IEC 14496-12, 14496-15 for `avcC`, Opus in ISOBMFF for `dOps`): an init segment, and lean `moof`+`mdat`
 * fragments. The muxer libraries there are cut fragments only at key frames; a lesson needs them every quarter second.
 */

export interface Sample {
  readonly data: Uint8Array;
  /** In the track's timescale. */
  readonly duration: number;
  readonly key: boolean;
}

export const VIDEO_SCALE = 90_000;
export const AUDIO_SCALE = 48_000;

type Part = Uint8Array | number[] | string;

function join(parts: readonly Part[]): Uint8Array<ArrayBuffer> {
  const bytes = parts.map((part) =>
    typeof part === "string" ? Uint8Array.from(part, (c) => c.charCodeAt(0)) : Uint8Array.from(part),
  );
  const whole = new Uint8Array(bytes.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of bytes) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const u16 = (n: number) => [(n >>> 8) & 255, n & 255];
const u32 = (n: number) => [(n >>> 24) & 255, (n >>> 16) & 255, (n >>> 8) & 255, n & 255];
const u64 = (n: number) => [...u32(Math.floor(n / 2 ** 32)), ...u32(n >>> 0)];
const zeros = (n: number) => new Uint8Array(n);

function box(kind: string, ...parts: Part[]): Uint8Array {
  const body = join(parts);
  return join([u32(body.length + 8), kind, body]);
}

function full(kind: string, version: number, flags: number, ...parts: Part[]): Uint8Array {
  return box(kind, u32((version << 24) | flags), ...parts);
}

const MATRIX = [0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000].flatMap(u32);

function init(
  handler: "vide" | "soun",
  scale: number,
  width: number,
  height: number,
  entry: Uint8Array,
  defaultDuration: number,
): Uint8Array<ArrayBuffer> {
  const picture = handler === "vide";
  const stbl = box(
    "stbl",
    full("stsd", 0, 0, u32(1), entry),
    full("stts", 0, 0, u32(0)),
    full("stsc", 0, 0, u32(0)),
    full("stsz", 0, 0, u32(0), u32(0)),
    full("stco", 0, 0, u32(0)),
  );
  const minf = box(
    "minf",
    picture ? full("vmhd", 0, 1, zeros(8)) : full("smhd", 0, 0, zeros(4)),
    box("dinf", full("dref", 0, 0, u32(1), full("url ", 0, 1))),
    stbl,
  );
  const mdia = box(
    "mdia",
    full("mdhd", 0, 0, u32(0), u32(0), u32(scale), u32(0), u16(0x55c4), u16(0)),
    full("hdlr", 0, 0, u32(0), handler, zeros(12), "Halqa\0"),
    minf,
  );
  const tkhd = full(
    "tkhd",
    0,
    3,
    u32(0),
    u32(0),
    u32(1),
    zeros(8),
    zeros(8),
    u16(0),
    u16(0),
    u16(picture ? 0 : 0x100),
    u16(0),
    MATRIX,
    u32(width << 16),
    u32(height << 16),
  );
  const mvhd = full(
    "mvhd",
    0,
    0,
    u32(0),
    u32(0),
    u32(scale),
    u32(0),
    u32(0x10000),
    u16(0x100),
    zeros(10),
    MATRIX,
    zeros(24),
    u32(2),
  );
  // Defaults for every sample (trex): sound is always sync; pictures say so themselves.
  const flags = picture ? 0x01010000 : 0x02000000;
  const trex = full("trex", 0, 0, u32(1), u32(1), u32(defaultDuration), u32(0), u32(flags));
  return join([
    box("ftyp", "iso6", u32(0), "iso6cmfcmp41"),
    box("moov", mvhd, box("trak", tkhd, mdia), box("mvex", trex)),
  ]);
}

/** The init segment of an H.264 track; `avcC` is the encoder's `decoderConfig.description`. */
export function h264Init(width: number, height: number, avcC: Uint8Array): Uint8Array<ArrayBuffer> {
  const entry = box(
    "avc1",
    zeros(6),
    u16(1),
    zeros(16),
    u16(width),
    u16(height),
    u32(0x480000),
    u32(0x480000),
    u32(0),
    u16(1),
    zeros(32),
    u16(0x18),
    u16(0xffff),
    box("avcC", avcC),
  );
  return init("vide", VIDEO_SCALE, width, height, entry, 0);
}

/** The init segment of an Opus track at 48 kHz. `frame`: samples in one packet. */
export function opusInit(channels: number, preSkip: number, frame: number): Uint8Array<ArrayBuffer> {
  const dOps = box("dOps", [0, channels], u16(preSkip), u32(AUDIO_SCALE), u16(0), [0]);
  const entry = box(
    "Opus",
    zeros(6),
    u16(1),
    zeros(8),
    u16(channels),
    u16(16),
    u32(0),
    u32(AUDIO_SCALE * 65536),
    dOps,
  );
  return init("soun", AUDIO_SCALE, 0, 0, entry, frame);
}

/** One fragment that begins at `base` (track timescale). Sound whose samples all last `plain` needs only their sizes. */
export function fragment(
  sequence: number,
  base: number,
  samples: readonly Sample[],
  plain = 0,
): Uint8Array<ArrayBuffer> {
  const lean = plain > 0 && samples.every((sample) => sample.duration === plain);
  const run = samples.flatMap((sample) =>
    lean
      ? u32(sample.data.length)
      : [...u32(sample.duration), ...u32(sample.data.length), ...u32(sample.key ? 0x02000000 : 0x01010000)],
  );
  const wide = base >= 2 ** 32;
  const tfhd = full("tfhd", 0, 0x020000, u32(1));
  const tfdt = full("tfdt", wide ? 1 : 0, 0, wide ? u64(base) : u32(base));
  const size = 8 + 16 + 8 + tfhd.length + tfdt.length + 20 + run.length;
  const trun = full("trun", 0, lean ? 0x201 : 0x701, u32(samples.length), u32(size + 8), run);
  const moof = box("moof", full("mfhd", 0, 0, u32(sequence)), box("traf", tfhd, tfdt, trun));
  return join([moof, box("mdat", ...samples.map((sample) => sample.data))]);
}
