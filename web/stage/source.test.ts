import { describe, expect, it } from "vitest";
import { codec } from "./source";

describe("the codec of a kind of media", () => {
  it("is the same for every profile and level, so that a buffer need not change its type", () => {
    expect(codec('video/mp4; codecs="avc1.42C00C"')).toBe("avc1");
    expect(codec('video/mp4; codecs="avc1.42C01E"')).toBe("avc1");
    expect(codec('audio/mp4; codecs="opus"')).toBe("opus");
    expect(codec('video/mp4; codecs="vp09.00.10.08"')).not.toBe("avc1");
  });
});
