/** One number for what is on a board: whoever joined whenever, however it came, has the same. */
import { encode } from "@msgpack/msgpack";
import type { Book, Ink, Page, Placed, Thing } from "./board";
import { packPoints } from "./encode";

/** The bytes that stand for a page or a book: equal exactly when these are. */
export function canonical(of: Page | Book): Uint8Array<ArrayBuffer> {
  const plain =
    "things" in of
      ? [of.id, [...of.things.values()].map(placed)]
      : [of.turned, of.view && members(of.view), of.pages.map(members)];
  return encode(plain, { sortKeys: true }) as Uint8Array<ArrayBuffer>;
}

/** SHA-256 of `canonical`, in hexadecimal. */
export async function hash(of: Page | Book): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", canonical(of));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function placed({ name, gone, matrix, what }: Placed): unknown[] {
  return [name, gone, matrix, what.kind === "ink" ? ink(what) : members(what)];
}

function ink({ tool, colour, width, parts, pieces }: Ink): unknown[] {
  const packed = pieces.map(({ begins, ends, points }) => [begins, ends, packPoints(points)]);
  return ["ink", tool, colour, width, parts, packed];
}

function members(of: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(of as Thing).filter(([, value]) => value !== undefined));
}
