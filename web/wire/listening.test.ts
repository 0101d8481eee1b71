import { afterEach, expect, it, vi } from "vitest";
import { encodeEntry, encodePassing } from "./frames";
import { Listening } from "./listening";
import { TicketHolder } from "./tickets";

afterEach(() => vi.unstubAllGlobals());

const text = new TextEncoder();

function notice(body: Readonly<Record<string, unknown>>): Uint8Array<ArrayBuffer> {
  const json = text.encode(JSON.stringify(body));
  const frame = new Uint8Array(8 + json.length);
  new DataView(frame.buffer).setUint32(0, 4 + json.length);
  frame[4] = 2;
  frame.set(json, 8);
  return frame;
}

function entry(seq: number): Uint8Array<ArrayBuffer> {
  const payload = text.encode("{}") as Uint8Array<ArrayBuffer>;
  return encodeEntry({
    seq,
    track: "talk",
    speaker: "s",
    number: seq,
    t: seq * 10,
    duration: 0,
    flags: 0,
    payload,
  });
}

/** A server that gives these answers, one after the other; what it was asked. */
function server(...answers: (Uint8Array<ArrayBuffer>[] | Response)[]): URLSearchParams[] {
  const asked: URLSearchParams[] = [];
  vi.stubGlobal("fetch", async (address: string) => {
    asked.push(new URL(address, "http://halqa").searchParams);
    const answer = answers.shift();
    if (answer instanceof Response) return answer;
    return answer ? new Response(new Blob(answer)) : new Promise<Response>(() => undefined);
  });
  return asked;
}

/** Listens until the state comes; everything that was told. */
function listen(until: string): Promise<string[]> {
  const told: string[] = [];
  return new Promise((resolve) => {
    const listening = new Listening("/timelines/x", new TicketHolder("t", "/tickets"), ["talk", "board"], {
      entry: ({ seq }) => told.push(`entry ${seq}`),
      passing: ({ track }) => told.push(`passing ${track}`),
      told: (t) => told.push(`t ${t}`),
      changed: (state) => {
        told.push(state);
        if (state !== until) return;
        listening.stop();
        resolve(told);
      },
    });
    listening.start();
  });
}

it("goes on from where it was cut, until the lesson ends", async () => {
  const passing = encodePassing({ track: "board", speaker: "s", payload: new Uint8Array(2) });
  const asked = server(
    [notice({ notice: "hello", after: 0 }), entry(3), notice({ notice: "live", after: 5, t: 50 }), passing],
    [
      notice({ notice: "hello", after: 5 }),
      entry(7),
      notice({ notice: "end", why: "sealed", after: 7, t: 70 }),
    ],
  );
  const told = await listen("ended");
  expect(told).toEqual("open,entry 3,t 50,here,passing board,cut,open,entry 7,t 70,ended".split(","));
  expect(asked.map((one) => one.get("after"))).toEqual(["0", "5"]);
  expect(asked[0]?.get("tracks")).toBe("talk,board");
});

it("asks no more when it was refused for good", async () => {
  const refusal = { status: 403, headers: { "content-type": "application/problem+json" } };
  const asked = server(new Response(JSON.stringify({ code: "ticket-tracks", retry: false }), refusal));
  expect(await listen("refused")).toEqual(["refused"]);
  expect(asked.length).toBe(1);
});
