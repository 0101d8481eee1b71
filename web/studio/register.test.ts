import { describe, expect, it } from "vitest";
import { type Here, tellGone, tellHere } from "../floor/here";
import { Register } from "./register";

const voice = (letter: string) => `c-${letter.repeat(12)}`;
const here = (who: string, more: Partial<Here> = {}): Uint8Array =>
  tellHere({ who, hand: null, line: 3, rung: 360, behind: 800, call: "none", ...more });

function names(register: Register, now: number): string[] {
  return register.schools(now).map((one) => one.who);
}

describe("the register of classes", () => {
  it("has hands first, the longest up before the others, then names", () => {
    const register = new Register();
    register.hear(`${voice("a")}.1`, here("Zagora"), 0);
    register.hear(`${voice("b")}.1`, here("Agdz", { hand: 500 }), 10_000);
    register.hear(`${voice("d")}.1`, here("Tata", { hand: 4_000 }), 10_000);
    register.hear(`${voice("e")}.1`, here("Foum"), 10_000);
    expect(names(register, 10_000)).toEqual(["Tata", "Agdz", "Foum", "Zagora"]);
  });

  it("keeps the place of a hand whatever its later frames say", () => {
    const register = new Register();
    register.hear(voice("a"), here("A", { hand: 1_000 }), 10_000);
    register.hear(voice("b"), here("B", { hand: 0 }), 10_500);
    register.hear(voice("a"), here("A", { hand: 0 }), 14_000);
    expect(names(register, 14_000)).toEqual(["A", "B"]);
    register.hear(voice("a"), here("A"), 15_000);
    register.hear(voice("a"), here("A", { hand: 0 }), 16_000);
    expect(names(register, 16_000)).toEqual(["B", "A"]);
  });

  it("shows who is cut off, then forgets it; a class that the floor is kept for stays", () => {
    const register = new Register();
    register.hear(voice("a"), here("A", { hand: 0 }), 0);
    expect(register.schools(19_000)[0]?.line).toBe(3);
    expect(register.schools(21_000)[0]?.line).toBe(0);
    expect(register.schools(200_000, new Set([voice("a")]))).toHaveLength(1);
    expect(register.schools(200_000)).toHaveLength(0);
  });

  it("lets go at once of who says goodbye", () => {
    const register = new Register();
    register.hear(voice("a"), here("A"), 0);
    expect(register.hear(voice("a"), tellGone("A"), 10)).toBe(true);
    expect(register.schools(10)).toHaveLength(0);
  });

  it("believes the voice, not the name, and no pupil, no studio, no garbage", () => {
    const register = new Register();
    register.hear(`${voice("a")}.1`, here("Same"), 0);
    register.hear(`${voice("b")}.1`, here("Same"), 0);
    register.hear(`p-${"a".repeat(12)}.1`, here("A pupil"), 0);
    register.hear("sq4xz.1", here("A studio"), 0);
    register.hear(voice("d"), new TextEncoder().encode("{}"), 0);
    expect(register.schools(0).map((one) => one.voice)).toEqual([voice("a"), voice("b")]);
  });

  it("tells when something happened that is worth a glance", () => {
    const register = new Register();
    expect(register.hear(voice("a"), here("A"), 0)).toBe(true);
    expect(register.hear(voice("a"), here("A", { behind: 2_000 }), 4_000)).toBe(false);
    expect(register.hear(voice("a"), here("A", { hand: 0 }), 8_000)).toBe(true);
    expect(register.hear(voice("a"), here("A", { hand: 4_000 }), 12_000)).toBe(false);
  });
});
