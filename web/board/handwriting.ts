/** A hand that writes, for tests and measurements: seeded, 120 samples a second, as unsteady as one is. */
import { along, cubic } from "./curve";
import { chance } from "./storm";

export interface Touch {
  readonly x: number;
  readonly y: number;
  /** From 0 to 1. */
  readonly pressure: number;
  /** ms */
  readonly t: number;
}

/** One stroke, from pen down to pen up: what the tablet gave, and where the pen really was. */
export interface Handwritten {
  readonly touches: readonly Touch[];
  readonly meant: readonly (readonly [x: number, y: number])[];
}

/** Letters through some of their places: x and y in hundredths of the height of a small letter, y upwards, from its left foot. */
const LETTERS: readonly (readonly number[])[] = [
  [0, 0, 70, 90, 40, 100, 8, 60, 25, 5, 60, 30, 72, 95, 70, 20, 95, 2],
  [0, 0, 45, 50, 60, 85, 35, 100, 10, 60, 20, 10, 55, 0, 85, 30],
  [0, 0, 35, 80, 50, 150, 35, 160, 20, 110, 22, 20, 40, 0, 65, 20],
  [0, 0, 30, 90, 60, 98, 25, 85, 8, 40, 30, 0, 65, 20, 68, 75, 40, 98, 75, 92],
  [0, 0, 18, 90, 25, 95, 24, 5, 26, 50, 55, 98, 70, 80, 68, 15, 90, 5],
  [0, 0, 20, 92, 24, 5, 40, 92, 55, 90, 56, 5, 75, 92, 92, 85, 92, 12, 115, 4],
  [0, 0, 30, 90, 34, 140, 30, 20, 48, 0, 70, 22],
  [0, 0, 22, 95, 20, 15, 42, 0, 68, 40, 72, 95, 70, 12, 95, 4],
  [0, 0, 25, 60, 45, 105, 42, 80, 62, 40, 40, 2, 10, 8, 60, 12],
  [0, 0, 25, 100, 30, 84, 58, 92, 60, 60, 66, 10, 90, 6],
  [0, 0, 60, 90, 30, 98, 8, 50, 30, 2, 60, 35, 75, 155, 70, 15, 95, 3],
  [0, 0, 38, 110, 48, 155, 30, 150, 26, 5, 30, 55, 58, 92, 68, 60, 70, 10, 95, 4],
  [0, 0, 20, 90, 24, -60, 22, 60, 55, 98, 75, 50, 45, 0, 25, 18, 85, 10],
  [0, 0, 30, 95, 55, 5, 85, 95, 100, 88],
];

/** ms between two samples. */
const TICK = 1000 / 120;

/** Continuous handwriting of so many ms: some 2.5 letters a second, in lines from the left to the right of pages. */
export function* handwriting(seed: number, lasting: number): Generator<Handwritten> {
  const next = chance(seed);
  const between = (least: number, most: number) => least + next() * (most - least);
  const noise = () => next() + next() + next() - 1.5;
  let [t, x, y] = [0, 300, 500];
  const slant = between(0.05, 0.3);
  while (t < lasting) {
    const height = between(100, 120);
    const inWord = 2 + Math.floor(next() * 7);
    for (let letter = 0; letter < inWord && t < lasting; ) {
      // Some letters hang together, then the pen is lifted within the word.
      const together = Math.min(inWord - letter, 1 + Math.floor(next() * 4));
      const places: number[] = [];
      for (let k = 0; k < together; k++) {
        const form = LETTERS[Math.floor(next() * LETTERS.length)] as readonly number[];
        let right = 0;
        for (let i = k > 0 ? 2 : 0; i < form.length; i += 2) {
          const up = ((form[i + 1] as number) / 100) * height;
          const across = ((form[i] as number) / 100) * height * 0.85;
          right = Math.max(right, across);
          places.push(x + across + slant * up + noise() * 5, y - up + noise() * 5);
        }
        x += right;
      }
      letter += together;
      const stroke = drawn(places, t, together * between(300, 380), noise);
      yield stroke;
      t = (stroke.touches.at(-1) as Touch).t + between(60, 140);
    }
    x += between(60, 110);
    t += between(80, 220);
    if (x > 7200) {
      x = 300;
      y = y > 4000 ? 500 : y + 300;
      t += 350;
    }
  }
}

function drawn(places: readonly number[], begins: number, lasting: number, noise: () => number): Handwritten {
  // The hand is slow where its way bends, by the power of a third, and at both ends.
  const way: { x: number; y: number; when: number }[] = [];
  let when = 0;
  const n = places.length >> 1;
  for (let i = 0; i + 1 < n; i++) {
    const piece = cubic(places, i);
    for (let k = 0; k < 20; k++) {
      const [ax, ay] = along(piece, k / 20);
      const [bx, by] = along(piece, (k + 0.5) / 20);
      const [cx, cy] = along(piece, (k + 1) / 20);
      const length = Math.hypot(cx - ax, cy - ay);
      const bend = Math.abs((bx - ax) * (cy - by) - (by - ay) * (cx - bx)) / (length ** 3 / 8 + 1e-6);
      way.push({ x: ax, y: ay, when });
      when += length * Math.cbrt(Math.min(2, bend) + 0.002);
    }
  }
  way.push({ x: places.at(-2) as number, y: places.at(-1) as number, when });
  const samples = Math.max(2, Math.round(lasting / TICK));
  const touches: Touch[] = [];
  const meant: [number, number][] = [];
  let [k, press] = [0, 0.55];
  for (let i = 0; i <= samples; i++) {
    const u = i / samples;
    const wanted = when * (u - (Math.sin(2 * Math.PI * u) / (2 * Math.PI)) * 0.3);
    while (k + 2 < way.length && (way[k + 1] as { when: number }).when < wanted) k++;
    const [a, b] = [way[k], way[k + 1]] as [(typeof way)[0], (typeof way)[0]];
    const part = Math.max(0, Math.min(1, (wanted - a.when) / (b.when - a.when || 1)));
    const [x, y] = [a.x + (b.x - a.x) * part, a.y + (b.y - a.y) * part];
    // Down strokes press more; the pen comes down and leaves lightly.
    press += ((b.y > a.y ? 0.75 : 0.5) - press) * 0.15 + noise() * 0.01;
    const touch = Math.min(1, (i + 1) / 5, (samples + 1 - i) / 4);
    meant.push([x, y]);
    touches.push({
      x: x + noise() * 0.9,
      y: y + noise() * 0.9,
      pressure: Math.max(0.05, press * touch),
      t: begins + i * TICK,
    });
  }
  return { touches, meant };
}
