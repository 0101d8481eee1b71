import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readInit } from "../wire/cmaf";
import { INIT, KEY } from "../wire/frames";
import { Gatherer } from "./gatherer";
import { AUDIO_SCALE, fragment, h264Init, opusInit, VIDEO_SCALE } from "./muxer";

const folder = mkdtempSync(join(tmpdir(), "halqa-muxer-"));
afterAll(() => rmSync(folder, { recursive: true }));

const avcC = Uint8Array.from([
  1, 0x42, 0xc0, 0x1e, 0xff, 0xe1, 0, 4, 0x67, 0x42, 0xc0, 0x1e, 1, 0, 4, 0x68, 0xce, 0x3c, 0x80,
]);

/** A packet of Opus silence that lasts 60 ms (RFC 6716, 3.1: TOC 11, code 0; one CELT/SILK frame of no bytes is silence). */
const silence = Uint8Array.from([0x18]);

describe("init segments", () => {
  it("say their codec and size", () => {
    expect(readInit(h264Init(640, 360, avcC))).toMatchObject({
      kind: "video",
      codec: "avc1.42C01E",
      width: 640,
      height: 360,
    });
    expect(readInit(opusInit(1, 312, 2880))).toMatchObject({ kind: "audio", codec: "opus" });
  });

  it("that are none are none", () => {
    expect(readInit(new Uint8Array([1, 2, 3]))).toBeNull();
    expect(readInit(h264Init(640, 360, avcC).slice(0, 200))).toBeNull();
  });
});

describe("fragments", () => {
  const packets = Array.from({ length: 8 }, () => ({ data: silence, duration: 2880, key: true }));

  it("of sound cost 92 bytes and 4 a packet", () => {
    const data = packets.reduce((sum, one) => sum + one.data.length, 0);
    expect(fragment(1, 0, packets, 2880).length - data).toBe(92 + 4 * packets.length);
  });

  it("are read by ffprobe at the times they say", () => {
    const file = join(folder, "sound.mp4");
    const parts = [
      opusInit(1, 312, 2880),
      fragment(1, AUDIO_SCALE * 5, packets, 2880),
      fragment(2, AUDIO_SCALE * 5 + 8 * 2880, packets, 2880),
    ];
    writeFileSync(file, Buffer.concat(parts));
    const told = execFileSync("ffprobe", [
      "-v",
      "error",
      "-show_entries",
      "packet=pts_time",
      "-of",
      "csv=p=0",
      file,
    ]);
    const lines = told.toString().trim().split("\n");
    expect(lines).toHaveLength(16);
    expect(Number(lines[0]?.split(",")[0])).toBeCloseTo(5, 1);
    const times = lines.map((line) => Number(line.split(",")[0]));
    for (const [i, at] of times.slice(1).entries()) expect(at - (times[i] ?? 0)).toBeCloseTo(0.06, 3);
  });
});

describe("the gatherer", () => {
  it("cuts at the length asked for, and time never goes back", () => {
    const gatherer = new Gatherer("audio", AUDIO_SCALE, 1000, 2880);
    const out = gatherer.init(opusInit(1, 312, 2880));
    for (let i = 0; i < 40; i++)
      out.push(...gatherer.take(48_000 + i * 2880, { data: silence, duration: 2880, key: true }, 240));
    out.push(...gatherer.flush());
    expect(out[0]).toMatchObject({ flags: INIT, t: 1000, duration: 0 });
    expect(out.slice(1).map((one) => one.duration)).toEqual(Array(10).fill(240));
    expect(out.slice(1).map((one) => one.t)).toEqual(Array.from({ length: 10 }, (_, i) => 1000 + i * 240));
    expect(out.slice(1).every((one) => one.flags === KEY)).toBe(true);
  });

  it("cuts at every key picture, asked for or not, and stretches a picture to the next one", () => {
    const gatherer = new Gatherer("video/90", VIDEO_SCALE, 0);
    const out = [];
    const data = new Uint8Array(10);
    for (let i = 0; i < 25; i++) {
      const key = i === 0 || i === 7;
      out.push(...gatherer.take(i * 3600, { data, duration: 3000, key }, 500));
    }
    out.push(...gatherer.flush());
    expect(out.map((one) => [one.t, one.flags])).toEqual([
      [0, KEY],
      [280, KEY],
      [800, 0],
    ]);
    expect(out[1]?.duration).toBeGreaterThan(440);
  });
});
