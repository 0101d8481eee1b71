/** A straight edge on the page: moved and turned by hand or with the arrows; what is drawn along it is straight. */
import { PAGE } from "../../board/board";
import type { BoardView } from "../../board/view";
import { word } from "../../ui/words";

interface Place {
  readonly x: number;
  readonly y: number;
}

export const LENGTH = 5200;
export const BREADTH = 360;
/** Units on both sides of its upper edge within which a stroke is drawn along it. */
const NEAR = 140;
const STEP = 25;
const TURN = Math.PI / 180;
/** Degrees at which it likes to stay. */
const HOLDS = 15;
const HOLDING = 1.5;
const MARK = 50;

/** Where the edge is: its beginning, and its angle in degrees, clockwise. */
export interface Edge {
  readonly x: number;
  readonly y: number;
  readonly angle: number;
}

/** The place on the edge that is nearest, if it is near (and within its length); else null. */
export function along({ x, y, angle }: Edge, spot: Place, near = NEAR): Place | null {
  const [dx, dy] = [Math.cos(angle * TURN), Math.sin(angle * TURN)];
  const far = (spot.x - x) * dx + (spot.y - y) * dy;
  const off = (spot.y - y) * dx - (spot.x - x) * dy;
  if (Math.abs(off) > near || far < 0 || far > LENGTH) return null;
  return { x: x + far * dx, y: y + far * dy };
}

export class Ruler {
  readonly #element = document.createElement("div");
  #edge: Edge = { x: (PAGE.width - LENGTH) / 2, y: PAGE.height * 0.6, angle: 0 };
  #drag: { readonly turning: boolean; readonly from: Place; readonly edge: Edge } | null = null;
  /** While a stroke runs along the edge it stays there. */
  #along = false;

  constructor(
    desk: HTMLElement,
    private readonly view: BoardView,
  ) {
    const element = this.#element;
    element.className = "ruler";
    element.hidden = true;
    element.tabIndex = 0;
    element.role = "slider";
    element.ariaLabel = word("studio.tool.ruler");
    element.ariaValueMin = "-180";
    element.ariaValueMax = "180";
    element.style.inlineSize = `${LENGTH}px`;
    element.style.blockSize = `${BREADTH}px`;
    const marks = Array.from({ length: Math.floor(LENGTH / MARK) + 1 }, (_, i) => {
      const long = i % 10 === 0 ? 110 : i % 5 === 0 ? 80 : 50;
      return `M${i * MARK} 0V${long}`;
    }).join("");
    element.innerHTML = `<svg viewBox="0 0 ${LENGTH} ${BREADTH}" aria-hidden="true"><path d="${marks}"/></svg><span class="angle"></span><i class="turn"></i><i class="turn"></i>`;
    element.addEventListener("pointerdown", (event) => this.#down(event));
    element.addEventListener("pointermove", (event) => this.#move(event));
    element.addEventListener("pointerup", () => this.#lift());
    element.addEventListener("pointercancel", () => this.#lift());
    element.addEventListener("keydown", (event) => this.#key(event));
    desk.append(element);
    this.#place();
  }

  get shown(): boolean {
    return !this.#element.hidden;
  }

  set shown(shown: boolean) {
    this.#element.hidden = !shown;
    if (shown) this.#element.focus({ preventScroll: true });
  }

  /** A stroke begins here: does it run along the edge? */
  begin(spot: Place): void {
    this.#along = this.shown && along(this.#edge, spot) !== null;
  }

  end(): void {
    this.#along = false;
  }

  guided<S extends Place>(spot: S): S {
    if (!this.#along) return spot;
    const on = along(this.#edge, spot, Number.POSITIVE_INFINITY) ?? this.#end(spot);
    return { ...spot, ...on };
  }

  #end(spot: Place): Place {
    const { x, y, angle } = this.#edge;
    const [dx, dy] = [Math.cos(angle * TURN), Math.sin(angle * TURN)];
    const far = Math.max(0, Math.min(LENGTH, (spot.x - x) * dx + (spot.y - y) * dy));
    return { x: x + far * dx, y: y + far * dy };
  }

  #down(event: PointerEvent): void {
    event.stopPropagation();
    const turning = (event.target as Element).classList.contains("turn");
    this.#drag = { turning, from: this.view.toBoard(event.clientX, event.clientY), edge: this.#edge };
    if (event.isTrusted) this.#element.setPointerCapture(event.pointerId);
  }

  #move(event: PointerEvent): void {
    const drag = this.#drag;
    if (!drag) return;
    event.stopPropagation();
    const to = this.view.toBoard(event.clientX, event.clientY);
    const { x, y, angle } = drag.edge;
    if (!drag.turning) {
      this.#edge = { x: x + to.x - drag.from.x, y: y + to.y - drag.from.y, angle };
    } else {
      // It turns about its middle.
      const [mx, my] = [x + (Math.cos(angle * TURN) * LENGTH) / 2, y + (Math.sin(angle * TURN) * LENGTH) / 2];
      const turn = Math.atan2(to.y - my, to.x - mx) - Math.atan2(drag.from.y - my, drag.from.x - mx);
      this.#turn(drag.edge, angle + turn / TURN);
    }
    this.#place();
  }

  #turn({ x, y, angle }: Edge, wanted: number): void {
    const [mx, my] = [x + (Math.cos(angle * TURN) * LENGTH) / 2, y + (Math.sin(angle * TURN) * LENGTH) / 2];
    const held = Math.round(wanted / HOLDS) * HOLDS;
    let now = Math.abs(held - wanted) < HOLDING ? held : wanted;
    now = ((((now + 180) % 360) + 360) % 360) - 180;
    const half = LENGTH / 2;
    this.#edge = { x: mx - Math.cos(now * TURN) * half, y: my - Math.sin(now * TURN) * half, angle: now };
  }

  #lift(): void {
    this.#drag = null;
  }

  #key(event: KeyboardEvent): void {
    const ways: Readonly<Record<string, readonly [number, number]>> = {
      ArrowLeft: [-STEP, 0],
      ArrowRight: [STEP, 0],
      ArrowUp: [0, -STEP],
      ArrowDown: [0, STEP],
    };
    const way = ways[event.key];
    if (!way) return;
    event.preventDefault();
    event.stopPropagation();
    const { x, y, angle } = this.#edge;
    if (event.shiftKey) this.#turn(this.#edge, angle + Math.sign(way[0] + way[1]) * HOLDS);
    else this.#edge = { x: x + way[0], y: y + way[1], angle };
    this.#place();
  }

  #place(): void {
    const { x, y, angle } = this.#edge;
    this.#element.style.transform = `translate(${x}px, ${y}px) rotate(${angle}deg)`;
    // As in mathematics: anticlockwise.
    const told = Math.round(-angle) || 0;
    this.#element.ariaValueNow = String(told);
    this.#element.ariaValueText = `${told}°`;
    (this.#element.querySelector(".angle") as HTMLElement).textContent = `${told}°`;
  }
}
