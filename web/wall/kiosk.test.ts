import { expect, it } from "vitest";
import { Over } from "./kiosk";

it("leaves two minutes for the last page, and ten where a class stopped in the middle", () => {
  const over = new Over();
  expect(over.done("replay", true, 0)).toBe(false);
  expect(over.done("ended", false, 1_000)).toBe(false);
  expect(over.done("ended", false, 120_999)).toBe(false);
  expect(over.done("ended", false, 121_000)).toBe(true);
  // Looked at again from the beginning, and stopped there.
  expect(over.done("replay", true, 122_000)).toBe(false);
  expect(over.done("replay", false, 130_000)).toBe(false);
  expect(over.done("replay", false, 600_000)).toBe(false);
  expect(over.done("replay", false, 730_000)).toBe(true);
});

it("waits for nothing where a lesson never began", () => {
  expect(new Over().done("before", false, 0)).toBe(true);
});
