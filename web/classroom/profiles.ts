/**
 * Line profiles: what a classroom asks for on a line of so many kbit/s, from sound and ink alone upwards. The figures are those of
 * the studio's ladder with 24 kbit/s of sound, measured with all that goes over the line (`docs/line.md`). Pure.
 */
export interface Profile {
  /** kbit/s that the line has to carry; also its name. */
  readonly kbit: number;
  /** Lines of the picture at most; 0: none. */
  readonly height: number;
  /** Pixels across that slides are asked for at most. */
  readonly slide: number;
}

export const PROFILES: readonly Profile[] = [
  { kbit: 2000, height: 720, slide: 1920 },
  { kbit: 512, height: 360, slide: 1920 },
  { kbit: 256, height: 180, slide: 960 },
  { kbit: 128, height: 90, slide: 960 },
  { kbit: 64, height: 0, slide: 960 },
  { kbit: 32, height: 0, slide: 480 },
];

/** The profile of this name; null: by itself. */
export function profileNamed(name: string): Profile | null {
  return PROFILES.find((one) => String(one.kbit) === name) ?? null;
}

/** Which profile the line is in when a picture of this height is what it carries; 0: none. */
export function profileFor(height: number): Profile {
  return PROFILES.find((one) => one.height > 0 && one.height <= height) ?? (PROFILES.at(-2) as Profile);
}
