import { expect, test, vi } from "vitest";
import type { Entry } from "../wire/frames";
import { Later, type Told } from "./later";

class Heard implements Told {
  readonly heard: string[] = [];
  take(entry: Entry): void {
    this.heard.push(entry.track);
  }
  raise(): void {
    this.heard.push("raise");
  }
}

const said = (track: string) => ({ track }) as Entry;

test("what was told before it came, and the hand that went up, are not lost", async () => {
  const beside = new Heard();
  const came = vi.fn();
  const later = new Later(async () => beside, came);
  later.tell(said("talk"));
  later.tell(said("captions/fr"));
  later.raise();
  await vi.waitFor(() => expect(later.here).toBe(beside));
  later.tell(said("talk"));
  expect(beside.heard).toEqual(["talk", "captions/fr", "raise", "talk"]);
  expect(came).toHaveBeenCalledOnce();
});

test("a hand that went up and down again is down", async () => {
  const beside = new Heard();
  const later = new Later(
    async () => beside,
    () => undefined,
  );
  later.raise();
  later.raise();
  await vi.waitFor(() => expect(later.here).toBe(beside));
  expect(beside.heard).toEqual([]);
  later.raise();
  expect(beside.heard).toEqual(["raise"]);
});

test("cut on its way, a class that raised its hand asks again by itself", async () => {
  vi.useFakeTimers();
  const beside = new Heard();
  const bring = vi
    .fn<() => Promise<Heard>>()
    .mockRejectedValueOnce(new TypeError("cut"))
    .mockResolvedValue(beside);
  const later = new Later(bring, () => undefined);
  later.raise();
  await vi.advanceTimersByTimeAsync(5000);
  expect(bring).toHaveBeenCalledTimes(2);
  expect(beside.heard).toEqual(["raise"]);
  vi.useRealTimers();
});
