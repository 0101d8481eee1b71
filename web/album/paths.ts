/** What is drawn on a page as SVG elements, by name and attributes, in board units. Pure. */
import type { Ink, Shape } from "../board/board";
import { outlines, toSvgPath } from "../board/ink";
import { primitives, svgOf } from "../board/things";

export interface Drawn {
  readonly name: "path" | "text";
  readonly attributes: Readonly<Record<string, string | number>>;
  /** Of a text: what it says. */
  readonly text: string;
}

const ANCHOR = { left: "start", middle: "middle", right: "end" } as const;

export function drawnOf(what: Ink | Shape, colours: readonly string[]): Drawn[] {
  const colour = (place: number | null) => (place === null ? "none" : (colours[place] ?? "none"));
  if (what.kind === "ink")
    return outlines(what).map((polygon) => ({
      name: "path",
      attributes: { d: toSvgPath(polygon), fill: colour(what.colour) },
      text: "",
    }));
  return primitives(what).map((one) =>
    one.kind === "path"
      ? {
          name: "path",
          attributes: {
            d: svgOf(one.path),
            fill: colour(one.fill),
            stroke: colour(one.stroke),
            "stroke-width": one.width,
            "stroke-linecap": "round",
            "stroke-linejoin": "round",
          },
          text: "",
        }
      : {
          name: "text",
          attributes: {
            x: one.x,
            y: one.y,
            fill: colour(one.colour),
            "font-size": one.size,
            "text-anchor": ANCHOR[one.align],
            "dominant-baseline": "central",
            class: "board-label",
          },
          text: one.text,
        },
  );
}
