/**
 * What fingers, pens and mice do on a page: write, or move what is looked at.
 *
 * Rules. A pen always writes; its other end erases. Once a pen was seen, fingers only move and zoom: the palm that rests on the
 * glass writes nothing, and while the pen is near it does not even move. Without a pen one finger writes and a second one turns
 * both into a zoom. A mouse writes with its first button, and moves with the middle one, or while the space bar is held.
 */
import { PAGE } from "./board";
import type { BoardView, Look } from "./view";

/** Where a hand is, in board units. */
export interface Spot {
  readonly x: number;
  readonly y: number;
  /** From 0 to 1. */
  readonly pressure: number;
  /** ms of `performance.now`. */
  readonly at: number;
}

export interface Manner {
  /** Whether `pressure` means something. */
  readonly pressed: boolean;
  /** The other end of the pen, or its eraser button. */
  readonly erasing: boolean;
  readonly shift: boolean;
}

export interface HandListener {
  /** Where a hand comes down. */
  begin(spot: Spot, manner: Manner): void;
  /** Where it went, and where it may be by the time this is seen. */
  go(spots: readonly Spot[], ahead: readonly Spot[], manner: Manner): void;
  /** It was lifted. */
  end(spot: Spot, manner: Manner): void;
  /** It was not meant. */
  cancel(): void;
  /** It moves above the page without touching; null: it has left. */
  hover?(spot: Spot | null): void;
  /** Something else is to be looked at. */
  look(look: Look | null): void;
}

/** ms after the pen was near in which what touches is taken for the hand that holds it. */
const PALM_MS = 600;
/** CSS pixels: no fingertip is as large. */
const PALM_PX = 70;
/** A second finger that comes so soon shows that the first was not meant to write. */
const SECOND_MS = 250;
const ERASER_BUTTON = 32;
const CLOSEST = PAGE.width / 12;

export class Hand {
  readonly #gone = new AbortController();
  /** Fingers on the glass: where, in CSS pixels. */
  readonly #fingers = new Map<number, { x: number; y: number }>();
  #writing: { readonly id: number; readonly kind: string; readonly at: number } | null = null;
  #panning: { readonly id: number; x: number; y: number } | null = null;
  #manner: Manner = { pressed: false, erasing: false, shift: false };
  #penAt = Number.NEGATIVE_INFINITY;
  #penSeen = false;
  #space = false;

  constructor(
    private readonly view: BoardView,
    private readonly listener: HandListener,
    /** Where the hand is heard: the page itself unless something lies over it. */
    private readonly ground: HTMLElement = view.page,
  ) {
    ground.style.touchAction = "none";
    const on = <K extends keyof HTMLElementEventMap>(type: K, act: (event: HTMLElementEventMap[K]) => void) =>
      ground.addEventListener(type, act, { signal: this.#gone.signal, passive: false });
    on("pointerdown", (event) => this.#down(event));
    on("pointermove", (event) => this.#move(event));
    on("pointerup", (event) => this.#up(event));
    on("pointercancel", (event) => this.#up(event, true));
    on("pointerleave", (event) => event.pointerType !== "touch" && listener.hover?.(null));
    on("wheel", (event) => this.#wheel(event));
    on("contextmenu", (event) => event.preventDefault());
    on("dragstart", (event) => event.preventDefault());
  }

  close(): void {
    this.#gone.abort();
  }

  /** While the space bar is held, the mouse moves the page. */
  set space(held: boolean) {
    this.#space = held;
  }

  /** Whether a stroke is under way. */
  get busy(): boolean {
    return this.#writing !== null;
  }

  /** Closer (above 1) or further away, around a place on the screen; the middle if none is given. */
  zoom(factor: number, clientX?: number, clientY?: number): void {
    const { left, top, width, height } = this.view.page.getBoundingClientRect();
    const [x, y] = [clientX ?? left + width / 2, clientY ?? top + height / 2];
    const fixed = this.view.toBoard(x, y);
    const wide = this.view.looked.width / factor;
    this.#look(wide, fixed.x - ((x - left) / width) * wide, fixed.y - ((y - top) / width) * wide);
  }

  #look(width: number, x: number, y: number): void {
    if (width >= PAGE.width * 0.995) {
      this.listener.look(null);
      return;
    }
    const wide = Math.max(CLOSEST, width);
    const most = PAGE.width - wide;
    const lowest = PAGE.height - (wide * PAGE.height) / PAGE.width;
    this.listener.look({
      x: Math.round(Math.max(0, Math.min(most, x))),
      y: Math.round(Math.max(0, Math.min(lowest, y))),
      width: Math.round(wide),
    });
  }

  #spot(event: PointerEvent): Spot {
    const { x, y } = this.view.toBoard(event.clientX, event.clientY);
    return { x, y, pressure: event.pressure, at: event.timeStamp };
  }

  // -- down, move, up -----------------------------------------------------------------------------------------------

  #down(event: PointerEvent): void {
    event.preventDefault();
    if (document.activeElement instanceof HTMLElement && document.activeElement !== this.ground)
      document.activeElement.blur();
    if (event.pointerType === "pen") {
      this.#penSeen = true;
      this.#penAt = event.timeStamp;
    }
    if (event.pointerType === "touch") {
      this.#touch(event);
      return;
    }
    if (this.#writing) return;
    if (event.pointerType === "mouse" && (event.button === 1 || (event.button === 0 && this.#space))) {
      this.#capture(event);
      this.#panning = { id: event.pointerId, x: event.clientX, y: event.clientY };
    } else if (event.pointerType === "pen" || event.button === 0 || event.buttons & ERASER_BUTTON) {
      this.#write(event);
    }
  }

  #touch(event: PointerEvent): void {
    if (this.#isPalm(event)) return;
    this.#fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    this.#capture(event);
    if (this.#fingers.size === 1 && !this.#penSeen && !this.#writing) {
      this.#write(event);
      return;
    }
    if (this.#writing?.kind === "touch" && event.timeStamp - this.#writing.at < SECOND_MS) {
      this.#writing = null;
      this.listener.cancel();
    }
  }

  #isPalm(event: PointerEvent): boolean {
    if (Math.max(event.width, event.height) > PALM_PX) return true;
    return this.#writing?.kind === "pen" || event.timeStamp - this.#penAt < PALM_MS;
  }

  #write(event: PointerEvent): void {
    this.#capture(event);
    this.#writing = { id: event.pointerId, kind: event.pointerType, at: event.timeStamp };
    this.#manner = {
      pressed: event.pointerType === "pen" && event.pressure > 0,
      erasing: (event.buttons & ERASER_BUTTON) !== 0,
      shift: event.shiftKey,
    };
    this.listener.begin(this.#spot(event), this.#manner);
  }

  #move(event: PointerEvent): void {
    if (event.pointerType === "pen") {
      this.#penSeen = true;
      this.#penAt = event.timeStamp;
    }
    if (this.#writing?.id === event.pointerId) {
      this.#manner = { ...this.#manner, shift: event.shiftKey };
      const all = event.getCoalescedEvents?.() ?? [];
      const spots = (all.length > 0 ? all : [event]).map((one) => this.#spot(one));
      const ahead = (event.getPredictedEvents?.() ?? []).slice(0, 2).map((one) => this.#spot(one));
      this.listener.go(spots, ahead, this.#manner);
    } else if (this.#panning?.id === event.pointerId) {
      this.#shift(event.clientX - this.#panning.x, event.clientY - this.#panning.y);
      this.#panning.x = event.clientX;
      this.#panning.y = event.clientY;
    } else if (this.#fingers.has(event.pointerId)) {
      this.#slide(event);
    } else if (event.pointerType !== "touch") {
      this.listener.hover?.(this.#spot(event));
    }
  }

  /** One finger moves the page, two zoom it as well. */
  #slide(event: PointerEvent): void {
    const before = this.#middle();
    this.#fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (this.#writing) return;
    const after = this.#middle();
    this.#shift(after.x - before.x, after.y - before.y);
    if (before.spread > 0 && after.spread > 0) this.zoom(after.spread / before.spread, after.x, after.y);
  }

  #middle(): { x: number; y: number; spread: number } {
    const [a, b] = [...this.#fingers.values()];
    if (!a) return { x: 0, y: 0, spread: 0 };
    if (!b) return { ...a, spread: 0 };
    return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, spread: Math.hypot(a.x - b.x, a.y - b.y) };
  }

  #shift(dx: number, dy: number): void {
    const { x, y, width } = this.view.looked;
    if (width < PAGE.width) this.#look(width, x - dx / this.view.scale, y - dy / this.view.scale);
  }

  #up(event: PointerEvent, cancelled = false): void {
    this.#fingers.delete(event.pointerId);
    if (this.#panning?.id === event.pointerId) this.#panning = null;
    if (this.#writing?.id !== event.pointerId) return;
    this.#writing = null;
    if (cancelled) this.listener.cancel();
    else this.listener.end(this.#spot(event), this.#manner);
  }

  #wheel(event: WheelEvent): void {
    event.preventDefault();
    // A page, a line or a pixel at a time, as the browser counts.
    const unit = event.deltaMode === 2 ? 400 : event.deltaMode === 1 ? 30 : 1;
    if (event.ctrlKey || event.metaKey) {
      this.zoom(Math.exp((-event.deltaY * unit) / 300), event.clientX, event.clientY);
    } else if (event.shiftKey) {
      this.#shift(-event.deltaY * unit, 0);
    } else {
      this.#shift(-event.deltaX * unit, -event.deltaY * unit);
    }
  }

  #capture(event: PointerEvent): void {
    // Events that a test or a tool makes have no pointer that could be captured.
    if (event.isTrusted) this.ground.setPointerCapture(event.pointerId);
  }
}
