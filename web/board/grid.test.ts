import { expect, it } from "vitest";
import { type Box, meet } from "./box";
import { Grid } from "./grid";
import { Storm } from "./storm";

it("knows all that lies near, wherever it was put, moved to and taken away from", () => {
  const storm = new Storm(8);
  const grid = new Grid();
  const boxes = new Map<string, Box>();
  const any = (): Box => {
    const [x, y] = [storm.whole(-3000, 12_000), storm.whole(-3000, 8000)];
    return { x1: x, y1: y, x2: x + storm.whole(0, 2500), y2: y + storm.whole(0, 900) };
  };
  for (let i = 0; i < 600; i++) {
    const name = `a ${storm.whole(1, 150)}`;
    if (storm.happens(0.3)) {
      grid.remove(name);
      boxes.delete(name);
    } else {
      const box = any();
      grid.put(name, box);
      boxes.set(name, box);
    }
    const area = any();
    const near = grid.near(area);
    for (const [one, box] of boxes) if (meet(box, area)) expect(near).toContain(one);
    for (const one of near) expect(boxes.has(one)).toBe(true);
  }
  expect(grid.near({ x1: 100, y1: 100, x2: 120, y2: 120 }).size).toBeLessThan(boxes.size / 2);
  grid.clear();
  expect(grid.near({ x1: 0, y1: 0, x2: 8000, y2: 4500 }).size).toBe(0);
});
