import { expect, it } from "vitest";
import { Roll } from "./roll";
import { Storm } from "./storm";

/** ms: such a test has seconds of work where others use the machine. */
const PATIENT = 60_000;

interface One {
  readonly name: string;
  readonly value: number;
}

it(
  "is a map, at every moment of its life, whichever roll is gone on from",
  () => {
    const storm = new Storm(7);
    const lives: { roll: Roll<One>; model: Map<string, One> }[] = [];
    let roll = Roll.empty<One>();
    let model = new Map<string, One>();
    for (let i = 0; i < 12_000; i++) {
      const one = { name: `n${storm.whole(1, storm.happens(0.8) ? 100_000 : 300)}`, value: i };
      roll = roll.with(one);
      model.set(one.name, one);
      if (i % 400 === 0) lives.push({ roll, model: new Map(model) });
      // A lesson goes on from its last moment; something late makes it go on from one of before.
      if (!storm.happens(0.0005)) continue;
      const before = storm.pick(lives.slice(-3));
      roll = before.roll;
      model = new Map(before.model);
    }
    let largest = 0;
    for (const { roll, model } of lives) {
      expect(roll.size).toBe(model.size);
      expect([...roll]).toEqual([...model]);
      expect([...roll.keys()]).toEqual([...model.keys()]);
      for (const name of ["n1", "n99999", ...storm.shuffled([...model.keys()]).slice(0, 5)])
        expect(roll.get(name)).toBe(model.get(name));
      const names = [...model.keys()];
      const place = storm.whole(0, names.length - 1);
      expect([...roll.from(place)].map((one) => one.name)).toEqual(names.slice(place));
      expect([roll.placeOf(names[place] as string), roll.placeOf("n99999")]).toEqual([place, undefined]);
      largest = Math.max(largest, roll.size);
    }
    expect(largest).toBeGreaterThan(16 ** 3);
    for (let i = 0; i < 30; i++) {
      const [a, b] = [storm.pick(lives), storm.pick(lives)];
      const differing = a.roll.changes(b.roll);
      for (const name of new Set([...a.model.keys(), ...b.model.keys()]))
        if (a.roll.get(name) !== b.roll.get(name)) expect(differing.has(name)).toBe(true);
    }
    const last = lives.at(-1)?.roll as Roll<One>;
    expect(last.changes(last).size).toBe(0);
    expect([...last.changes(last.with({ name: "another", value: 0 }))]).toEqual(["another"]);
  },
  PATIENT,
);
