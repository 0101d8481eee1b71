import { describe, expect, it } from "vitest";
import type { Entry } from "../wire/frames";
import { noteTrack, slateTrack, writeNote } from "./notes";
import { type Standing, StandingFold, stepIn, UNTOUCHED } from "./standing";

const VOICE = "c-abcdefghjkmn";
const CLASS = `${VOICE}.2`;
const TEACHER = "s4xz.1";

function entry(track: string, speaker: string, payload: Uint8Array<ArrayBuffer>, t = 0): Entry {
  return { kind: "entry", seq: 1, track, speaker, number: 1, t, duration: 0, flags: 0, payload };
}

const stroke = (speaker: string, t = 0) => entry(slateTrack(VOICE, "s1"), speaker, new Uint8Array(), t);
const taken = () => entry(noteTrack(VOICE), CLASS, writeNote({ slate: "s1", who: " Tata " }));
const told = (done: boolean, speaker = CLASS) =>
  entry(noteTrack(VOICE), speaker, writeNote({ slate: "s1", who: " Tata ", done }));
const returned = (speaker = TEACHER) =>
  entry(noteTrack(VOICE), speaker, writeNote({ slate: "s1", returned: true }));

function standing(...entries: readonly Entry[]): Standing {
  const fold = new StandingFold();
  for (const one of entries) hear(fold, one);
  return fold.now;
}

function hear(fold: StandingFold, heard: Entry): void {
  const found = stepIn(heard);
  if (found?.slate === "s1" && found.voice === VOICE) fold.hear(heard, found.step);
}

describe("how a slate stands", () => {
  it("is taken before anything is written", () => {
    expect(standing(taken())).toEqual({ ...UNTOUCHED, who: "Tata" });
  });

  it("tells when it was changed last, by whomever", () => {
    expect(standing(taken(), stroke(CLASS, 9_000), stroke(TEACHER, 12_000))).toMatchObject({
      changedAt: 12_000,
      remarked: true,
    });
    expect(standing(stroke(CLASS, 9_000), told(true))).toMatchObject({ changedAt: 9_000, done: true });
  });

  it("is given back until its class goes on: it writes, or hands it in again", () => {
    const handed = [taken(), stroke(CLASS), told(true), stroke(TEACHER)];
    expect(standing(...handed, returned())).toMatchObject({ returned: true, done: false });
    expect(standing(...handed, returned(), stroke(TEACHER)).returned).toBe(true);
    expect(standing(...handed, returned(), stroke(CLASS)).returned).toBe(false);
    expect(standing(...handed, returned(), told(true))).toMatchObject({ returned: false, done: true });
    expect(standing(...handed, returned(), stroke(CLASS), returned()).returned).toBe(true);
  });

  it("is as it was when its class opens its page anew, and no longer handed in when it writes on", () => {
    const handed = [taken(), stroke(CLASS), told(true)];
    expect(standing(...handed, taken()).done).toBe(true);
    expect(standing(...handed, returned(), taken()).returned).toBe(true);
    expect(standing(...handed, stroke(CLASS)).done).toBe(false);
    expect(standing(...handed, told(false)).done).toBe(false);
  });

  it("is at once as it was said here, until that comes back in its place", () => {
    const fold = new StandingFold();
    const [written, handed] = [
      { ...stroke(CLASS, 5_000), number: 7 },
      { ...told(true), number: 2 },
    ];
    fold.say(written, written.number, { step: "written", own: true, at: 0 });
    fold.say(handed, handed.number, { step: "told", who: "Tata", done: true });
    // Its strokes come back: it is handed in all the same.
    for (const one of [taken(), written]) {
      hear(fold, one);
      expect(fold.now.done).toBe(true);
    }
    hear(fold, handed);
    expect(fold.now).toEqual(standing(taken(), written, handed));
    fold.say(written, null, { step: "written", own: true, at: 0 });
    expect(fold.now.done).toBe(true);
  });

  it("is not given back by what the teacher said before seeing what was written meanwhile", () => {
    const fold = new StandingFold();
    const written = { ...stroke(CLASS), number: 8 };
    fold.say(written, written.number, { step: "written", own: true, at: 0 });
    hear(fold, returned());
    expect(fold.now.returned).toBe(false);
    hear(fold, written);
    expect(fold.now).toEqual(standing(returned(), written));
  });

  it("is given back by nobody but a teacher, and told by nobody but its voice", () => {
    expect(standing(taken(), stroke(CLASS), returned(CLASS)).returned).toBe(false);
    expect(standing(told(true, TEACHER))).toEqual(UNTOUCHED);
    const elsewhere = { ...returned(), track: "private/answers" };
    expect(stepIn(elsewhere)).toBeNull();
  });
});
