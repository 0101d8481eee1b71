import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { askEarly, dropEarly, takeEarly } from "./early";

let answered: Map<string, (answer: Response) => void>;
let signals: Map<string, AbortSignal>;

beforeEach(() => {
  [answered, signals] = [new Map(), new Map()];
  vi.stubGlobal("window", globalThis);
  vi.stubGlobal("fetch", (address: string, { signal }: { signal: AbortSignal }) => {
    signals.set(address, signal);
    return new Promise<Response>((resolve, reject) => {
      answered.set(address, resolve);
      signal.addEventListener("abort", () => reject(new DOMException("", "AbortError")));
    });
  });
});

afterEach(() => {
  dropEarly();
  vi.unstubAllGlobals();
});

const turn = () => new Promise((resolve) => setTimeout(resolve));

it("asks one after the other, and gives each answer to one", async () => {
  askEarly(["/sound", "/book"], {});
  await turn();
  expect([...answered.keys()]).toEqual(["/sound"]);
  const book = takeEarly("/book", new AbortController().signal);
  answered.get("/sound")?.(new Response("sound"));
  await turn();
  answered.get("/book")?.(new Response("book"));
  expect(await (await book)?.text()).toBe("book");
  expect(takeEarly("/book", new AbortController().signal)).toBeNull();
  expect(await (await takeEarly("/sound", new AbortController().signal))?.text()).toBe("sound");
  expect(takeEarly("/other", new AbortController().signal)).toBeNull();
});

it("asks the second also when the first is refused the line", async () => {
  askEarly(["/sound", "/book"], {});
  await turn();
  const hangUp = new AbortController();
  const sound = takeEarly("/sound", hangUp.signal);
  hangUp.abort();
  await expect(sound).rejects.toThrow();
  await turn();
  expect(answered.has("/book")).toBe(true);
});

it("asks the second a moment later at the latest", async () => {
  vi.useFakeTimers();
  askEarly(["/sound", "/book"], {});
  await vi.advanceTimersByTimeAsync(200);
  expect([...answered.keys()]).toEqual(["/sound"]);
  await vi.advanceTimersByTimeAsync(100);
  expect([...answered.keys()]).toEqual(["/sound", "/book"]);
  vi.useRealTimers();
});

it("hangs up what nobody asked for", async () => {
  askEarly(["/sound"], {});
  await turn();
  dropEarly();
  expect(signals.get("/sound")?.aborted).toBe(true);
  expect(takeEarly("/sound", new AbortController().signal)).toBeNull();
});
