/** The picture of the lesson while classes have the floor: the teacher's and theirs on one, drawn in the encoders' thread. */
import { middle, type Place, seating } from "./seating";

const WIDTH = 1280;
const HEIGHT = 720;
/** A picture that stands still for so long is not shown any more: there is only the voice. */
const STILL_MS = 3_000;
const GROUND = "#0c1224";
const BAND = "rgb(12 18 36 / 72%)";
const WORDS = "#f4f5fb";

interface Guest {
  readonly who: string;
  frame: VideoFrame | null;
  at: number;
}

export class Table {
  readonly #guests = new Map<string, Guest>();
  readonly #canvas = new OffscreenCanvas(WIDTH, HEIGHT);
  readonly #pen = this.#canvas.getContext("2d", { alpha: false }) as OffscreenCanvasRenderingContext2D;

  /** This class sits down. */
  seat(voice: string, who: string): void {
    this.leave(voice);
    this.#guests.set(voice, { who, frame: null, at: Number.NEGATIVE_INFINITY });
  }

  leave(voice: string): void {
    this.#guests.get(voice)?.frame?.close();
    this.#guests.delete(voice);
  }

  /** The newest picture of a class. */
  show(voice: string, frame: VideoFrame): void {
    const guest = this.#guests.get(voice);
    if (!guest) {
      frame.close();
      return;
    }
    guest.frame?.close();
    guest.frame = frame;
    guest.at = performance.now();
  }

  /** The first class that is to be seen now. */
  get first(): string | null {
    return this.#seen()[0]?.[0] ?? null;
  }

  /** The teacher's picture with those of the classes; as it is where there are none. What is given is used up. */
  together(own: VideoFrame | null, timestamp: number): VideoFrame | null {
    const seen = this.#seen();
    if (seen.length === 0) return own;
    const pictures: [VideoFrame, string][] = own ? [[own, ""]] : [];
    for (const [, { frame, who }] of seen) if (frame) pictures.push([frame, who]);
    this.#pen.fillStyle = GROUND;
    this.#pen.fillRect(0, 0, WIDTH, HEIGHT);
    for (const [i, place] of seating(pictures.length, WIDTH, HEIGHT).entries()) {
      const [frame, who] = pictures[i] as [VideoFrame, string];
      const part = middle(frame.displayWidth, frame.displayHeight, place);
      this.#pen.drawImage(
        frame,
        part.x,
        part.y,
        part.width,
        part.height,
        place.x,
        place.y,
        place.width,
        place.height,
      );
      if (who) this.#name(who, place);
    }
    own?.close();
    return new VideoFrame(this.#canvas, { timestamp });
  }

  #seen(): [string, Guest][] {
    const since = performance.now() - STILL_MS;
    return [...this.#guests].filter(([, guest]) => guest.frame !== null && guest.at > since);
  }

  #name(who: string, { x, y, width, height }: Place): void {
    const [tall, pad] = [40, 14];
    this.#pen.fillStyle = BAND;
    this.#pen.fillRect(x, y + height - tall, width, tall);
    this.#pen.font = "600 24px 'Readex Pro', system-ui, 'Noto Sans Arabic', sans-serif";
    this.#pen.fillStyle = WORDS;
    this.#pen.textAlign = "center";
    this.#pen.textBaseline = "middle";
    this.#pen.fillText(who, x + width / 2, y + height - tall / 2, width - 2 * pad);
  }
}
