/** What the line can carry, as the files of the page tell that came over it. */
const SCANT_KBPS = 90;
const NARROW_KBPS = 1_000;

/** What the line that brought this page carried: bytes, and ms that they took; null: it lay in the browser's own store. */
export function brought(): readonly [bytes: number, ms: number] | null {
  const files = performance.getEntriesByType("resource") as PerformanceResourceTiming[];
  const fetched = files.filter((file) => file.transferSize > 2_000 && file.responseEnd > 0);
  if (fetched.length === 0) return null;
  const begin = Math.min(...fetched.map((file) => file.requestStart || file.startTime));
  const end = Math.max(...fetched.map((file) => file.responseEnd));
  return [fetched.reduce((sum, file) => sum + file.transferSize, 0), end - begin];
}

/** kbit/s of the line that brought this page, at least; null: too little came to tell. */
export function kbps(): number | null {
  const [bytes, ms] = brought() ?? [0, 0];
  return bytes > 8_000 ? (bytes * 8) / ms : null;
}

/** Whether the line that brought this page carries little more than a voice: 3 times what sound and ink take. */
export function isScant(): boolean {
  return (kbps() ?? Infinity) < SCANT_KBPS;
}

/** Whether a picture on the line that brought this page would keep the board waiting. */
export function isNarrow(): boolean {
  return (kbps() ?? Infinity) < NARROW_KBPS;
}
