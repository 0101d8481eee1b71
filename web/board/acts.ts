/** What a hand does on a page, with its opposite. What is put there is undone by taking it away, and the other way round. */
import type { Matrix, Op, Page, PageFacts, Parts, Placed } from "./board";
import { refOf } from "./fold";
import type { Act } from "./history";
import { invert } from "./matrix";

function on(page: string, forth: readonly Op[], back: readonly Op[]): Act {
  return { seen: page, forth: [{ page, ops: forth }], back: [{ page, ops: back }] };
}

/** These things of our own have just been put there. */
export function put(page: string, ids: readonly number[]): Act {
  return on(page, [{ op: "back", things: ids }], [{ op: "gone", things: ids }]);
}

/** Away with these, all at once. */
export function gone(page: string, names: readonly string[], speaker: string): Act {
  const things = names.map((name) => refOf(name, speaker));
  return on(page, [{ op: "gone", things }], [{ op: "back", things }]);
}

/** One thing in the place of another: a text that was changed. */
export function instead(page: string, old: string, id: number, speaker: string): Act {
  const before = [refOf(old, speaker)];
  return on(
    page,
    [
      { op: "gone", things: before },
      { op: "back", things: [id] },
    ],
    [
      { op: "gone", things: [id] },
      { op: "back", things: before },
    ],
  );
}

export function moved(page: string, names: readonly string[], by: Matrix, speaker: string): Act | null {
  const home = invert(by);
  if (!home || names.length === 0) return null;
  const things = names.map((name) => refOf(name, speaker));
  return on(page, [{ op: "moved", things, by }], [{ op: "moved", things, by: home }]);
}

export function dressed(
  page: string,
  things: readonly Placed[],
  colour: number | null,
  width: number | null,
  speaker: string,
): Act | null {
  const coloured = things.filter((one) => one.what.kind !== "image");
  if (coloured.length === 0) return null;
  const names = coloured.map((one) => refOf(one.name, speaker));
  const back = coloured.map(({ name, what }): Op => {
    const before = "width" in what ? what.width : null;
    return {
      op: "dressed",
      things: [refOf(name, speaker)],
      colour: colour === null || what.kind === "image" ? null : what.colour,
      width: width === null ? null : before,
    };
  });
  return on(page, [{ op: "dressed", things: names, colour, width }], back);
}

/** What an eraser left of strokes. */
export function kept(
  page: string,
  strokes: readonly { readonly name: string; readonly before: Parts | null; readonly after: Parts | null }[],
  speaker: string,
): Act {
  const all = (which: "before" | "after"): Op[] =>
    strokes.map((one) => ({ op: "kept", thing: refOf(one.name, speaker), parts: one[which] }));
  return on(page, all("after"), all("before"));
}

/** The page is wiped clean; null: it is. */
export function cleared(page: Page, speaker: string): Act | null {
  const names = [...page.things.values()].filter((one) => !one.gone).map((one) => one.name);
  return names.length > 0 ? gone(page.id, names, speaker) : null;
}

/** A new page has just been made and turned up; undone, the one before is. */
export function added(page: string, before: string): Act {
  return {
    seen: page,
    forth: [
      {
        page: null,
        ops: [
          { op: "page gone", page, gone: false },
          { op: "turned", page },
        ],
      },
    ],
    back: [
      {
        page: null,
        ops: [
          { op: "turned", page: before },
          { op: "page gone", page, gone: true },
        ],
      },
    ],
  };
}

/** A page is taken out, `next` is turned up. */
export function removed(page: string, next: string): Act {
  const { forth, back } = added(page, next);
  return { seen: page, forth: back, back: forth };
}

export function papered(before: PageFacts, after: PageFacts): Act {
  const says = ({ id, place, paper, picture }: PageFacts): Op => ({
    op: "page",
    page: id,
    place,
    paper,
    picture,
  });
  return {
    seen: before.id,
    forth: [{ page: null, ops: [says(after)] }],
    back: [{ page: null, ops: [says(before)] }],
  };
}

/** Two acts as one. Undone, the later goes first. */
export function both(first: Act, second: Act): Act {
  return {
    seen: first.seen,
    forth: [...first.forth, ...second.forth],
    back: [...second.back, ...first.back],
  };
}
