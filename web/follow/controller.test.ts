import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Entry, encodeEntry, encodePassing, INIT, KEY, type Passing } from "../wire/frames";
import { TicketHolder } from "../wire/tickets";
import { AHEAD_MS, Controller, FAR_AHEAD_MS, type Listener, MISSED_MS } from "./controller";

function notice(body: Record<string, unknown>): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(JSON.stringify(body));
  const frame = new Uint8Array(8 + text.length);
  new DataView(frame.buffer).setUint32(0, 4 + text.length);
  frame[4] = 2;
  frame.set(text, 8);
  return frame;
}

function sound(seq: number, t = (seq - 1) * 1000): Entry {
  const payload = new Uint8Array(4);
  return {
    kind: "entry",
    seq,
    track: "audio",
    speaker: "s",
    number: seq,
    t,
    duration: 1000,
    flags: KEY,
    payload,
  };
}

/** One answer that the test writes while the controller reads it. */
class Answer {
  readonly body: ReadableStream<Uint8Array>;
  #to!: ReadableStreamDefaultController<Uint8Array>;

  constructor(
    readonly question: URLSearchParams,
    readonly authorization: string,
    signal: AbortSignal,
  ) {
    this.body = new ReadableStream({
      start: (to) => {
        this.#to = to;
      },
    });
    signal.addEventListener("abort", () =>
      this.#close(() => this.#to.error(new DOMException("", "AbortError"))),
    );
  }

  tell(body: Record<string, unknown>): this {
    this.#to.enqueue(notice(body));
    return this;
  }

  say(...entries: Entry[]): this {
    for (const entry of entries) this.#to.enqueue(encodeEntry(entry));
    return this;
  }

  pass(frame: Passing): this {
    this.#to.enqueue(encodePassing(frame));
    return this;
  }

  end(why: string, after: number, t: number): void {
    this.tell({ notice: "end", why, after, t });
    this.#close(() => this.#to.close());
  }

  cut(): void {
    this.#close(() => this.#to.error(new TypeError("network")));
  }

  #close(how: () => void): void {
    try {
      how();
    } catch {
      // It was closed before.
    }
  }
}

const FOLLOWED = "audio,board,board/*,talk,captions/*";

let answers: Answer[];
let refuse: (Response | TypeError)[];
let heard: Entry[];
let passed: Passing[];
let ahead: number;
let atEnd: boolean;
let skipped: number;
let refused: string[];
let controller: Controller;

const listener: Listener = {
  entry: (entry) => heard.push(entry),
  notice: () => undefined,
  passing: (frame) => passed.push(frame),
  changed: () => undefined,
  skipped: () => skipped++,
  refused: (problem) => refused.push(problem.code),
  ahead: () => ahead,
  atEnd: () => atEnd,
};

/** Let everything that waits for nothing but the event loop happen. */
const settle = () => vi.advanceTimersByTimeAsync(0);

/** The latest answer, once its question has been asked. */
async function answer(): Promise<Answer> {
  await settle();
  return answers.at(-1) as Answer;
}

const asked = (one: Answer) => Object.fromEntries(one.question);

beforeEach(() => {
  vi.useFakeTimers();
  [answers, refuse, heard, passed, refused, ahead, atEnd, skipped] = [[], [], [], [], [], 0, true, 0];
  vi.stubGlobal("fetch", async (address: string, init: RequestInit = {}) => {
    if (init.method === "POST") return Response.json({ ticket: "fresh" });
    const no = refuse.shift();
    if (no instanceof Response) return no;
    if (no) throw no;
    const question = new URL(address, "http://halqa.test").searchParams;
    const { authorization = "" } = init.headers as Record<string, string>;
    const one = new Answer(question, authorization, init.signal as AbortSignal);
    answers.push(one);
    return new Response(one.body);
  });
  controller = new Controller("/timelines/x", new TicketHolder("first", "/tickets"), listener, 360, 90);
});

afterEach(() => {
  controller.stop();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe("following the live end", () => {
  it("knows from when on there is a picture", () => {
    const track = (begins: number) => ({ begins, ends: 90_000, bytes: 1, entries: 1 });
    expect(controller.picturedAt(0)).toBe(false);
    controller.tracks = { audio: track(0), "video/90": track(60_000), "video/360": track(61_000) };
    expect([0, 58_999, 59_000, 80_000].map((ms) => controller.picturedAt(ms))).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });

  it("asks for the live end, and is live when the server says so", async () => {
    controller.start("live");
    const one = await answer();
    expect(asked(one)).toEqual({ at: "live", tracks: FOLLOWED, follow: "1", video: "360", start: "90" });
    one.tell({ notice: "hello", head: 3, after: 2, t: 3000, tracks: {} });
    await settle();
    expect(controller.state.name).toBe("behind");
    one.say(sound(3)).tell({ notice: "live", after: 3, t: 3000 });
    await settle();
    expect([controller.state.name, controller.cursor, controller.end]).toEqual(["live", 3, 3000]);
  });

  it("on a narrow line lets the picture wait until it is told", async () => {
    controller = new Controller(
      "/timelines/x",
      new TicketHolder("first", "/tickets"),
      listener,
      360,
      90,
      true,
    );
    controller.start("live");
    const one = await answer();
    expect(asked(one)).toMatchObject({ at: "live", video: "0", start: "0" });
    one.tell({ notice: "hello", head: 1, after: 0, t: 1000, tracks: {} }).say(sound(1));
    await settle();
    controller.relax();
    const two = await answer();
    expect(asked(two)).toMatchObject({ after: "1", video: "360", start: "90" });
    two.tell({ notice: "hello", head: 1, after: 1, t: 1000, tracks: {} });
    await settle();
    controller.relax();
    await settle();
    expect(answers).toHaveLength(2);
  });

  it("pages some seconds of sound alone meanwhile", async () => {
    controller = new Controller(
      "/timelines/x",
      new TicketHolder("first", "/tickets"),
      listener,
      360,
      90,
      true,
    );
    controller.start(60_000);
    const one = await answer();
    expect(asked(one)).toEqual({ at: "60000", tracks: "audio", video: "0", limit: "6144" });
    one.tell({ notice: "hello", head: 200, after: 60, t: 200_000, tracks: {} }).say(sound(61));
    controller.relax();
    await settle();
    one.end("limit", 61, 200_000);
    expect(asked(await answer())).toMatchObject({ after: "61", video: "90", limit: "262144" });
  });

  it("goes on from the cursor after a cut, on the rung it is on, without a gap or a double", async () => {
    controller.start("live");
    const one = await answer();
    one.tell({ notice: "hello", head: 1, after: 0, t: 1000, tracks: {} }).say(sound(1));
    one
      .tell({ notice: "rung", track: "video/180", why: "start" })
      .tell({ notice: "live", after: 1, t: 1000 });
    await settle();
    one.cut();
    await settle();
    expect(controller.state.name).toBe("waiting");
    await vi.advanceTimersByTimeAsync(400);
    const two = await answer();
    expect(asked(two)).toEqual({
      after: "1",
      tracks: FOLLOWED,
      follow: "1",
      video: "360",
      start: "90",
      rung: "video/180",
    });
    two.tell({ notice: "hello", head: 2, after: 1, t: 2000, tracks: {} }).say(sound(2));
    await settle();
    expect(heard.map((entry) => entry.seq)).toEqual([1, 2]);
  });

  it("hands on what passes, and stays where it is", async () => {
    controller.start("live");
    const one = await answer();
    const tip: Passing = { kind: "passing", track: "board", speaker: "s", payload: Uint8Array.of(1, 2) };
    one.tell({ notice: "hello", head: 9, after: 8, t: 9000, tracks: {} }).pass(tip);
    await settle();
    expect([passed, heard, controller.cursor, controller.end]).toEqual([[tip], [], 8, 9000]);
    one.cut();
    await vi.advanceTimersByTimeAsync(400);
    expect(asked(await answer())).toMatchObject({ at: "live" });
  });

  it("asks for the live end again when it was cut before anything that plays came", async () => {
    controller.start("live");
    const one = await answer();
    one.tell({ notice: "hello", head: 9, after: 7, t: 9000, tracks: {} }).say({ ...sound(1), flags: INIT });
    await settle();
    one.cut();
    await vi.advanceTimersByTimeAsync(400);
    expect(asked(await answer())).toMatchObject({ at: "live", follow: "1" });
  });

  it("hangs up a line on which nothing came for 15 s", async () => {
    controller.start("live");
    (await answer()).tell({ notice: "hello", head: 1, after: 0, t: 1000, tracks: {} }).say(sound(1));
    await vi.advanceTimersByTimeAsync(14_000);
    expect(answers).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1500);
    expect(answers).toHaveLength(2);
    expect(asked(await answer())).toMatchObject({ after: "1" });
  });

  it("goes on live, and says so, when it was out of touch for long", async () => {
    controller.start("live");
    (await answer()).tell({ notice: "hello", head: 1, after: 0, t: 1000, tracks: {} }).say(sound(1));
    await settle();
    refuse = new Array(20).fill(new TypeError("network"));
    answers[0]?.cut();
    await vi.advanceTimersByTimeAsync(MISSED_MS);
    refuse = [];
    await vi.advanceTimersByTimeAsync(12_000);
    expect([asked(await answer()).at, skipped]).toEqual(["live", 1]);
  });

  it("who watches from further back goes on where it was, however long the cut", async () => {
    controller.start("live");
    (await answer()).tell({ notice: "hello", head: 1, after: 0, t: 1000, tracks: {} }).say(sound(1));
    await settle();
    atEnd = false;
    refuse = new Array(6).fill(new TypeError("network"));
    answers[0]?.cut();
    await vi.advanceTimersByTimeAsync(40_000);
    expect([asked(await answer()).after, skipped]).toEqual(["1", 0]);
  });
});

describe("pages", () => {
  it("asks for pages while little lies ready, waits while there is enough, and follows at the end", async () => {
    controller.start(60_000);
    const one = await answer();
    expect(asked(one)).toMatchObject({ at: "60000", tracks: "audio" });
    expect(one.question.has("follow")).toBe(false);
    one.tell({ notice: "hello", head: 200, after: 60, t: 200_000, tracks: {} }).say(sound(61));
    one.end("limit", 61, 200_000);
    ahead = AHEAD_MS + 1;
    await vi.advanceTimersByTimeAsync(5000);
    expect(answers).toHaveLength(1);
    ahead = AHEAD_MS - 1;
    await vi.advanceTimersByTimeAsync(1000);
    const two = await answer();
    expect(asked(two)).toMatchObject({ after: "61" });
    two.tell({ notice: "hello", head: 200, after: 61, t: 200_000, tracks: {} }).end("head", 200, 200_000);
    expect(asked(await answer())).toMatchObject({ after: "200", follow: "1" });
  });

  it("stops following when much more lies ready than is played", async () => {
    controller.start("live");
    const one = await answer();
    one.tell({ notice: "hello", head: 1, after: 0, t: 1000, tracks: {} }).say(sound(1));
    await settle();
    ahead = FAR_AHEAD_MS + 1;
    one.say(sound(2));
    await vi.advanceTimersByTimeAsync(3000);
    expect(answers).toHaveLength(1);
    ahead = 0;
    await vi.advanceTimersByTimeAsync(1000);
    const two = await answer();
    expect(asked(two)).toMatchObject({ after: "2" });
    expect(two.question.has("follow")).toBe(false);
  });

  it("ends when the lesson is sealed and all of it is here", async () => {
    controller.start(0);
    const one = await answer();
    one.tell({ notice: "hello", head: 1, after: 0, t: 1000, sealed: true, tracks: {} }).say(sound(1));
    one.end("sealed", 1, 1000);
    await vi.advanceTimersByTimeAsync(10_000);
    expect([controller.state.name, controller.sealed, answers.length]).toEqual(["ended", true, 1]);
  });
});

describe("refusals", () => {
  const problem = (status: number, code: string, retry: boolean, headers = {}) =>
    new Response(JSON.stringify({ code, retry }), { status, headers });

  it("renews an expired ticket and asks again at once", async () => {
    refuse = [problem(401, "ticket-expired", false)];
    controller.start("live");
    expect((await answer()).authorization).toBe("Bearer fresh");
  });

  it("waits as long as the server asks", async () => {
    refuse = [problem(503, "too-many-followers", true, { "retry-after": "5" })];
    controller.start("live");
    await vi.advanceTimersByTimeAsync(4900);
    expect([answers.length, controller.state.name]).toEqual([0, "waiting"]);
    await vi.advanceTimersByTimeAsync(200);
    expect(answers).toHaveLength(1);
  });

  it("tells of a refusal for good, and asks no more", async () => {
    refuse = [problem(403, "ticket-elsewhere", false)];
    controller.start("live");
    await vi.advanceTimersByTimeAsync(60_000);
    expect([refused, answers.length]).toEqual([["ticket-elsewhere"], 0]);
  });

  it("does not wait when the line is said to be back", async () => {
    refuse = new Array(6).fill(new TypeError("network"));
    controller.start("live");
    await vi.advanceTimersByTimeAsync(9000);
    refuse = [];
    expect(answers).toHaveLength(0);
    controller.hurry();
    await settle();
    expect(answers).toHaveLength(1);
  });
});

describe("the picture's size", () => {
  it("another height is asked for from the cursor on; a rung above it is given up", async () => {
    controller.start("live");
    const one = await answer();
    one.tell({ notice: "hello", head: 1, after: 0, t: 1000, tracks: {} }).say(sound(1));
    one.tell({ notice: "rung", track: "video/360", why: "start" });
    await settle();
    controller.choose(720);
    expect(asked(await answer())).toEqual({
      after: "1",
      tracks: FOLLOWED,
      follow: "1",
      video: "720",
      start: "90",
      rung: "video/360",
    });
    controller.choose(180);
    expect(asked(await answer())).toEqual({
      after: "1",
      tracks: FOLLOWED,
      follow: "1",
      video: "180",
      start: "90",
    });
    controller.choose(0);
    expect(asked(await answer())).toEqual({
      after: "1",
      tracks: FOLLOWED,
      follow: "1",
      video: "0",
      start: "0",
    });
    expect(controller.state.name).not.toBe("waiting");
  });
});
