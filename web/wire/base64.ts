/** Bytes as JSON can carry them. */

export function toBase64(bytes: Uint8Array): string {
  let text = "";
  // Not all at once: an argument a byte is more than engines take.
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(text);
}

export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}
