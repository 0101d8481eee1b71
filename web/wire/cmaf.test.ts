import { describe, expect, it } from "vitest";
import { readInit, sampleSizes } from "./cmaf";

function box(kind: string, ...parts: readonly (readonly number[] | Uint8Array)[]): Uint8Array {
  const inside = parts.flatMap((part) => [...part]);
  const whole = new Uint8Array(8 + inside.length);
  new DataView(whole.buffer).setUint32(0, whole.length);
  whole.set(new TextEncoder().encode(kind), 4);
  whole.set(inside, 8);
  return whole;
}

const zeros = (count: number) => new Array<number>(count).fill(0);

/** An init segment with one sample entry: as little as a reader of codecs needs. */
function init(entry: Uint8Array): Uint8Array {
  const stsd = box("stsd", zeros(7), [1], entry);
  const moov = box("moov", box("mvhd", zeros(20)), box("trak", box("mdia", box("minf", box("stbl", stsd)))));
  return new Uint8Array([...box("ftyp", zeros(8)), ...moov]);
}

function picture(kind: string, inner: Uint8Array): Uint8Array {
  const size = [640 >> 8, 640 & 255, 360 >> 8, 360 & 255];
  return init(box(kind, zeros(24), size, zeros(50), inner));
}

describe("an init segment", () => {
  const rows: readonly [string, Uint8Array][] = [
    ['audio/mp4; codecs="opus"', init(box("Opus", zeros(28)))],
    ['audio/mp4; codecs="mp4a.40.2"', init(box("mp4a", zeros(28)))],
    ['video/mp4; codecs="avc1.42C01E"', picture("avc1", box("avcC", [1, 0x42, 0xc0, 0x1e]))],
    ['video/mp4; codecs="vp09.00.21.08"', picture("vp09", box("vpcC", [1, 0, 0, 0, 0, 21, 0x82]))],
    ['video/mp4; codecs="av01.0.04M.08"', picture("av01", box("av1C", [0x81, 0x04, 0x0c, 0]))],
    ['video/mp4; codecs="av01.1.08H.10"', picture("av01", box("av1C", [0x81, 0x28, 0xcc, 0]))],
  ];
  for (const [mime, bytes] of rows) it(`says ${mime}`, () => expect(readInit(bytes)?.mime).toBe(mime));

  it("says the size of a picture", () => {
    const found = readInit(picture("avc1", box("avcC", [1, 0x42, 0xc0, 0x1e])));
    expect([found?.kind, found?.width, found?.height]).toEqual(["video", 640, 360]);
  });

  it("is none when it is cut anywhere, or is of an unknown kind", () => {
    const whole = picture("avc1", box("avcC", [1, 0x42, 0xc0, 0x1e]));
    for (let length = 0; length < whole.length; length++)
      expect(readInit(whole.subarray(0, length))).toBeNull();
    expect(readInit(init(box("hev1", zeros(90))))).toBeNull();
    expect(readInit(new Uint8Array(64).fill(255))).toBeNull();
  });
});

describe("a fragment", () => {
  const fragment = (flags: number, ...rest: number[]) =>
    box(
      "moof",
      box("traf", box("trun", [0, flags >> 16, (flags >> 8) & 255, flags & 255, 0, 0, 0, 2], rest)),
    );

  it("tells the sizes of its samples, whatever else it tells of each", () => {
    expect(sampleSizes(fragment(0x201, 0, 0, 0, 9, 0, 0, 1, 2, 0, 0, 0, 7))).toEqual([258, 7]);
    const each = [0, 0, 0, 20, 0, 0, 0, 5, 0, 0, 0, 0];
    expect(sampleSizes(fragment(0x705, 0, 0, 0, 9, 0, 0, 0, 0, ...each, ...each))).toEqual([5, 5]);
  });

  it("tells nothing where it says nothing of sizes, or is no fragment", () => {
    expect(sampleSizes(fragment(0x001, 0, 0, 0, 9))).toEqual([]);
    expect(sampleSizes(new Uint8Array(40))).toEqual([]);
    expect(sampleSizes(fragment(0x201, 0, 0, 0, 9, 0, 0))).toEqual([]);
  });
});
