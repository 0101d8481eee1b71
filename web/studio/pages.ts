/** The pages of the board in the studio: turned, added, taken out; documents, pictures and slates are laid on them. */
import { added, both, papered, put, removed } from "../board/acts";
import { saidAgain } from "../board/again";
import { type Op, PAGE, PAPERS, type Page, type PageFacts, type Paper, type Picture } from "../board/board";
import type { Act } from "../board/history";
import type { Easel } from "./easel";

/** Operations of a slate in one entry: each is of 4 kB at most, an entry of a MiB, and beyond that the server hears no more. */
const MOST_PRESENTED = 200;
/** The name above a slate that is shown to all. */
const HEADING = { kind: "text", x: 200, y: 80, w: 7600, size: 190, colour: 7 } as const;

export class Pages {
  /** Of a document that is being laid, what is there already. */
  #laying: { readonly page: string; readonly act: Act }[] = [];

  constructor(private readonly easel: Easel) {}

  get #turned(): string {
    return this.easel.page.id;
  }

  turn(page: string): void {
    if (this.easel.locked || page === this.#turned) return;
    this.easel.flush();
    this.easel.tell({ op: "turned", page });
  }

  /** Everyone is shown this page, though nothing was written on it yet. */
  turnUp(): void {
    this.easel.flush();
    this.easel.tell({ op: "turned", page: this.#turned });
  }

  turnBy(by: number): void {
    const { pages } = this.easel.ledger.book;
    const page = pages[pages.findIndex((one) => one.id === this.#turned) + by];
    if (page) this.turn(page.id);
    else if (by > 0 && this.easel.page.things.size > 0) this.add();
  }

  add(): void {
    this.easel.flush();
    const { page, before } = this.#insert(this.#turned, null);
    this.easel.tell({ op: "turned", page });
    this.easel.did(added(page, before.id));
  }

  /** What was written elsewhere (a slate) on a new page of the lesson, under a heading, turned up. */
  present(written: Page, paper: Paper, heading: string): void {
    this.easel.flush();
    const { page, before } = this.#insert(this.#turned, null, paper);
    const say = (op: Op) => this.easel.ledger.say(`board/${page}`, op);
    const nextId = () => this.easel.ledger.nextId(page);
    saidAgain(written, nextId).forEach((op, i) => {
      // A picture is a place on the timeline: a guest's word for one is not taken.
      if (op.op !== "thing" || op.thing.kind !== "image") say(op);
      if (i % MOST_PRESENTED === MOST_PRESENTED - 1) this.easel.ledger.flush();
    });
    if (heading) {
      const thing = { ...HEADING, text: heading };
      say({ op: "thing", id: nextId(), thing });
    }
    this.easel.ledger.flush();
    this.easel.tell({ op: "turned", page });
    this.easel.did(added(page, before.id));
  }

  /** A new page behind this one. */
  #insert(
    behind: string,
    picture: Picture | null,
    paper: Paper | null = null,
  ): { readonly page: string; readonly before: PageFacts } {
    const { pages } = this.easel.ledger.book;
    const here = Math.max(
      0,
      pages.findIndex((one) => one.id === behind),
    );
    const [before, after] = [pages[here] as PageFacts, pages[here + 1]];
    const place = after ? (before.place + after.place) / 2 : before.place + 1;
    const page = freshName(pages.map((one) => one.id));
    this.easel.tell({ op: "page", page, place, paper: picture ? "plain" : (paper ?? before.paper), picture });
    return { page, before };
  }

  /** A page of a document: on the page turned up if that is empty, else on a new one behind what was laid before. */
  lay(picture: Picture): void {
    const { facts } = this.easel;
    const blank = facts.picture === null && [...this.easel.page.things.values()].every((one) => one.gone);
    if (this.#laying.length === 0 && blank) {
      const act = papered(facts, { ...facts, paper: "plain", picture });
      this.easel.words(act.forth);
      this.#laying.push({ page: this.#turned, act });
      return;
    }
    const behind = this.#laying.at(-1)?.page ?? this.#turned;
    const { page, before } = this.#insert(behind, picture);
    this.#laying.push({ page, act: added(page, before.id) });
  }

  /** A picture on the page turned up, half as large as it at most: around this place of the screen, or in the middle. */
  place(picture: Picture, w: number, h: number, at: { readonly x: number; readonly y: number } | null): void {
    if (this.easel.locked) return;
    const { view } = this.easel;
    const { x, y, width } = view.looked;
    const height = (width * PAGE.height) / PAGE.width;
    const scale = Math.min((width * 0.5) / w, (height * 0.6) / h);
    const [wide, tall] = [Math.max(1, Math.round(w * scale)), Math.max(1, Math.round(h * scale))];
    const middle = at ? view.toBoard(at.x, at.y) : { x: x + width / 2, y: y + height / 2 };
    const id = this.easel.nextId();
    const thing = {
      kind: "image",
      x: Math.round(middle.x - wide / 2),
      y: Math.round(middle.y - tall / 2),
      w: wide,
      h: tall,
      ...picture,
    } as const;
    this.easel.say({ op: "thing", id, thing });
    this.easel.did(put(this.#turned, [id]));
  }

  /** The document is laid: its first page is turned up, and all of it is undone at once. */
  laid(): void {
    const laying = this.#laying;
    this.#laying = [];
    const [first] = laying;
    if (!first) return;
    this.turn(first.page);
    this.easel.did(laying.map((one) => one.act).reduce(both));
  }

  remove(): void {
    const { pages } = this.easel.ledger.book;
    if (pages.length < 2) {
      this.easel.clear();
      return;
    }
    this.easel.flush();
    const here = pages.findIndex((one) => one.id === this.#turned);
    const next = (pages[here + 1] ?? pages[here - 1]) as PageFacts;
    this.easel.act(removed(this.#turned, next.id));
  }

  paper(paper: Paper): void {
    const { facts } = this.easel;
    if (PAPERS.includes(paper) && paper !== facts.paper) this.easel.act(papered(facts, { ...facts, paper }));
  }
}

const LETTERS = "abcdefghijkmnpqrstuvwxyz23456789";

function freshName(taken: readonly string[]): string {
  for (;;) {
    const bytes = crypto.getRandomValues(new Uint8Array(5));
    const name = [...bytes].map((byte) => LETTERS[byte % LETTERS.length]).join("");
    if (!taken.includes(name)) return name;
  }
}
