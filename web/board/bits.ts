/** Numbers of which small ones are short, one after the other in a byte string, its bits from the highest of each byte on. */

/** What was said is not as the protocol says: it means nothing as a whole. */
export class MalformedBoard extends Error {}

/** Bits of a number at most: it is less than 2^27, whatever is said. */
const LONGEST = 27;

export class BitWriter {
  readonly #bytes: number[] = [];
  #free = 0;

  /** `value` + 2^k in binary, after a nought for each of its bits beyond k + 1. */
  number(value: number, k: number): void {
    const written = value + 2 ** k;
    const length = 32 - Math.clz32(written);
    for (let i = k + 1; i < length; i++) this.#bit(0);
    for (let i = length - 1; i >= 0; i--) this.#bit((written >> i) & 1);
  }

  #bit(bit: number): void {
    if (this.#free === 0) {
      this.#bytes.push(0);
      this.#free = 8;
    }
    this.#free--;
    (this.#bytes[this.#bytes.length - 1] as number) |= bit << this.#free;
  }

  bytes(): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(this.#bytes);
  }
}

export class BitReader {
  #at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  number(k: number): number {
    let length = k + 1;
    while (this.#bit() === 0) if (++length > LONGEST) throw new MalformedBoard("a number too large");
    let written = 1;
    for (let i = 1; i < length; i++) written = (written << 1) | this.#bit();
    return written - 2 ** k;
  }

  #bit(): number {
    const byte = this.bytes[this.#at >> 3];
    if (byte === undefined) throw new MalformedBoard("points cut short");
    return (byte >> (7 - (this.#at++ & 7))) & 1;
  }

  /** All was read, but for the noughts that fill the last byte. */
  end(): void {
    while (this.#at & 7) if (this.#bit() === 1) throw new MalformedBoard("bits behind the points");
    if (this.#at >> 3 !== this.bytes.length) throw new MalformedBoard("bytes behind the points");
  }
}
