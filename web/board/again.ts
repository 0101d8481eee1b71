/** What is on a page, said again by somebody else on another: a slate that is shown to all, a page that is given again. Pure. */
import type { Ink, Op, Page } from "./board";
import { IDENTITY } from "./matrix";
import { relative } from "./payload";

/** Operations that put everything there, in its order, under new ids; what is gone is left out. */
export function saidAgain(page: Page, nextId: () => number): Op[] {
  return [...page.things.values()].flatMap((placed): Op[] => {
    if (placed.gone) return [];
    const id = nextId();
    const { what, matrix } = placed;
    const ops: Op[] = what.kind === "ink" ? strokeAgain(what, id) : [{ op: "thing", id, thing: what }];
    if (matrix.some((one, i) => one !== IDENTITY[i])) ops.push({ op: "moved", things: [id], by: matrix });
    if (what.kind === "ink" && what.parts) ops.push({ op: "kept", thing: id, parts: what.parts });
    return ops;
  });
}

function strokeAgain({ tool, colour, width, pieces }: Ink, id: number): Op[] {
  const timed = { id, from: 0, span: 0 };
  let last: readonly [number, number] = [0, 0];
  return pieces.map(({ points }, i): Op => {
    const [x, y] = last;
    last = [points.xy.at(-2) as number, points.xy.at(-1) as number];
    if (i === 0) return { op: "ink", ...timed, tool, colour, width, points };
    return { op: "more", ...timed, points: relative(points, x, y) };
  });
}
