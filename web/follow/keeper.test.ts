import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Op } from "../board/board";
import { encodeOps } from "../board/encode";
import { BoardFold } from "../board/fold";
import { type Entry, encodeEntry } from "../wire/frames";
import { TicketHolder } from "../wire/tickets";
import { Keeper } from "./keeper";

function notice(body: Record<string, unknown>): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(JSON.stringify(body));
  const frame = new Uint8Array(8 + text.length);
  new DataView(frame.buffer).setUint32(0, 4 + text.length);
  frame[4] = 2;
  frame.set(text, 8);
  return frame;
}

/** A number from 0 to 1 after the other, the same for the same seed. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}

/** A timeline that answers as the protocol says; `cut` breaks an answer off after so many entries. */
class House {
  readonly entries: Entry[] = [];
  readonly asked: Record<string, string>[] = [];
  open = 0;
  most = 0;
  cut: () => number = () => Number.POSITIVE_INFINITY;
  refuse: Response[] = [];

  say(track: string, payload: Uint8Array<ArrayBuffer>): Entry {
    const seq = this.entries.length + 1;
    const entry: Entry = {
      kind: "entry",
      seq,
      track,
      speaker: "s",
      number: this.entries.filter((one) => one.track === track).length + 1,
      t: seq * 100,
      duration: 100,
      flags: 0,
      payload,
    };
    this.entries.push(entry);
    return entry;
  }

  write(track: string, ...ops: Op[]): Entry {
    return this.say(track, encodeOps(ops));
  }

  stroke(page: string): Entry {
    return this.write(`board/${page}`, {
      op: "ink",
      id: this.entries.length + 1,
      tool: 0,
      colour: 0,
      width: 20,
      from: 0,
      span: 100,
      points: { xy: [0, 0, 50, 50], pressures: null },
    });
  }

  sound(): Entry {
    return this.say("audio", new Uint8Array(4));
  }

  tell(fact: object): Entry {
    return this.say("talk", new TextEncoder().encode(JSON.stringify(fact)));
  }

  page(id: string): Entry {
    return this.write(
      "board",
      { op: "page", page: id, place: this.entries.length, paper: "plain", picture: null },
      { op: "turned", page: id },
    );
  }

  hello(after: number, tracks: readonly string[] = ["*"]): Record<string, unknown> {
    const names = new Set(this.entries.map((one) => one.track).filter((name) => matches(name, tracks)));
    const head = this.entries.length;
    return {
      notice: "hello",
      head,
      after,
      t: head * 100,
      tracks: Object.fromEntries([...names].map((n) => [n, {}])),
    };
  }

  fetch = async (address: string, init: RequestInit = {}): Promise<Response> => {
    const no = this.refuse.shift();
    if (no) return no;
    const question = Object.fromEntries(new URL(address, "http://halqa.test").searchParams);
    this.asked.push(question);
    this.most = Math.max(this.most, ++this.open);
    const signal = init.signal as AbortSignal;
    let hungUp = false;
    const hangUp = () => {
      if (!hungUp) this.open--;
      hungUp = true;
    };
    signal.addEventListener("abort", hangUp);
    const frames = this.#answer(question);
    const body = new ReadableStream<Uint8Array>({
      pull: async (to) => {
        // As on a real line, each frame comes on its own.
        await new Promise((resolve) => setTimeout(resolve, 20));
        const { value, done } = frames.next();
        if (signal.aborted) to.error(new DOMException("", "AbortError"));
        else if (value === null) to.error(new TypeError("network"));
        else if (done) to.close();
        else to.enqueue(value as Uint8Array);
        if (done || value === null) hangUp();
      },
    });
    return new Response(body);
  };

  *#answer(question: Record<string, string>): Generator<Uint8Array | null> {
    const tracks = (question.tracks ?? "*").split(",");
    const [after, limit] = [Number(question.after), Number(question.limit)];
    const page = question.page && this.#lastOf(["board/*"], Number(question.page))?.track;
    if (page) tracks.push(page);
    yield notice({ ...this.hello(after, tracks), ...(page ? { page } : {}) });
    let [bytes, left] = [0, this.cut()];
    const until = question.until === undefined ? Number.NaN : Number(question.until);
    const upto = until >= 0 ? (this.#lastOf(tracks, until)?.seq ?? 0) : this.entries.length;
    for (let seq = after + 1; seq <= upto; seq++) {
      const entry = this.entries[seq - 1] as Entry;
      if (!matches(entry.track, tracks)) continue;
      if (left-- <= 0) yield null;
      yield encodeEntry(entry);
      bytes += entry.payload.length;
      if (bytes < limit) continue;
      yield notice({ notice: "end", why: "limit", after: seq, t: 0 });
      return;
    }
    yield notice({ notice: "end", why: upto < this.entries.length ? "until" : "head", after: upto, t: 0 });
  }

  /** The last on these tracks that begins by then; NaN: by now. */
  #lastOf(tracks: readonly string[], t: number): Entry | undefined {
    return this.entries.findLast((one) => matches(one.track, tracks) && !(one.t > t));
  }
}

function matches(track: string, patterns: readonly string[]): boolean {
  return patterns.some(
    (one) => one === "*" || one === track || (one === "board/*" && /^board\//.test(track)),
  );
}

let house: House;
let keeper: Keeper;
let looked: string;
let leisure: boolean;

/** Who follows: from `hello` on it hands everything to the keeper. */
class Following {
  #next: number;

  constructor(readonly after: number) {
    this.#next = after + 1;
    keeper.notice(house.hello(after), true);
  }

  /** Everything said by now comes. */
  catchUp(): void {
    for (; this.#next <= house.entries.length; this.#next++)
      keeper.entry(house.entries[this.#next - 1] as Entry, true);
  }

  get cursor(): number {
    return this.#next - 1;
  }
}

function houseFold(): BoardFold {
  const fold = new BoardFold();
  for (const entry of house.entries) fold.take(entry);
  return fold;
}

/** That the keeper has the same board as who read everything in order, at every moment. */
function expectTheSameBoard(): void {
  const all = houseFold();
  for (const t of [null, 0, 500, 1500, 4000, 100_000]) {
    expect(keeper.fold.book(t)).toEqual(all.book(t));
    for (const page of all.book(null).pages)
      expect([...keeper.fold.page(page.id, t).things]).toEqual([...all.page(page.id, t).things]);
  }
}

const kept = vi.fn();

beforeEach(() => {
  vi.useFakeTimers();
  [house, looked, leisure] = [new House(), "1", true];
  kept.mockReset();
  vi.stubGlobal("fetch", house.fetch);
  const listener = { kept, looked: () => looked, leisure: () => leisure };
  keeper = new Keeper("/timelines/x", new TicketHolder("first", "/tickets"), listener);
});

afterEach(() => {
  keeper.stop();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const aWhile = (ms = 30_000) => vi.advanceTimersByTimeAsync(ms);

describe("who joins late", () => {
  it("reads the book, then the page that is looked at, then the others, and nothing twice", async () => {
    for (const page of ["1", "2", "3"]) {
      if (page !== "1") house.page(page);
      for (let i = 0; i < 5; i++) house.stroke(page);
    }
    house.tell({ fact: "scene", scene: "both" });
    looked = "3";
    new Following(house.entries.length).catchUp();
    await aWhile();
    expect(house.asked.map((one) => [one.tracks, one.after])).toEqual([
      ["board,talk", "0"],
      ["board/3", "0"],
      ["board/1", "0"],
      ["board/2", "0"],
    ]);
    expect(house.most).toBe(1);
    expect(keeper.complete()).toBe(true);
    expect(keeper.talk.scene(null)).toBe("both");
    expectTheSameBoard();
  });

  it("asks beside the first answer, and for nothing twice when that comes", async () => {
    for (const page of ["1", "2"]) {
      if (page !== "1") house.page(page);
      for (let i = 0; i < 5; i++) house.stroke(page);
    }
    looked = "2";
    keeper.expect();
    await aWhile(100);
    const following = new Following(house.entries.length);
    house.stroke("2");
    following.catchUp();
    await aWhile();
    expect(house.asked.map((one) => [one.tracks, one.after])).toEqual([
      ["board,talk", "0"],
      ["board/2", "0"],
      ["board/1", "0"],
    ]);
    expect(keeper.complete()).toBe(true);
    expectTheSameBoard();
  });

  it("is content where nothing was written", async () => {
    keeper.expect();
    await aWhile();
    expect(house.asked.map((one) => one.tracks)).toEqual(["board,talk"]);
    new Following(0);
    await aWhile();
    expect(keeper.written).toBe(false);
    expect(keeper.complete()).toBe(true);
  });

  it("does not ask for a page that was made since", async () => {
    const following = new Following(0);
    house.page("2");
    house.stroke("2");
    following.catchUp();
    await aWhile();
    expect(house.asked).toEqual([]);
    expect(keeper.written).toBe(true);
    expectTheSameBoard();
  });

  it("leaves the other pages until the line has time", async () => {
    house.stroke("1");
    house.page("2");
    house.stroke("2");
    [looked, leisure] = ["2", false];
    new Following(house.entries.length);
    await aWhile();
    expect(house.asked.map((one) => one.tracks)).toEqual(["board,talk", "board/2"]);
    expect([keeper.complete("2"), keeper.complete("1")]).toEqual([true, false]);
    looked = "1";
    keeper.poke();
    await aWhile(400);
    expect(house.asked.at(-1)?.tracks).toBe("board/1");
  });

  it("asks for no more than there is before what it follows", async () => {
    for (let i = 0; i < 10; i++) house.stroke("1");
    const following = new Following(house.entries.length);
    await aWhile(100);
    for (let i = 0; i < 10; i++) house.stroke("1");
    following.catchUp();
    await aWhile();
    expect(keeper.complete()).toBe(true);
    expect(house.asked.map((one) => one.after)).toEqual(["0", "0"]);
    expectTheSameBoard();
  });
});

describe("who opens a moment", () => {
  let opened: number | "live";

  beforeEach(() => {
    opened = "live";
    const listener = { kept, looked: () => looked, leisure: () => leisure, opened: () => opened };
    keeper = new Keeper("/timelines/x", new TicketHolder("first", "/tickets"), listener);
    for (const page of ["1", "2", "3"]) {
      if (page !== "1") house.page(page);
      for (let i = 0; i < 200; i++) house.stroke(page);
    }
  });

  it("has the page that is written on with its first answer, live", async () => {
    looked = "3";
    keeper.expect();
    expect(keeper.complete("3")).toBe(false);
    await aWhile(300_000);
    new Following(house.entries.length);
    await aWhile();
    expect(house.asked.map((one) => [one.tracks, one.page, one.after])).toEqual([
      ["board,talk", "live", "0"],
      ["board/1", undefined, "0"],
      ["board/2", undefined, "0"],
    ]);
    expectTheSameBoard();
  });

  it("has in a replay what was written by then, and fetches the rest behind it", async () => {
    // Half of the second page; 15 s more come with it.
    opened = house.entries.find((one) => one.track === "board/2")?.t ?? 0;
    looked = "2";
    leisure = false;
    keeper.expect();
    keeper.notice(house.hello(house.entries.length, ["audio"]), false);
    let whole = false;
    for (let waited = 0; !whole && waited < 60_000; waited += 20) {
      await aWhile(20);
      whole = keeper.complete("2", opened);
    }
    expect(whole).toBe(true);
    expect(house.asked).toHaveLength(1);
    // By then, and not a moment later; and of no other page.
    expect(keeper.complete("2", opened + 15_000)).toBe(true);
    expect(keeper.complete("2", opened + 15_001)).toBe(false);
    expect(keeper.complete("2")).toBe(false);
    expect(keeper.complete("1", opened)).toBe(false);
    const things = [...keeper.fold.page("2", opened).things];
    expect(things).toHaveLength(1);
    expect(things).toEqual([...houseFold().page("2", opened).things]);
    await aWhile(300_000);
    expect(keeper.complete("2")).toBe(true);
    const [first, ...more] = house.asked;
    expect(first).toMatchObject({ page: String(opened), until: String(opened + 15_000) });
    expect(more.map((one) => one.tracks)).toEqual(["board,talk", "board/2"]);
    leisure = true;
    await aWhile(300_000);
    expectTheSameBoard();
  });

  it("asks again what was cut", async () => {
    const cuts = [0, 70];
    house.cut = () => cuts.shift() ?? Number.POSITIVE_INFINITY;
    looked = "3";
    keeper.expect();
    await aWhile(300_000);
    new Following(house.entries.length);
    await aWhile(300_000);
    expect(house.asked.slice(0, 2).map((one) => one.page)).toEqual(["live", "live"]);
    expect(keeper.complete()).toBe(true);
    expectTheSameBoard();
  });
});

describe("cuts", () => {
  it("goes on from where it was, by the retry rule", async () => {
    for (let i = 0; i < 20; i++) house.stroke("1");
    const cuts = [Number.POSITIVE_INFINITY, 5, 5];
    house.cut = () => cuts.shift() ?? Number.POSITIVE_INFINITY;
    new Following(20);
    await aWhile();
    expect(house.asked.map((one) => [one.tracks, one.after])).toEqual([
      ["board,talk", "0"],
      ["board/1", "0"],
      ["board/1", "5"],
      ["board/1", "10"],
    ]);
    expectTheSameBoard();
  });

  it("follows again from its cursor: nothing was missed, nothing is asked for", async () => {
    const first = new Following(0);
    house.stroke("1");
    first.catchUp();
    const second = new Following(first.cursor);
    house.stroke("1");
    second.catchUp();
    await aWhile();
    expect(house.asked).toEqual([]);
    expectTheSameBoard();
  });

  it("comes back live after a gap and asks for the gap, all of it in one question", async () => {
    house.page("2");
    for (const page of ["1", "2"]) house.stroke(page);
    const first = new Following(house.entries.length);
    await aWhile();
    house.asked.length = 0;
    house.sound();
    first.catchUp();
    const cursor = first.cursor;
    for (const page of ["1", "2"]) house.stroke(page);
    house.page("3");
    house.stroke("3");
    new Following(house.entries.length).catchUp();
    await aWhile();
    expect(house.asked.map((one) => [one.tracks, one.after])).toEqual([
      ["board,board/*,talk", String(cursor)],
    ]);
    expectTheSameBoard();
  });

  it("forgets everything when the server has an older copy", async () => {
    for (let i = 0; i < 5; i++) house.stroke("1");
    const following = new Following(0);
    following.catchUp();
    house.entries.length = 2;
    new Following(2);
    await aWhile();
    expectTheSameBoard();
  });

  it("asks no more once it is refused for good, and tries again at the next hello", async () => {
    house.stroke("1");
    house.refuse = [Response.json({ code: "no-such-timeline", retry: false }, { status: 404 })];
    keeper.notice(house.hello(0), false);
    await aWhile();
    expect(house.asked).toEqual([]);
    keeper.notice(house.hello(0), false);
    await aWhile();
    expect(keeper.complete()).toBe(true);
    expectTheSameBoard();
  });
});

describe("a replay", () => {
  it("reads all of the board though its pages carry none", async () => {
    house.page("2");
    for (const page of ["1", "2", "1"]) house.stroke(page);
    house.sound();
    keeper.notice(house.hello(0, ["audio"]), false);
    keeper.entry(house.entries.at(-1) as Entry, false);
    await aWhile();
    expect(keeper.complete()).toBe(true);
    expect(keeper.turns.map((turn) => turn.page)).toEqual(["2"]);
    expectTheSameBoard();
    house.asked.length = 0;
    keeper.notice(house.hello(3, ["audio"]), false);
    await aWhile();
    expect(house.asked).toEqual([]);
  });
});

describe("storms", () => {
  for (const seed of [1, 2, 3, 5, 8, 13, 21, 34])
    it(`ends with the same board (seed ${seed})`, async () => {
      const roll = dice(seed);
      let following: Following | null = null;
      house.cut = () => (roll() < 0.5 ? Math.floor(roll() * 6) : Number.POSITIVE_INFINITY);
      for (let step = 0; step < 120; step++) {
        const what = roll();
        const pages = ["1", "2", "3", "4"].slice(0, 1 + Math.floor(step / 30));
        const page = pages[Math.floor(roll() * pages.length)] as string;
        looked = page;
        if (what < 0.4) house.stroke(page);
        else if (what < 0.5) house.page(page);
        else if (what < 0.6) house.sound();
        else if (what < 0.7) following?.catchUp();
        // A cut: the answer is gone, and the next one goes on from its cursor.
        else if (what < 0.75 && following) following = new Following((following as Following).cursor);
        // Out of touch for long: live again, behind a gap.
        else if (what < 0.8) following = new Following(house.entries.length);
        else if (what < 0.85) {
          following = null;
          keeper.notice(house.hello(0, ["audio"]), false);
        } else await aWhile(roll() * 800);
        leisure = roll() < 0.5;
      }
      leisure = true;
      house.cut = () => Number.POSITIVE_INFINITY;
      new Following(house.entries.length);
      await aWhile(60_000);
      expect(keeper.complete()).toBe(true);
      expect(house.most).toBe(1);
      expectTheSameBoard();
    });
});

describe("talk", () => {
  it("knows the scene at every moment, whatever else is said", async () => {
    const following = new Following(0);
    house.tell({ fact: "scene", scene: "both" });
    house.tell({ fact: "scene", scene: "circus" });
    house.say("talk", new Uint8Array([0xff]));
    house.tell({ fact: "scene", scene: "board" });
    house.tell({ fact: "chapter", title: " Exercice " });
    following.catchUp();
    expect([0, 100, 350, 400, null].map((t) => keeper.talk.scene(t))).toEqual([
      null,
      "both",
      "both",
      "board",
      "board",
    ]);
    expect(keeper.talk.titles.map(({ t, title }) => [t, title])).toEqual([[500, "Exercice"]]);
  });
});
