/** The outline of a MessagePack value, looked at before anything is made of it. */
import { decode } from "@msgpack/msgpack";
import { MalformedBoard } from "./bits";

/** Operations nest four deep; what is deeper is of no code known here, or garbage. */
const DEEPEST = 16;

/** The value of a payload. Throws `MalformedBoard` unless it is one whole value, not too deep. */
export function skeletal(payload: Uint8Array): unknown {
  walk(payload);
  try {
    return decode(payload);
  } catch (error) {
    throw new MalformedBoard(`no MessagePack: ${error}`);
  }
}

/** Bytes behind the head 0xc0 + i: of a number or a fixed extension whole, of the others those that give the length. */
const BEHIND = [
  0, -1, 0, 0, 1, 2, 4, 1, 2, 4, 4, 8, 1, 2, 4, 8, 1, 2, 4, 8, 2, 3, 5, 9, 17, 1, 2, 4, 2, 4, 2, 4,
];

/**
 * Throws unless the payload is one whole value, not too deep. The library believes an array that says it is large, and
 * makes room for it: a megabyte of such heads would take all memory. Here every item must have its byte first.
 */
function walk(payload: Uint8Array): void {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const open = [1];
  let at = 0;
  while (open.length > 0) {
    const left = open.pop() as number;
    if (left === 0) continue;
    open.push(left - 1);
    if (at >= view.byteLength) throw new MalformedBoard("cut short");
    const head = view.getUint8(at++);
    let items = 0;
    if (head >= 0x80 && head < 0x90) items = 2 * (head & 15);
    else if (head >= 0x90 && head < 0xa0) items = head & 15;
    else if (head >= 0xa0 && head < 0xc0) at += head & 31;
    else if (head >= 0xc0 && head < 0xe0) {
      const behind = BEHIND[head - 0xc0] as number;
      if (behind < 0 || at + behind > view.byteLength) throw new MalformedBoard("cut short");
      const sized = (head >= 0xc4 && head <= 0xc9) || head >= 0xd9;
      const length = !sized
        ? 0
        : behind === 1
          ? view.getUint8(at)
          : behind === 2
            ? view.getUint16(at)
            : view.getUint32(at);
      at += behind;
      if (head >= 0xde) items = 2 * length;
      else if (head >= 0xdc) items = length;
      else at += length + (head >= 0xc7 && head <= 0xc9 ? 1 : 0);
    }
    if (at + items > view.byteLength) throw new MalformedBoard("cut short");
    if (items > 0) {
      open.push(items);
      if (open.length > DEEPEST) throw new MalformedBoard("too deep");
    }
  }
  if (at !== view.byteLength) throw new MalformedBoard("bytes behind the end");
}
