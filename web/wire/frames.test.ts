import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { decode, encodeEntry, encodePassing, FrameReader, MAX_PASSING, MalformedFrame } from "./frames";

const page = readFileSync("docs/protocol.md", "utf8");
const samples = (page.split("```samples\n")[1] ?? "").split("\n```")[0]?.split("\n") ?? [];

function bytes(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(hex.replace(/\s/g, "").match(/../g) ?? [], (x) => Number.parseInt(x, 16));
}

function fields(text: string): Record<string, string> {
  return Object.fromEntries(text.split(" ").map((one) => one.split("=") as [string, string]));
}

describe("the samples of docs/protocol.md", () => {
  it("are there", () => expect(samples.length).toBeGreaterThan(8));

  for (const line of samples) {
    const [what = "", hex = ""] = line.split(/ = (?=[0-9a-f ]+$)/);
    const frame = bytes(hex);
    if (what.startsWith("bad")) {
      it(what, () => {
        expect(() => [...new FrameReader().feed(frame)]).toThrow(MalformedFrame);
      });
    } else if (what.startsWith("notice")) {
      it(what, () => {
        expect(decode(frame)).toEqual({ kind: "notice", body: JSON.parse(what.slice(7)) });
      });
    } else if (what.startsWith("passing")) {
      it(what, () => {
        const said = fields(what.slice(8));
        const passing = {
          track: said.track ?? "",
          speaker: said.speaker ?? "",
          payload: bytes(said.payload ?? ""),
        };
        expect(decode(frame)).toEqual({ kind: "passing", ...passing });
        expect([...encodePassing(passing)]).toEqual([...frame]);
      });
    } else if (what.startsWith("skipped")) {
      it(what, () => {
        const good = bytes(samples[0]?.split(/ = (?=[0-9a-f ]+$)/)[1] ?? "");
        const stream = Uint8Array.from([...good, ...frame, ...good]);
        expect([...new FrameReader().feed(stream)]).toEqual([decode(good), decode(good)]);
        expect(() => decode(frame)).toThrow(MalformedFrame);
      });
    } else {
      it(what, () => {
        const said = fields(what.slice(what.indexOf(" ") + 1));
        const entry = {
          seq: Number(said.seq),
          track: said.track ?? "",
          speaker: said.speaker ?? "",
          number: Number(said.number),
          t: Number(said.t),
          duration: Number(said.duration),
          flags: Number(said.flags),
          payload: bytes(said.payload ?? ""),
        };
        expect(decode(frame)).toEqual({ kind: "entry", ...entry });
        expect([...encodeEntry(entry)]).toEqual([...frame]);
      });
    }
  }
});

it("takes no passing frame beyond its bound", () => {
  const tip = (size: number) =>
    encodePassing({ track: "board", speaker: "s", payload: new Uint8Array(size) });
  expect(decode(tip(MAX_PASSING)).kind).toBe("passing");
  expect(() => decode(tip(MAX_PASSING + 1))).toThrow(MalformedFrame);
});

it("gives the same frames however the stream is cut", () => {
  const good = samples
    .filter((line) => !line.startsWith("bad") && !line.startsWith("skipped"))
    .map((line) => bytes(line.split(/ = (?=[0-9a-f ]+$)/)[1] ?? ""));
  const whole = Uint8Array.from(good.flatMap((frame) => [...frame]));
  for (let size = 1; size < 40; size++) {
    const reader = new FrameReader();
    const got = [];
    for (let at = 0; at < whole.length; at += size) got.push(...reader.feed(whole.slice(at, at + size)));
    expect(got).toEqual(good.map(decode));
    expect(reader.pending).toBe(0);
  }
});
