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
  /** kbit/s that a slide may take while it comes, so that the voice goes on; null: all there is. */
  readonly spare: number | null;
}

export const PROFILES: readonly Profile[] = [
  { kbit: 2000, height: 720, slide: 1920, spare: null },
  { kbit: 512, height: 360, slide: 1920, spare: null },
  { kbit: 256, height: 180, slide: 960, spare: null },
  { kbit: 128, height: 90, slide: 960, spare: 48 },
  { kbit: 64, height: 0, slide: 960, spare: 24 },
  { kbit: 32, height: 0, slide: 480, spare: 2 },
];

/** The profile of this name; null: by itself. */
export function profileNamed(name: string): Profile | null {
  return PROFILES.find((one) => String(one.kbit) === name) ?? null;
}

/** Which profile the line is in when a picture of this height is what it carries; 0: none. */
export function profileFor(height: number): Profile {
  return PROFILES.find((one) => one.height > 0 && one.height <= height) ?? (PROFILES.at(-2) as Profile);
}

/** Latency counts in what the page's files tell of a line: it carries more than they say. */
const AT_LEAST = 1.4;

/** The profile without a picture for a line over which files came at so many kbit/s. */
export function profileOfScant(kbps: number): Profile {
  const least = PROFILES.at(-1) as Profile;
  return PROFILES.find(({ kbit, height }) => height === 0 && kbit <= AT_LEAST * kbps) ?? least;
}
