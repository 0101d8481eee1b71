import { describe, expect, it } from "vitest";
import { type Away, BOUNDS, type Bounds, type Draft, GUEST_BOUNDS, Outbox, type Said } from "./outbox";

function draft(track: string, t: number): Draft {
  return { track, t, duration: 500, flags: 1, payload: new Uint8Array(100) };
}

/** A seeded generator (mulberry32), so that a storm that failed can be called again by its number. */
function dice(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** The server's law: numbers without a gap per speaker and track, said again stands once, time never goes back. */
class Server {
  readonly kept: Said[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #lastT = new Map<string, number>();

  take(batch: readonly Said[]): Record<string, number> {
    const told: Record<string, number> = {};
    for (const one of batch) {
      expect(one.speaker).toBe(batch[0]?.speaker);
      const key = `${one.speaker} ${one.track}`;
      const known = this.#numbers.get(key) ?? 0;
      if (one.number > known) {
        expect(one.number, "no gap").toBe(known + 1);
        expect(one.t, "time never goes back").toBeGreaterThanOrEqual(this.#lastT.get(one.track) ?? 0);
        this.#numbers.set(key, one.number);
        this.#lastT.set(one.track, one.t);
        this.kept.push(one);
      }
      told[one.track] = this.#numbers.get(key) ?? 0;
    }
    return told;
  }
}

/** What the browser's database does, in memory: keeps, lets go, tells its outline, reads back in order. */
class Disk {
  readonly #kept = new Map<string, Said>();

  keep(said: readonly Said[]): void {
    for (const one of said) this.#kept.set(`${one.speaker} ${one.track} ${one.number}`, one);
  }

  drop(one: Said): void {
    this.#kept.delete(`${one.speaker} ${one.track} ${one.number}`);
  }

  outline(): Away[] {
    const tracks = new Map<string, Said[]>();
    for (const one of this.#kept.values()) {
      const key = `${one.speaker} ${one.track}`;
      tracks.set(key, [...(tracks.get(key) ?? []), one]);
    }
    // By name, as the database has it: "s.10" comes before "s.2".
    return [...tracks.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, said]) => outlineOf(said));
  }

  read(away: Away, entries: number): Said[] {
    return [...this.#kept.values()]
      .filter((one) => one.speaker === away.speaker && one.track === away.track)
      .filter((one) => one.number >= away.first && one.number <= away.last)
      .sort((a, b) => a.number - b.number)
      .slice(0, entries);
  }
}

function outlineOf(said: readonly Said[]): Away {
  const ordered = [...said].sort((a, b) => a.number - b.number);
  const [first, last] = [ordered[0] as Said, ordered.at(-1) as Said];
  const bytes = ordered.reduce((sum, one) => sum + one.payload.length, 0);
  const { speaker, track, at } = first;
  return { speaker, track, first: first.number, last: last.number, bytes, at, end: last.t + last.duration };
}

function names(said: readonly Said[]): string[] {
  return said.map((one) => `${one.speaker} ${one.track} ${one.number}`);
}

/** Read back whatever is missing. */
function complete(outbox: Outbox, disk: Disk, entries: number): void {
  for (let away = outbox.missing; away; away = outbox.missing)
    outbox.returned(away, disk.read(away, entries));
}

/** So small that everything is put away and read back all the time: three entries a request, seven in memory. */
const SMALL: Bounds = { batchBytes: 300, batchEntries: 3, windowBytes: 700 };

describe("the outbox", () => {
  it("says sound first, then the smallest picture", () => {
    const outbox = new Outbox();
    outbox.say("s.1", [draft("video/360", 0), draft("audio", 0), draft("video/90", 0)], 0);
    expect(outbox.next().map((one) => one.track)).toEqual(["audio", "video/90", "video/360"]);
  });

  it("says an old sitting to its end before a newer one", () => {
    const outbox = new Outbox();
    const left: Said = { ...draft("video/360", 0), speaker: "s.1", number: 4, at: 0 };
    outbox.restore([outlineOf([left])]);
    outbox.say("s.2", [draft("audio", 500)], 1);
    outbox.returned(outbox.missing as Away, [left]);
    expect(outbox.next().map((one) => one.speaker)).toEqual(["s.1"]);
    outbox.acknowledged("s.1", { "video/360": 4 });
    expect(outbox.next().map((one) => one.speaker)).toEqual(["s.2"]);
  });

  it("knows how old the oldest is, how much it holds and where the lesson ends", () => {
    const outbox = new Outbox();
    expect([outbox.oldest, outbox.bytes, outbox.end, outbox.empty]).toEqual([null, 0, 0, true]);
    outbox.say("s.1", [draft("audio", 0)], 10);
    outbox.say("s.1", [draft("audio", 500)], 20);
    expect([outbox.oldest, outbox.bytes, outbox.end, outbox.empty]).toEqual([10, 200, 1000, false]);
  });

  it("says nine sittings before the tenth, whatever their names look like to a database", () => {
    const disk = new Disk();
    for (const n of [2, 9, 10, 11])
      disk.keep([{ ...draft("audio", n * 500), speaker: `s.${n}`, number: 1, at: n }]);
    const outbox = new Outbox();
    outbox.restore(disk.outline());
    const said: string[] = [];
    while (!outbox.empty) {
      complete(outbox, disk, 9);
      const [one] = outbox.next();
      said.push(one?.speaker ?? "");
      outbox.acknowledged(one?.speaker ?? "", { audio: 1 });
    }
    expect(said).toEqual(["s.2", "s.9", "s.10", "s.11"]);
  });

  it("keeps a morning without a line on the disk, and no more in memory than its window", () => {
    const disk = new Disk();
    const outbox = new Outbox();
    const second = 4;
    const tracks = { audio: 3_000, "video/90": 5_000, "video/360": 44_000, "video/720": 150_000 };
    let bytes = 0;
    for (let n = 0; n < 3 * 3600 * second; n += 40) {
      // Ten seconds at a time stand for their forty entries: as many bytes, fewer objects.
      const drafts = Object.entries(tracks).map(([track, size]) => ({
        ...draft(track, n * 250),
        duration: 10_000,
        payload: { length: size * 10 } as Uint8Array<ArrayBuffer>,
      }));
      bytes += drafts.reduce((sum, one) => sum + one.payload.length, 0);
      const said = outbox.say("s.1", drafts, n);
      disk.keep(said);
      outbox.kept(said);
      expect(outbox.memory).toBeLessThanOrEqual(BOUNDS.windowBytes);
    }
    expect(bytes).toBeGreaterThan(1 << 30);
    expect([outbox.bytes, outbox.oldest, outbox.end]).toEqual([bytes, 0, 3 * 3600_000]);
  });

  it("keeps in memory what the disk does not take, to the last", () => {
    const outbox = new Outbox(SMALL);
    const said: Said[] = [];
    for (let n = 0; n < 50; n++) {
      const one = outbox.say("s.1", [draft("audio", n * 500)], n);
      said.push(...one);
      if (n !== 20) outbox.kept(one); // the disk was full for a moment: what follows would be a gap on it
    }
    expect(outbox.memory).toBe(3_000);
    expect(outbox.bytes).toBe(5_000);
    const heard: number[] = [];
    const disk = new Disk();
    disk.keep(said.slice(0, 20));
    while (!outbox.empty) {
      complete(outbox, disk, 2);
      const batch = outbox.next();
      heard.push(...batch.map((one) => one.number));
      outbox.acknowledged("s.1", { audio: heard.at(-1) ?? 0 });
    }
    expect(heard).toEqual(said.map((one) => one.number));
  });

  it("goes on without what is no longer on the disk", () => {
    const outbox = new Outbox(SMALL);
    outbox.restore([{ speaker: "s.1", track: "audio", first: 3, last: 9, bytes: 700, at: 1, end: 4500 }]);
    outbox.say("s.2", [draft("audio", 5000)], 2);
    outbox.returned(outbox.missing as Away, []);
    expect(outbox.next().map((one) => one.speaker)).toEqual(["s.2"]);
    expect(outbox.bytes).toBe(100);
  });

  for (let seed = 1; seed <= 60; seed++) {
    it(`says the same as if all were in memory, in storm ${seed}`, () => {
      const roll = dice(seed);
      const [small, large] = [new Outbox(SMALL), new Outbox({ ...SMALL, windowBytes: Infinity })];
      const disk = new Disk();
      const waiting: Said[][] = [];
      let t = 0;
      let most = 0;
      for (let step = 0; step < 300; step++) {
        const event = roll();
        // The line is cut for the first third.
        if (event < (step < 100 ? 0.7 : 0.4)) {
          const speaker = `s.${1 + Math.floor(step / 120)}`;
          const drafts = ["audio", "video/90", "video/360"]
            .filter(() => roll() < 0.8)
            .map((track) => draft(track, t));
          t += 500;
          large.say(speaker, drafts, step);
          waiting.push(small.say(speaker, drafts, step));
        } else if (event < 0.75) {
          const said = waiting.shift();
          if (said) disk.keep(said);
          if (said) small.kept(said);
        } else if (step >= 100) {
          complete(small, disk, 1 + Math.floor(roll() * 4));
          expect([small.oldest, small.end]).toEqual([large.oldest, large.end]);
          const batch = small.next();
          expect(names(batch)).toEqual(names(large.next()));
          const numbers = Object.fromEntries(batch.map((one) => [one.track, one.number]));
          for (const one of small.acknowledged(batch[0]?.speaker ?? "", numbers)) disk.drop(one);
          large.acknowledged(batch[0]?.speaker ?? "", numbers);
        }
        expect([small.bytes, small.empty]).toEqual([large.bytes, large.empty]);
        const unkept = waiting.flat().length * 100;
        most = Math.max(most, small.memory - unkept);
      }
      expect(most).toBeLessThanOrEqual(SMALL.windowBytes + 3 * (SMALL.batchBytes + 400));
      for (let batch = large.next(); batch.length > 0; batch = large.next()) {
        complete(small, disk, 3);
        expect(names(small.next())).toEqual(names(batch));
        const numbers = Object.fromEntries(batch.map((one) => [one.track, one.number]));
        small.acknowledged(batch[0]?.speaker ?? "", numbers);
        large.acknowledged(batch[0]?.speaker ?? "", numbers);
      }
      expect(small.empty).toBe(true);
      expect(small.memory).toBe(0);
    });
  }

  for (let seed = 1; seed <= 60; seed++) {
    it(`loses nothing and doubles nothing in storm ${seed}`, () => {
      const roll = dice(seed);
      const server = new Server();
      const disk = new Disk();
      let outbox = new Outbox(SMALL);
      let sitting = 5;
      let t = 0;
      const said: Draft[] = [];
      for (let step = 0; step < 200; step++) {
        const event = roll();
        if (event < 0.45) {
          const drafts = ["audio", "video/90", "video/360"]
            .filter(() => roll() < 0.8)
            .map((track) => draft(track, t));
          t += 500;
          said.push(...drafts);
          const kept = outbox.say(`s.${sitting}`, drafts, step);
          disk.keep(kept);
          outbox.kept(kept);
        } else if (event < 0.93) {
          complete(outbox, disk, 4);
          const batch = outbox.next();
          if (batch.length === 0 || roll() < 0.2) continue; // the request never arrives
          const answer = server.take(batch);
          if (roll() < 0.25) continue; // the answer never arrives
          for (const one of outbox.acknowledged(batch[0]?.speaker ?? "", answer))
            if (roll() < 0.8) disk.drop(one);
        } else {
          // The studio is reloaded: what is on the disk is all there is.
          outbox = new Outbox(SMALL);
          outbox.restore(disk.outline());
          sitting++;
        }
      }
      while (!outbox.empty) {
        complete(outbox, disk, 4);
        const batch = outbox.next();
        outbox.acknowledged(batch[0]?.speaker ?? "", server.take(batch));
      }
      expect(outbox.empty).toBe(true);
      for (const track of ["audio", "video/90", "video/360"])
        expect(server.kept.filter((one) => one.track === track).map((one) => one.t)).toEqual(
          said.filter((one) => one.track === track).map((one) => one.t),
        );
    });
  }
});

describe("a guest's request", () => {
  it("is never more than the server takes at once, whatever waits", () => {
    for (let seed = 1; seed <= 40; seed++) {
      const roll = dice(seed);
      const outbox = new Outbox(GUEST_BOUNDS);
      const most = seed % 2 ? 4096 : 90;
      for (let i = 0; i < 300; i++) {
        const payload = new Uint8Array(1 + Math.floor(roll() * most));
        const track = `private/c-abcdefghjkmn-s${1 + (i % 3)}`;
        outbox.say("c-abcdefghjkmn.1", [{ track, t: 0, duration: 0, flags: 4, payload }], i);
      }
      let requests = 0;
      for (let batch = outbox.next(); batch.length > 0; batch = outbox.next()) {
        const counts = batch.reduce((sum, one) => sum + Math.max(64, one.payload.length), 0);
        expect(counts).toBeLessThanOrEqual(16 << 10);
        const told: Record<string, number> = {};
        for (const one of batch) told[one.track] = one.number;
        outbox.acknowledged("c-abcdefghjkmn.1", told);
        requests++;
      }
      expect(outbox.empty).toBe(true);
      expect(requests).toBeGreaterThan(1);
    }
  });
});
