import { expect, it } from "vitest";
import { follow } from "./slave";

it("stands still where there is no picture, whatever the sound does", () => {
  expect(follow(10, 8, 1, null)).toEqual({ order: "hold" });
});

it("goes at the sound's speed when it is where the sound is", () => {
  expect(follow(10, 10.01, 1, 5)).toEqual({ order: "go", rate: 1 });
  expect(follow(10, 10, 1.5, 5)).toEqual({ order: "go", rate: 1.5 });
});

it("is nudged when it is a little off, and never by more than 15 %", () => {
  for (const [picture, rate] of [
    [10.05, 0.95],
    [9.94, 1.05],
    [10.2, 0.85],
    [9.8, 1.15],
  ] as const) {
    const order = follow(10, picture, 1, 5);
    expect(order.order === "go" && order.rate).toBeCloseTo(rate);
  }
});

it("leaps when it is far off, or stands before a hole that the sound has passed", () => {
  expect(follow(10, 8, 1, 5)).toEqual({ order: "seek", to: 10 });
  expect(follow(10.2, 9.9, 1, 10.1)).toEqual({ order: "seek", to: 10.2 });
});

it("comes to the sound from anywhere, if only it is nudged", () => {
  let [sound, picture] = [10, 10.24];
  for (let i = 0; i < 600; i++) {
    const order = follow(sound, picture, 1, 0);
    if (order.order === "go") picture += 0.01 * order.rate;
    sound += 0.01;
  }
  expect(Math.abs(picture - sound)).toBeLessThan(0.04);
});
