/** What ink weighs: ten minutes of continuous handwriting on the wire, beside the same strokes as JSON, gzipped. */
import { gzipSync } from "node:zlib";
import type { Op } from "../web/board/board";
import { distance, flattened } from "../web/board/curve";
import { encodeOps } from "../web/board/encode";
import { type Handwritten, handwriting } from "../web/board/handwriting";
import { relative } from "../web/board/payload";
import { type Decided, Simplifier } from "../web/board/simplify";
import { encodeEntry } from "../web/wire/frames";

const MINUTES = 10;
/** ms of writing in one entry at most. */
const PIECE = 400;

interface Waiting {
  readonly id: number;
  readonly first: boolean;
  readonly decided: Decided;
}

/** Says strokes as a studio does: what was decided in 400 ms in one entry. */
function said(strokes: Iterable<Handwritten>): { entries: Uint8Array[]; points: number; worst: number[] } {
  const entries: Uint8Array[] = [];
  const worst: number[] = [];
  let waiting: Waiting[] = [];
  let points = 0;
  let [seq, due] = [0, 0];
  const ends = new Map<number, readonly [number, number]>();
  const say = () => {
    const t = Math.round(waiting[0]?.decided.begins ?? 0);
    const ops = waiting.map(({ id, first, decided }): Op => {
      const from = decided.begins - t;
      const span = decided.ends - decided.begins;
      const [x, y] = ends.get(id) ?? [0, 0];
      const { xy } = decided.points;
      points += xy.length / 2;
      ends.set(id, [xy.at(-2) as number, xy.at(-1) as number]);
      if (first) return { op: "ink", id, tool: 0, colour: 0, width: 14, from, span, points: decided.points };
      return { op: "more", id, from, span, points: relative(decided.points, x, y) };
    });
    const duration = Math.round((waiting.at(-1)?.decided.ends ?? t) - t);
    const payload = encodeOps(ops);
    const rest = { track: "board/1", speaker: "sq4xz", flags: 0, payload };
    entries.push(encodeEntry({ seq: ++seq, number: seq, t, duration, ...rest }));
    waiting = [];
  };
  let id = 0;
  for (const { touches, meant } of strokes) {
    id++;
    // What was lifted before is said on time, and a stroke begun after that waits from its beginning (write/speaker.ts).
    const begins = touches[0]?.t ?? 0;
    if (waiting.length > 0 && begins >= due) say();
    if (begins >= due) due = begins + PIECE;
    const hand = new Simplifier(true);
    const all: number[] = [];
    let first = true;
    const keep = (decided: Decided | null) => {
      if (!decided) return;
      all.push(...decided.points.xy);
      waiting.push({ id, first, decided });
      first = false;
    };
    for (const { x, y, pressure, t } of touches) {
      if (t >= due) {
        keep(hand.take());
        if (waiting.length > 0) say();
        due = t + PIECE;
      }
      hand.add(x, y, pressure, t);
    }
    keep(hand.end());
    if (id <= 100) worst.push(...meant.map(([x, y]) => off(flattened(all, 2).xy, x, y)));
  }
  if (waiting.length > 0) say();
  return { entries, points, worst };
}

function off(line: readonly number[], x: number, y: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i + 3 < line.length; i += 2)
    least = Math.min(least, distance(x, y, ...(line.slice(i, i + 4) as [number, number, number, number])));
  return least;
}

const size = (list: readonly Uint8Array[]) => list.reduce((sum, one) => sum + one.length, 0);
const kB = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`;

console.log(
  "| hand | strokes | samples | points | entries | on the wire | of it points, times, codes | as JSON, gzipped (at 60 Hz) | share | off the line: mean, 99 %, most |",
);
console.log("|---|---|---|---|---|---|---|---|---|---|");
for (const seed of [1, 2, 3]) {
  const strokes = [...handwriting(seed, MINUTES * 60_000)];
  const { entries, points, worst } = said(strokes);
  const names = "board/1".length + "sq4xz".length;
  const heads = entries.length * (24 + names);
  // As whiteboards keep them: every sample, to a hundredth of a unit.
  const json = strokes.map(({ touches }, i) => ({
    type: "freedraw",
    id: `stroke-${i}`,
    points: touches.map(({ x, y, pressure }) => [x, y, pressure].map((one) => Math.round(one * 100) / 100)),
  }));
  const gzipped = gzipSync(JSON.stringify(json), { level: 9 }).length;
  // One sample a frame of the screen, as those keep that do not ask for the others.
  const frames = json.map((one) => ({ ...one, points: one.points.filter((_, i) => i % 2 === 0) }));
  const half = gzipSync(JSON.stringify(frames), { level: 9 }).length;
  worst.sort((a, b) => a - b);
  const most = (part: number) =>
    worst[Math.min(worst.length - 1, Math.floor(part * worst.length))]?.toFixed(2);
  const mean = (worst.reduce((sum, one) => sum + one, 0) / worst.length).toFixed(2);
  const cells = [
    `seed ${seed}`,
    strokes.length,
    strokes.reduce((sum, { touches }) => sum + touches.length, 0).toLocaleString("en"),
    points.toLocaleString("en"),
    entries.length.toLocaleString("en"),
    kB(size(entries)),
    kB(size(entries) - heads),
    `${kB(gzipped)} (${kB(half)})`,
    `${((100 * size(entries)) / gzipped).toFixed(0)} % (${((100 * size(entries)) / half).toFixed(0)} %)`,
    `${mean}, ${most(0.99)}, ${most(1)} units`,
  ];
  console.log(`| ${cells.join(" | ")} |`);
}
