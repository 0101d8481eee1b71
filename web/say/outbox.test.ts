import { describe, expect, it } from "vitest";
import { type Draft, Outbox, type Said } from "./outbox";

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

describe("the outbox", () => {
  it("says sound first, then the smallest picture", () => {
    const outbox = new Outbox();
    outbox.say("s.1", [draft("video/360", 0), draft("audio", 0), draft("video/90", 0)], 0);
    expect(outbox.next().map((one) => one.track)).toEqual(["audio", "video/90", "video/360"]);
  });

  it("says an old sitting to its end before a newer one", () => {
    const outbox = new Outbox();
    outbox.restore([{ ...draft("video/360", 0), speaker: "s.1", number: 4, at: 0 }]);
    outbox.say("s.2", [draft("audio", 500)], 1);
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

  for (let seed = 1; seed <= 60; seed++) {
    it(`loses nothing and doubles nothing in storm ${seed}`, () => {
      const roll = dice(seed);
      const server = new Server();
      const disk = new Map<string, Said>();
      const id = (one: Said) => `${one.speaker} ${one.track} ${one.number}`;
      let outbox = new Outbox();
      let sitting = 1;
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
          for (const one of outbox.say(`s.${sitting}`, drafts, step)) disk.set(id(one), one);
        } else if (event < 0.93) {
          const batch = outbox.next();
          if (batch.length === 0 || roll() < 0.2) continue; // the request never arrives
          const answer = server.take(batch);
          if (roll() < 0.25) continue; // the answer never arrives
          for (const one of outbox.acknowledged(batch[0]?.speaker ?? "", answer))
            if (roll() < 0.8) disk.delete(id(one));
        } else {
          // The studio is reloaded: what is on the disk is all there is.
          outbox = new Outbox();
          outbox.restore(
            [...disk.values()].sort((a, b) => sittingOf(a) - sittingOf(b) || a.number - b.number),
          );
          sitting++;
        }
      }
      for (let batch = outbox.next(); batch.length > 0; batch = outbox.next())
        outbox.acknowledged(batch[0]?.speaker ?? "", server.take(batch));
      expect(outbox.empty).toBe(true);
      for (const track of ["audio", "video/90", "video/360"])
        expect(server.kept.filter((one) => one.track === track).map((one) => one.t)).toEqual(
          said.filter((one) => one.track === track).map((one) => one.t),
        );
    });
  }
});

function sittingOf(one: Said): number {
  return Number(one.speaker.split(".")[1]);
}
