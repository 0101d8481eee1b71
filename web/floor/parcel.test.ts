import { describe, expect, it } from "vitest";
import { type Parcel, pack, TooLong, unpack } from "./parcel";

const SERVERS = [{ urls: ["turn:t.example.ma:3478"], username: "1:c-a", credential: "bWFyaw==" }];

describe("a parcel", () => {
  it.each<Parcel>([
    { call: 7, offer: "v=0\r\n", servers: SERVERS, picture: true },
    { call: 7, offer: "v=0\r\n", servers: [], picture: false },
    { call: 7, answer: "v=0\r\n" },
    { call: 7, sorry: "refused" },
    { call: 7, sorry: "failed" },
    { call: 7, pen: "eyJ" },
    { call: 7, over: true },
    { call: 0, hand: false },
  ])("arrives as it left: %j", async (parcel) => {
    expect(await unpack(await pack(parcel))).toEqual(parcel);
  });

  it("fits a frame, or is refused", async () => {
    const noise = Array.from({ length: 9_000 }, (_, i) => String.fromCharCode(33 + ((i * i * 31) % 90))).join(
      "",
    );
    await expect(pack({ call: 1, answer: noise + crypto.randomUUID().repeat(300) })).resolves.toBeDefined();
    const wild = [...crypto.getRandomValues(new Uint8Array(6_000))].join();
    await expect(pack({ call: 1, answer: wild })).rejects.toBeInstanceOf(TooLong);
  });

  async function squeezed(text: string): Promise<Uint8Array<ArrayBuffer>> {
    const packed = new Blob([text]).stream().pipeThrough(new CompressionStream("deflate-raw"));
    return new Uint8Array(await new Response(packed).arrayBuffer());
  }

  it.each([
    "null",
    "[]",
    "7",
    "{}",
    '{"call":7}',
    '{"call":"7","over":true}',
    '{"call":7,"over":1}',
    '{"call":7,"sorry":"no"}',
    '{"call":7,"offer":"x"}',
    '{"call":7,"offer":"x","picture":true,"servers":[{"urls":"https://evil.example"}]}',
    '{"call":7,"offer":"x","picture":true,"servers":[null]}',
    "nonsense",
  ])("of nonsense is none: %s", async (text) => {
    expect(await unpack(await squeezed(text))).toBeNull();
  });

  it("that swells beyond its bound is none", async () => {
    const bomb = await squeezed(`{"call":7,"answer":"${"x".repeat(3_000_000)}"}`);
    expect(bomb.length).toBeLessThan(4_096);
    expect(await unpack(bomb)).toBeNull();
    expect(await unpack(new Uint8Array([1, 2, 3]))).toBeNull();
    expect(await unpack(new Uint8Array())).toBeNull();
  });
});
