import { expect, it } from "vitest";
import { fitting } from "./pictures";

it("takes the least picture that fills the screen, or the largest there is", () => {
  const sizes = { "1280": 42, "320": 41, "3840": 43 };
  expect([100, 320, 321, 1366, 9999].map((wanted) => fitting(sizes, wanted)?.seq)).toEqual([
    41, 41, 42, 43, 43,
  ]);
  expect(fitting({}, 100)).toBeNull();
});
