/** Lasers on a page: each a spot of light, with a trail that fades by itself. */
import { around, type Box, joined } from "./box";
import type { Frame } from "./paper";

interface Place {
  readonly x: number;
  readonly y: number;
}

interface Light {
  head: Place | null;
  trail: (Place & { readonly at: number })[];
}

const TRAIL_MS = 700;
/** Units: of the spot. Its glow is larger. */
const RADIUS = 34;
const GLOW = 2.2;
const MARGIN = 120;

export class Lasers {
  readonly #lights = new Map<string, Light>();

  /** Where this one points, at a moment; null: nowhere any more. */
  point(whose: string, at: Place | null, now: number): void {
    const light = this.#lights.get(whose) ?? { head: null, trail: [] };
    light.head = at;
    if (at) light.trail.push({ x: at.x, y: at.y, at: now });
    this.#lights.set(whose, light);
  }

  /** Another page: their trails stay behind, and so do they. */
  clear(): void {
    this.#lights.clear();
  }

  /** A trail fades: the next picture is another one. */
  get fading(): boolean {
    return [...this.#lights.values()].some((light) => light.trail.length > 0);
  }

  /** Draw them as they are now; what they cover, in board units, null: there is none. */
  paint(context: CanvasRenderingContext2D, frame: Frame, now: number): Box | null {
    let box: Box | null = null;
    for (const [whose, light] of this.#lights) {
      light.trail = light.trail.filter((one) => now - one.at < TRAIL_MS);
      const { head, trail } = light;
      const all = [...trail, ...(head ? [head] : [])].flatMap(({ x, y }) => [x, y]);
      if (all.length === 0) {
        this.#lights.delete(whose);
        continue;
      }
      draw(context, frame, light, now);
      const covered = around(all, MARGIN);
      box = box ? joined(box, covered) : covered;
    }
    return box;
  }
}

function draw(context: CanvasRenderingContext2D, frame: Frame, { head, trail }: Light, now: number): void {
  const { x, y, scale } = frame;
  const radius = RADIUS * scale;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.lineCap = "round";
  context.strokeStyle = context.fillStyle = "#ff2d2d";
  for (let i = 1; i < trail.length; i++) {
    const [from, to] = [trail[i - 1], trail[i]] as [Light["trail"][number], Light["trail"][number]];
    const youth = 1 - (now - to.at) / TRAIL_MS;
    context.globalAlpha = 0.55 * youth;
    context.lineWidth = Math.max(1, 1.7 * radius * youth);
    context.beginPath();
    context.moveTo((from.x - x) * scale, (from.y - y) * scale);
    context.lineTo((to.x - x) * scale, (to.y - y) * scale);
    context.stroke();
  }
  if (head) {
    const dot = (size: number, alpha: number) => {
      context.globalAlpha = alpha;
      context.beginPath();
      context.arc((head.x - x) * scale, (head.y - y) * scale, size, 0, 2 * Math.PI);
      context.fill();
    };
    dot(GLOW * radius, 0.22);
    dot(radius, 1);
  }
  context.globalAlpha = 1;
}
