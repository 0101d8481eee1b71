/** What is drawn on a page as the attributes of SVG paths, in board units. Pure. */
import type { Placed, Shape } from "../board/board";
import { outlines, toSvgPath } from "../board/ink";

export type Attributes = Readonly<Record<string, string | number>>;

export function pathsOf(what: Placed["what"], colours: readonly string[]): Attributes[] {
  const fill = (what.kind === "text" || "colour" in what) && colours[what.colour];
  if (what.kind === "ink")
    return outlines(what).map((polygon) => ({ d: toSvgPath(polygon), fill: fill || "none" }));
  if (what.kind === "text" || what.kind === "formula" || what.kind === "image") return [];
  const stroke = { stroke: fill || "none", "stroke-width": what.width, "stroke-linejoin": "round" };
  const inside = what.fill === undefined ? "none" : (colours[what.fill] ?? "none");
  return [{ d: shapeOf(what), fill: inside, "fill-opacity": 0.25, "stroke-linecap": "round", ...stroke }];
}

function shapeOf(what: Shape): string {
  const { x1 = 0, y1 = 0, x2 = 0, y2 = 0, x = 0, y = 0, w = 0, h = 0 } = what;
  const { left = 0, right = 1, bottom = 0, top = 1, step = 1 } = what;
  switch (what.kind) {
    case "line":
      return `M${x1} ${y1}L${x2} ${y2}`;
    case "arrow":
      return `M${x1} ${y1}L${x2} ${y2}${head(x1, y1, x2, y2, what.width)}`;
    case "rect":
      return `M${x} ${y}h${w}v${h}h${-w}Z`;
    case "ellipse":
      return `M${x} ${y + h / 2}a${w / 2} ${h / 2} 0 1 0 ${w} 0a${w / 2} ${h / 2} 0 1 0 ${-w} 0Z`;
    case "triangle":
      return `M${x + w / 2} ${y}L${x + w} ${y + h}H${x}Z`;
    case "numbers":
      return `M${x} ${y}h${w}${ticks(left, right, step, (n) => `M${x + n * w} ${y - 40}v80`)}`;
    case "axes": {
      const across = y + h * (1 - share(0, bottom, top));
      const up = x + w * share(0, left, right);
      const marks =
        ticks(left, right, step, (n) => `M${x + n * w} ${across - 30}v60`) +
        ticks(bottom, top, step, (n) => `M${up - 30} ${y + h * (1 - n)}h60`);
      const heads = head(x, across, x + w, across, what.width) + head(up, y + h, up, y, what.width);
      return `M${x} ${across}h${w}M${up} ${y + h}v${-h}${heads}${marks}`;
    }
  }
}

function share(n: number, from: number, to: number): number {
  return Math.min(1, Math.max(0, (n - from) / (to - from)));
}

function ticks(from: number, to: number, step: number, at: (share: number) => string): string {
  const count = Math.min(400, Math.floor((to - from) / step));
  const first = Math.ceil(from / step) * step;
  let path = "";
  for (let i = 0; i <= count && first + i * step <= to; i++)
    path += at((first + i * step - from) / (to - from));
  return path;
}

function head(x1: number, y1: number, x2: number, y2: number, width: number): string {
  const angle = Math.atan2(y2 - y1, x2 - x1);
  const size = Math.min(60 + 5 * width, Math.hypot(x2 - x1, y2 - y1) / 2);
  const wing = (by: number) =>
    `${(x2 - size * Math.cos(angle + by)).toFixed(1)} ${(y2 - size * Math.sin(angle + by)).toFixed(1)}`;
  return `M${wing(0.5)}L${x2} ${y2}L${wing(-0.5)}`;
}
