/**
 * What a guest did at once, as payloads that each are small enough for one of its entries. Mostly that is one; a computer that
 * stood still for seconds while a hand wrote on has more to say. Pure.
 */
import type { Op } from "../board/board";
import { encodeOps } from "../board/encode";
import { relative } from "../board/payload";

/** Bytes: the server takes 4,096 of a guest's entry, and none of what it says later if one is refused. */
export const GUEST_ENTRY = 4_096;

/** The payloads of these operations, in their order. What cannot be parted and is too large still is left out. */
export function portions(ops: readonly Op[], most = GUEST_ENTRY): Uint8Array<ArrayBuffer>[] {
  if (ops.length === 0) return [];
  const payload = encodeOps(ops);
  if (payload.length <= most) return [payload];
  const half = ops.length >> 1;
  if (half > 0) return [...portions(ops.slice(0, half), most), ...portions(ops.slice(half), most)];
  return parted(ops[0] as Op).flatMap((one) => portions([one], most));
}

/** One operation as two that say the same; none: it is one thing, and too large. */
function parted(op: Op): Op[] {
  if ("things" in op && op.things.length > 1) {
    const half = op.things.length >> 1;
    return [
      { ...op, things: op.things.slice(0, half) },
      { ...op, things: op.things.slice(half) },
    ];
  }
  if (op.op !== "ink" && op.op !== "more") return [];
  const { xy, pressures } = op.points;
  const count = xy.length >> 1;
  const half = count >> 1;
  if (half === 0) return [];
  const span = Math.round((op.span * (half - 1)) / (count - 1));
  const next = Math.round((op.span * half) / (count - 1));
  const points = (from: number, to: number) => ({
    xy: xy.slice(2 * from, 2 * to),
    pressures: pressures?.slice(from, to) ?? null,
  });
  const [x, y] = [xy[2 * half - 2] as number, xy[2 * half - 1] as number];
  return [
    { ...op, span, points: points(0, half) },
    {
      op: "more",
      id: op.id,
      from: op.from + next,
      span: op.span - next,
      points: relative(points(half, count), x, y),
    },
  ];
}
