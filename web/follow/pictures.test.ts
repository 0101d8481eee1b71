import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { encodeEntry } from "../wire/frames";
import { TicketHolder } from "../wire/tickets";
import { fitting, Pictures } from "./pictures";

it("takes the least picture that fills the screen, or the largest there is", () => {
  const sizes = { "1280": 42, "320": 41, "3840": 43 };
  expect([100, 320, 321, 1366, 9999].map((wanted) => fitting(sizes, wanted)?.seq)).toEqual([
    41, 41, 42, 43, 43,
  ]);
  expect(fitting({}, 100)).toBeNull();
});

describe("what is asked for", () => {
  let asked: { question: Record<string, string>; signal: AbortSignal; give: () => void }[];
  let pace: number | null;
  let pictures: Pictures;
  const picture = (seq: number) => ({ sizes: { "480": seq }, type: "image/webp" });
  const turn = () => new Promise((resolve) => setTimeout(resolve));

  beforeEach(() => {
    [asked, pace] = [[], null];
    vi.stubGlobal("fetch", (address: string, { signal }: { signal: AbortSignal }) => {
      const question = Object.fromEntries(new URL(address, "http://halqa.test").searchParams);
      return new Promise<Response>((resolve, reject) => {
        signal.addEventListener("abort", () => reject(new DOMException("", "AbortError")));
        const entry = {
          kind: "entry",
          track: "slides/480",
          speaker: "s",
          number: 1,
          t: 0,
          duration: 0,
          flags: 0,
        } as const;
        const frame = () =>
          encodeEntry({ ...entry, seq: Number(question.after) + 1, payload: new Uint8Array(9) });
        asked.push({ question, signal, give: () => resolve(new Response(frame())) });
      });
    });
    pictures = new Pictures(
      "/timelines/x",
      new TicketHolder("first", "/tickets"),
      () => 480,
      () => pace,
    );
  });

  afterEach(() => {
    pictures.close();
    vi.unstubAllGlobals();
  });

  it("comes no faster than the voice leaves room for", async () => {
    void pictures.address(picture(7));
    pace = 3;
    asked[0]?.give();
    await turn();
    void pictures.address(picture(9));
    await turn();
    expect(asked.map(({ question }) => [question.after, question.pace])).toEqual([
      ["6", undefined],
      ["8", "3"],
    ]);
  });

  it("lets what is looked at now come first on a slow line, and goes on with the other then", async () => {
    pace = 2;
    const before = pictures.address(picture(7));
    const now = pictures.address(picture(9));
    await turn();
    expect(asked.map(({ question, signal }) => [question.after, signal.aborted])).toEqual([
      ["6", true],
      ["8", false],
    ]);
    asked[1]?.give();
    await now;
    await turn();
    expect(asked[2]?.question.after).toBe("6");
    asked[2]?.give();
    expect(await before).toMatch(/^blob:/);
  });

  it("prepares the next when nothing else is asked for, once", async () => {
    const shown = pictures.address(picture(7));
    pictures.prepare(picture(8));
    expect(asked).toHaveLength(1);
    asked[0]?.give();
    await shown;
    await turn();
    pictures.prepare(picture(8));
    pictures.prepare(picture(8));
    expect(asked.map(({ question }) => question.after)).toEqual(["6", "7"]);
    // Turned up meanwhile, it goes on coming.
    const next = pictures.address(picture(8));
    expect(asked).toHaveLength(2);
    asked[1]?.give();
    expect(await next).toMatch(/^blob:/);
    expect(await pictures.address(picture(8))).toBe(await next);
    expect(asked).toHaveLength(2);
  });

  it("gives up what it prepares for what is looked at, and prepares it another time", async () => {
    pictures.prepare(picture(8));
    const shown = pictures.address(picture(3));
    await turn();
    expect(asked.map(({ question, signal }) => [question.after, signal.aborted])).toEqual([
      ["7", true],
      ["2", false],
    ]);
    asked[1]?.give();
    expect(await shown).toMatch(/^blob:/);
    await turn();
    pictures.prepare(picture(8));
    expect(asked).toHaveLength(3);
  });
});
