/** What of a page the reader looks at: closer, from further, elsewhere. In board units, always 16:9, never beyond the page. Pure. */
import { PAGE } from "../board/board";

export interface Gaze {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

export const WHOLE: Gaze = { x: 0, y: 0, width: PAGE.width };
/** Closer than this a stroke of the pen fills the screen. */
const CLOSEST = PAGE.width / 8;
/** So much closer by a double tap. */
export const TAP = 2.5;

/** `factor` times closer; the point stays where it is on the screen. */
export function closer(gaze: Gaze, at: { readonly x: number; readonly y: number }, factor: number): Gaze {
  const width = Math.min(PAGE.width, Math.max(CLOSEST, gaze.width / factor));
  const share = width / gaze.width;
  return within({ x: at.x - (at.x - gaze.x) * share, y: at.y - (at.y - gaze.y) * share, width });
}

export function moved(gaze: Gaze, dx: number, dy: number): Gaze {
  return within({ ...gaze, x: gaze.x - dx, y: gaze.y - dy });
}

export function isWhole({ width }: Gaze): boolean {
  return width >= PAGE.width;
}

function within({ x, y, width }: Gaze): Gaze {
  const height = (width * PAGE.height) / PAGE.width;
  return {
    x: Math.min(PAGE.width - width, Math.max(0, x)),
    y: Math.min(PAGE.height - height, Math.max(0, y)),
    width,
  };
}
