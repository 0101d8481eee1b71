import { describe, expect, it } from "vitest";
import { PROFILES, profileFor, profileNamed, profileOfScant } from "./profiles";

describe("line profiles", () => {
  it("carry less and less, down to sound and ink", () => {
    for (const [i, one] of PROFILES.entries()) {
      const next = PROFILES[i + 1];
      if (!next) continue;
      expect(next.kbit).toBeLessThan(one.kbit);
      expect(next.height).toBeLessThanOrEqual(one.height);
      expect(next.slide).toBeLessThanOrEqual(one.slide);
    }
    expect(PROFILES.map((one) => one.kbit)).toEqual([2000, 512, 256, 128, 64, 32]);
  });

  it.each([
    [720, 2000],
    [360, 512],
    [180, 256],
    [90, 128],
    [0, 64],
    [480, 512],
    [1080, 2000],
  ])("%i lines need the profile %i", (height, kbit) => {
    expect(profileFor(height).kbit).toBe(kbit);
  });

  it("leave the voice its place beside a slide where there is little more", () => {
    const voice = 28;
    for (const { kbit, spare } of PROFILES) expect(voice + (spare ?? 0)).toBeLessThan(kbit);
    expect([10, 28, 45, 46, 60, 89].map((kbps) => profileOfScant(kbps).kbit)).toEqual([
      32, 32, 32, 64, 64, 64,
    ]);
  });

  it("are known by name, and nothing else is", () => {
    expect(profileNamed("128")?.height).toBe(90);
    for (const name of ["auto", "", "0", "100"]) expect(profileNamed(name)).toBeNull();
  });
});
