/** How the picture follows the sound. Pure: seconds in, one order out. */

export type Order =
  /** Nothing to show for this moment: stand still, the last picture stays. */
  | { readonly order: "hold" }
  | { readonly order: "seek"; readonly to: number }
  | { readonly order: "go"; readonly rate: number };

/** Further off than this, speed alone would take too long: seek. */
const SEEK_OFF_S = 0.25;
/** Nobody sees less (lips are noticed from about 45 ms ahead, 125 ms behind). */
const CLOSE_S = 0.03;
/** Few different speeds: each change of speed costs WebKitGTK a flush of its pipeline. */
const NUDGE = 0.05;
const MOST_NUDGE = 0.15;

/**
 * What the picture does, its own moment being `picture`, the sound's `sound` at speed `rate`; `begin` is where the stretch of
 * buffered picture that holds the sound's moment begins, null when there is none.
 */
export function follow(sound: number, picture: number, rate: number, begin: number | null): Order {
  if (begin === null) return { order: "hold" };
  const off = picture - sound;
  if (Math.abs(off) > SEEK_OFF_S || picture < begin - 0.02)
    return { order: "seek", to: Math.max(sound, begin) };
  const nudge = Math.abs(off) < CLOSE_S ? 0 : Math.abs(off) < 0.1 ? NUDGE : MOST_NUDGE;
  return { order: "go", rate: rate * (1 - Math.sign(off) * nudge) };
}
