/** A picture for a question, small enough for a telephone: 16:9 at most 960 wide, at most 60 kB. */
import { MAX_PICTURE, type Picture } from "../talk/facts";

const WIDTHS = [960, 720, 480];
const QUALITIES = [0.75, 0.6, 0.45, 0.3];

/** Throws when the file is no picture that this browser can read. */
export async function shrink(file: Blob): Promise<Picture> {
  const bitmap = await createImageBitmap(file);
  try {
    for (const most of WIDTHS)
      for (const quality of QUALITIES) {
        const scale = Math.min(1, most / bitmap.width, (most * 9) / 16 / bitmap.height);
        const canvas = new OffscreenCanvas(
          Math.round(bitmap.width * scale),
          Math.round(bitmap.height * scale),
        );
        canvas.getContext("2d")?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
        const blob = await canvas.convertToBlob({ type: "image/webp", quality });
        const data = base64(new Uint8Array(await blob.arrayBuffer()));
        if (data.length <= MAX_PICTURE) return { type: blob.type, data };
      }
  } finally {
    bitmap.close();
  }
  throw new Error("too detailed");
}

function base64(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
