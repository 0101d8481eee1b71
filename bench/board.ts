/** The board's fold: how long a moment of a long lesson takes to find, and one more entry at its end to take. */

import type { Op } from "../web/board/board";
import { encodeOps } from "../web/board/encode";
import { BoardFold, changes } from "../web/board/fold";
import { Storm } from "../web/board/storm";
import type { Entry } from "../web/wire/frames";

/** Strokes of one page: each in two pieces, one in ten erased or moved later. */
function page(strokes: number, minutes: number, seed: number): Entry[] {
  const storm = new Storm(seed);
  const entries: Entry[] = [];
  const say = (t: number, ops: Op[]) => {
    const seq = entries.length + 1;
    const payload = encodeOps(ops);
    const rest = { kind: "entry", speaker: "sq4xz", number: seq, duration: 400, flags: 0 } as const;
    entries.push({ ...rest, seq, t: Math.round(t), track: "board/1", payload });
  };
  for (let id = 1; id <= strokes; id++) {
    const t = ((id - 1) / strokes) * minutes * 60_000;
    const points = () => storm.points(true);
    say(t, [{ op: "ink", id, tool: 0, colour: 0, width: 12, from: 0, span: 300, points: points() }]);
    say(t + 50, [{ op: "more", id, from: 0, span: 90, points: points() }]);
    if (id % 10 > 0) continue;
    const things = [storm.whole(1, id)];
    say(t + 100, [id % 20 ? { op: "gone", things } : { op: "moved", things, by: [1, 0, 0, 1, 40, 0] }]);
  }
  return entries;
}

function took(work: () => void): number {
  const begun = performance.now();
  work();
  return performance.now() - begun;
}

console.log(
  "| strokes on a page | entries | take all | one more at the end, mean (99 %) | any moment, median (99 %) | what differs from the last, median (99 %) | one late entry | memory |",
);
console.log("|---|---|---|---|---|---|---|---|");
for (const strokes of [20_000, 50_000]) {
  const entries = page(strokes, 60, 1);
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  const board = new BoardFold();
  const each = entries.map((entry) => took(() => board.take(entry)));
  globalThis.gc?.();
  const memory = process.memoryUsage().heapUsed - before;
  const storm = new Storm(2);
  let last = board.page("1", null);
  const compared: number[] = [];
  const seeks = Array.from({ length: 500 }, () => {
    const t = storm.whole(0, 3_600_000);
    let found = last;
    const seek = took(() => {
      found = board.page("1", t);
    });
    compared.push(took(() => changes(last, found)));
    last = found;
    return seek;
  }).sort((a, b) => a - b);
  compared.sort((a, b) => a - b);
  const late = took(() => {
    board.take({ ...(entries[0] as Entry), seq: entries.length - 50 + 0.5, t: entries.at(-51)?.t ?? 0 });
    board.page("1", null);
  });
  const all = each.reduce((sum, one) => sum + one, 0);
  const recent = each.slice(-5000).sort((a, b) => a - b);
  const cells = [
    strokes.toLocaleString("en"),
    entries.length.toLocaleString("en"),
    `${(all / 1000).toFixed(2)} s`,
    `${((recent.reduce((sum, one) => sum + one, 0) / recent.length) * 1000).toFixed(0)} µs (${recent[4950]?.toFixed(2)} ms)`,
    `${seeks[250]?.toFixed(3)} ms (${seeks[495]?.toFixed(1)} ms)`,
    `${compared[250]?.toFixed(1)} ms (${compared[495]?.toFixed(0)} ms)`,
    `${late.toFixed(1)} ms`,
    `${(memory / 2 ** 20).toFixed(0)} MB`,
  ];
  console.log(`| ${cells.join(" | ")} |`);
}
