import { describe, expect, test } from "vitest";
import { MOST_SPANS, NOTHING, type Span, together, united, Watched } from "./watched";

/** A player, fed four times a second of a clock that the test moves. */
class Player {
  readonly watched = new Watched();
  at = 1_000;
  now = 0;
  playing = true;
  live = true;
  speed = 1;

  run(seconds: number, step = 250): void {
    for (let ms = 0; ms < seconds * 1000; ms += step) {
      this.at += step;
      if (this.playing) this.now += step * this.speed;
      this.feed();
    }
  }

  feed(): void {
    this.watched.feed({ at: this.at, now: this.now, playing: this.playing, live: this.live });
  }
}

describe("what was played", () => {
  test("live from where one came in", () => {
    const player = new Player();
    player.now = 60_000;
    player.feed();
    player.run(10);
    expect(player.watched.followed).toEqual({ live: [[60_000, 70_000]], later: [] });
  });

  test("a rewind plays twice what counts once, and is later", () => {
    const player = new Player();
    player.feed();
    player.run(60);
    player.now = 20_000;
    player.live = false;
    player.run(10);
    expect(player.watched.followed.live).toEqual([[0, 60_000]]);
    const [[from, to] = [0, 0]] = player.watched.followed.later;
    expect([Math.abs(from - 20_250) <= 250, to]).toEqual([true, 30_000]);
  });

  test("what was jumped over was not followed", () => {
    const player = new Player();
    player.live = false;
    player.feed();
    player.run(5);
    player.now = 90_000;
    player.feed();
    player.run(5);
    expect(player.watched.followed.later).toEqual([
      [0, 5_000],
      [90_000, 95_000],
    ]);
  });

  test("at double speed a minute of the lesson is a minute", () => {
    const player = new Player();
    player.speed = 2;
    player.feed();
    player.run(30);
    expect(player.watched.followed.live).toEqual([[0, 60_000]]);
  });

  test("a pause and a stall play nothing", () => {
    const player = new Player();
    player.feed();
    player.run(5);
    player.playing = false;
    player.run(20);
    player.now = 12_000;
    player.feed();
    player.playing = true;
    player.run(0.25);
    player.run(3);
    expect(player.watched.followed.live.at(0)).toEqual([0, 5_000]);
    expect(player.watched.followed.live.at(1)?.[0]).toBeGreaterThanOrEqual(12_000);
  });

  test("a page in the background is fed once a minute and has played all the same", () => {
    const player = new Player();
    player.feed();
    player.run(180, 60_000);
    expect(player.watched.followed.live).toEqual([[0, 180_000]]);
  });

  test("what is known is no news", () => {
    const watched = new Watched({ live: [[0, 10_000]], later: [] });
    expect(watched.feed({ at: 0, now: 1_000, playing: true, live: true })).toBe(false);
    expect(watched.feed({ at: 250, now: 1_250, playing: true, live: true })).toBe(false);
    expect(watched.feed({ at: 500, now: 1_500, playing: true, live: false })).toBe(true);
  });
});

describe("stretches", () => {
  const random = (seed: number) => {
    let x = seed;
    return () => {
      x = (x * 1_103_515_245 + 12_345) % 2_147_483_648;
      return x / 2_147_483_648;
    };
  };
  const some = (seed: number): Span[] => {
    const next = random(seed);
    return Array.from({ length: 12 }, () => {
      const from = Math.floor(next() * 60_000);
      return [from, from + Math.floor(next() * 4_000)];
    });
  };

  test("united again and in any order they are the same", () => {
    for (let seed = 1; seed < 60; seed++) {
      const [a, b] = [some(seed), some(seed + 1_000)];
      const all = united(a, b);
      expect(united(b, a)).toEqual(all);
      expect(united(all, a)).toEqual(all);
      expect(united(united(a), united(b))).toEqual(all);
    }
  });

  test("of more than the server takes the smallest gaps are closed", () => {
    const many: Span[] = Array.from({ length: MOST_SPANS + 2 }, (_, i) => [i * 5_000, i * 5_000 + 2_000]);
    many[7] = [35_000, 38_900];
    const found = united(many);
    expect(found.length).toBe(MOST_SPANS);
    expect(found.some(([from, to]) => from <= 35_000 && to >= 42_000)).toBe(true);
  });

  test("two tabs are one class", () => {
    const both = together({ live: [[0, 5_000]], later: [] }, { live: [[4_000, 9_000]], later: [[0, 2_000]] });
    expect(both).toEqual({ live: [[0, 9_000]], later: [[0, 2_000]] });
    expect(together(both, NOTHING)).toEqual(both);
  });
});
