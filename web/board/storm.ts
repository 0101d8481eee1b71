/** Seeded lessons on a board, for tests and measurements: the same seed, the same lesson. */
import type { Entry } from "../wire/frames";
import {
  COLOURS,
  type Matrix,
  type Op,
  PAPERS,
  type Picture,
  type Points,
  type Ref,
  type Thing,
} from "./board";
import { encodeOps } from "./encode";

/** Numbers from 0 up to 1 (mulberry32). */
export function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export class Storm {
  readonly #next: () => number;
  readonly #ids = new Map<string, number>();

  constructor(
    seed: number,
    readonly speakers: readonly string[] = ["sq4xz", "pen-2", "C.7"],
    readonly pages: readonly string[] = ["1", "b2"],
  ) {
    this.#next = chance(seed);
  }

  /** Whole, from `least` to `most`. */
  whole(least: number, most: number): number {
    return least + Math.floor(this.#next() * (most - least + 1));
  }

  pick<T>(list: readonly T[]): T {
    return list[this.whole(0, list.length - 1)] as T;
  }

  happens(probability: number): boolean {
    return this.#next() < probability;
  }

  shuffled<T>(list: readonly T[]): T[] {
    const out = [...list];
    for (let i = out.length - 1; i > 0; i--) {
      const j = this.whole(0, i);
      [out[i], out[j]] = [out[j] as T, out[i] as T];
    }
    return out;
  }

  /** A lesson of so many entries on `board` and its pages, in the order of `seq`. */
  lesson(entries: number): Entry[] {
    const said: Entry[] = [];
    let seq = 0;
    let t = 0;
    for (let i = 0; i < entries; i++) {
      seq += this.whole(1, 3);
      t += this.happens(0.2) ? 0 : this.whole(1, 400);
      const page = this.happens(0.15) ? null : this.pick(this.pages);
      const speaker = this.pick(this.speakers);
      const ops = Array.from({ length: this.whole(1, 4) }, () => this.op(page, speaker));
      const payload = this.happens(0.03) ? Uint8Array.of(0xc1) : encodeOps(ops);
      const track = page === null ? "board" : `board/${page}`;
      said.push({ kind: "entry", seq, track, speaker, number: i + 1, t, duration: 400, flags: 0, payload });
    }
    return said;
  }

  /** Any operation, also such as mean nothing where they stand. */
  op(page: string | null, speaker: string): Op {
    return page === null ? this.#aboutAll() : this.#onPage(page, speaker);
  }

  #aboutAll(): Op {
    const page = this.pick([...this.pages, "c"]);
    const place = this.whole(-20, 20) / 4;
    switch (this.pick(["page", "turned", "page gone", "view", "laser"] as const)) {
      case "page":
        return {
          op: "page",
          page,
          place,
          paper: this.pick(PAPERS),
          picture: this.happens(0.3) ? this.picture() : null,
        };
      case "turned":
        return { op: "turned", page };
      case "page gone":
        return { op: "page gone", page, gone: this.happens(0.6) };
      case "view":
        if (this.happens(0.3)) return { op: "view", view: null };
        return {
          op: "view",
          view: { x: this.whole(0, 4000), y: this.whole(0, 2000), width: this.whole(800, 8000) },
        };
      case "laser":
        return {
          op: "laser",
          from: 10 * this.whole(0, 5),
          span: 10 * this.whole(0, 35),
          points: this.points(null),
        };
    }
  }

  #onPage(page: string, speaker: string): Op {
    const fresh = (): number => {
      const key = `${page} ${speaker}`;
      const id = (this.#ids.get(key) ?? 0) + 1;
      this.#ids.set(key, id);
      return id;
    };
    const known = (): number => this.whole(1, Math.max(1, this.#ids.get(`${page} ${speaker}`) ?? 1));
    const times = () => ({
      from: 10 * this.whole(0, 5),
      span: 10 * this.whole(0, 35),
      points: this.points(),
    });
    switch (
      this.pick(["ink", "ink", "more", "more", "thing", "gone", "back", "moved", "dressed", "kept"] as const)
    ) {
      case "ink":
        return {
          op: "ink",
          id: this.happens(0.9) ? fresh() : known(),
          tool: this.whole(0, 1),
          colour: this.#colour(),
          width: this.whole(4, 200),
          ...times(),
        };
      case "more":
        return { op: "more", id: known(), ...times() };
      case "thing":
        return { op: "thing", id: this.happens(0.6) ? fresh() : known(), thing: this.thing() };
      case "gone":
        return { op: "gone", things: this.#refs() };
      case "back":
        return { op: "back", things: this.#refs() };
      case "moved":
        return { op: "moved", things: this.#refs(), by: this.#matrix() };
      case "dressed":
        return {
          op: "dressed",
          things: this.#refs(),
          colour: this.happens(0.5) ? this.#colour() : null,
          width: this.happens(0.5) ? this.whole(4, 200) : null,
        };
      case "kept":
        return { op: "kept", thing: this.#ref(), parts: this.happens(0.3) ? null : this.#parts() };
    }
  }

  points(pressed: boolean | null = this.happens(0.7)): Points {
    const n = this.happens(0.05) ? this.whole(200, 400) : this.whole(1, 20);
    const reach = this.pick([30, 300, 4000]);
    const xy: number[] = [];
    for (let i = 0; i < 2 * n; i++)
      xy.push((i < 2 ? 2000 : (xy[i - 2] as number)) + this.whole(-reach, reach));
    return { xy, pressures: pressed ? Array.from({ length: n }, () => this.whole(0, 15)) : null };
  }

  thing(): Thing {
    const [x, y, w, h] = [
      this.whole(-50, 8000),
      this.whole(0, 4500),
      this.whole(0, 3000),
      this.whole(0, 2000),
    ];
    const colour = this.#colour();
    const dress = {
      colour,
      width: this.whole(4, 40),
      ...(this.happens(0.3) ? { fill: this.#colour() } : {}),
    };
    const scale = { left: this.whole(-10, 0), right: this.whole(1, 10), step: this.pick([0.5, 1, 2]) };
    const kinds = [
      "line",
      "arrow",
      "rect",
      "ellipse",
      "triangle",
      "axes",
      "numbers",
      "text",
      "formula",
      "image",
    ];
    const kind = this.pick(kinds as Thing["kind"][]);
    switch (kind) {
      case "line":
      case "arrow":
        return { kind, x1: x, y1: y, x2: x + w, y2: y - h, ...dress };
      case "rect":
      case "ellipse":
      case "triangle":
        return { kind, x, y, w, h, ...dress };
      case "axes":
        return { kind, x, y, w, h, ...scale, bottom: this.whole(-5, 0), top: this.whole(1, 5), ...dress };
      case "numbers":
        return { kind, x, y, w, ...scale, ...dress };
      case "text":
        return {
          kind,
          x,
          y,
          w,
          size: this.whole(60, 300),
          colour,
          text: this.pick(["Thalès", "مبرهنة طاليس", "𝒜 ≠ ∅", ""]),
        };
      case "formula":
        return { kind, x, y, size: this.whole(60, 300), colour, tex: "\\frac{AB}{AC}" };
      case "image":
        return { kind, x, y, w, h, ...this.picture() };
    }
  }

  picture(): Picture {
    const sizes: Record<string, number> = { "320": this.whole(1, 4e9) };
    if (this.happens(0.5)) sizes["1280"] = this.whole(1, 4e9);
    return { sizes, type: this.pick(["image/webp", "image/svg+xml"]) };
  }

  #colour(): number {
    return this.whole(0, COLOURS - 1);
  }

  #ref(): Ref {
    return this.happens(0.5) ? this.whole(1, 8) : [this.pick(this.speakers), this.whole(1, 8)];
  }

  #refs(): Ref[] {
    return Array.from({ length: this.whole(0, 4) }, () => this.#ref());
  }

  #matrix(): Matrix {
    if (this.happens(0.5)) return [1, 0, 0, 1, this.whole(-500, 500), this.whole(-500, 500)];
    return Array.from(
      { length: 6 },
      () => this.whole(-2000, 2000) / this.pick([1, 700, 1000]),
    ) as unknown as Matrix;
  }

  #parts(): [number, number][] {
    const cuts = Array.from({ length: 2 * this.whole(0, 3) }, () => this.whole(0, 300)).sort((a, b) => a - b);
    return Array.from({ length: cuts.length / 2 }, (_, i) => [
      cuts[2 * i] as number,
      cuts[2 * i + 1] as number,
    ]);
  }
}
