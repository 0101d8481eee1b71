/** Where everyone sits when a class is in the picture: the teacher and up to three classes, on one 16:9 picture. Pure. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const GAP = 8;

/** Places for so many on a picture of this size, two in a row; a last one alone stands in the middle. */
export function seating(count: number, width: number, height: number): readonly Place[] {
  if (count <= 1) return count === 1 ? [{ x: 0, y: 0, width, height }] : [];
  const rows = Math.ceil(count / 2);
  const half = (width - GAP) / 2;
  const tall = Math.floor(Math.min((half * 9) / 16, (height - (rows - 1) * GAP) / rows));
  const wide = Math.floor((tall * 16) / 9);
  const start = Math.floor((width - 2 * wide - GAP) / 2);
  const top = Math.floor((height - rows * tall - (rows - 1) * GAP) / 2);
  return Array.from({ length: count }, (_, i) => {
    const row = Math.floor(i / 2);
    const alone = i === count - 1 && count % 2 === 1;
    const x = alone ? Math.floor((width - wide) / 2) : start + (i % 2) * (wide + GAP);
    return { x, y: top + row * (tall + GAP), width: wide, height: tall };
  });
}

/** What of a picture is shown in a place that it fills: the middle of it. */
export function middle(width: number, height: number, place: Place): Place {
  const scale = Math.min(width / place.width, height / place.height);
  const [w, h] = [place.width * scale, place.height * scale];
  return { x: (width - w) / 2, y: (height - h) / 2, width: w, height: h };
}
