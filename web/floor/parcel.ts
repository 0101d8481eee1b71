/** What studio and class tell one another to agree on a call: JSON, packed, in a passing frame (`docs/protocol.md`). */
import { isText, MAX_NAME } from "../talk/facts";
import { MAX_PASSING } from "../wire/frames";

/** Unpacked. An offer with sound, picture and a dozen addresses is 8 kB. */
const MAX_UNPACKED = 64 << 10;

export type Parcel =
  | {
      readonly call: number;
      readonly offer: string;
      readonly servers: readonly RTCIceServer[];
      readonly picture: boolean;
    }
  | { readonly call: number; readonly answer: string }
  | { readonly call: number; readonly sorry: "refused" | "failed" }
  | { readonly call: number; readonly pen: string }
  | { readonly call: number; readonly over: true }
  | { readonly call: number; readonly hand: false };

export class TooLong extends Error {}

/** Throws `TooLong` when it fits no frame. */
export async function pack(parcel: Parcel): Promise<Uint8Array<ArrayBuffer>> {
  const packed = new Blob([JSON.stringify(parcel)])
    .stream()
    .pipeThrough(new CompressionStream("deflate-raw"));
  const payload = new Uint8Array(await new Response(packed).arrayBuffer());
  if (payload.length > MAX_PASSING) throw new TooLong(`${payload.length} bytes`);
  return payload;
}

/** Null for whatever is no parcel: garbage, too large, of a later day. */
export async function unpack(payload: Uint8Array<ArrayBuffer>): Promise<Parcel | null> {
  try {
    return read(JSON.parse(await inflated(payload)));
  } catch {
    return null;
  }
}

/** Throws when there is more than there may be, or it is no DEFLATE. */
async function inflated(payload: Uint8Array<ArrayBuffer>): Promise<string> {
  const stream = new Blob([payload]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const reader = stream.getReader();
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return new TextDecoder("utf-8", { fatal: true }).decode(await new Blob(pieces).arrayBuffer());
    size += value.length;
    if (size > MAX_UNPACKED) {
      await reader.cancel();
      throw new TooLong(`more than ${MAX_UNPACKED} bytes`);
    }
    pieces.push(value as Uint8Array<ArrayBuffer>);
  }
}

function read(told: unknown): Parcel | null {
  if (typeof told !== "object" || told === null) return null;
  const { call, offer, servers, picture, answer, sorry, pen, over, hand } = told as Record<string, unknown>;
  if (!Number.isSafeInteger(call)) return null;
  const number = call as number;
  if (isText(offer, MAX_UNPACKED) && Array.isArray(servers) && typeof picture === "boolean")
    return servers.every(isServer) ? { call: number, offer, servers, picture } : null;
  if (isText(answer, MAX_UNPACKED)) return { call: number, answer };
  if (sorry === "refused" || sorry === "failed") return { call: number, sorry };
  if (isText(pen, MAX_PASSING)) return { call: number, pen };
  if (hand === false) return { call: number, hand };
  return over === true ? { call: number, over } : null;
}

function isServer(told: unknown): told is RTCIceServer {
  if (typeof told !== "object" || told === null) return false;
  const { urls, username = "", credential = "" } = told as Record<string, unknown>;
  const addresses = Array.isArray(urls) ? urls : [urls];
  if (!addresses.every((one) => isText(one, 200) && /^(stun|turn)s?:/.test(one))) return false;
  return isText(username, 2 * MAX_NAME) && isText(credential, 200);
}
