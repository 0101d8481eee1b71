import { expect, it } from "vitest";
import { BoardFold } from "../board/fold";
import { Storm } from "../board/storm";
import { Count } from "./count";

it("is what counting all of them gives, whatever happens on a page and whichever is turned up", () => {
  for (let seed = 1; seed <= 10; seed++) {
    const [storm, fold, count] = [new Storm(seed), new BoardFold(), new Count()];
    for (const entry of new Storm(seed).lesson(300)) {
      fold.take(entry);
      const page = fold.page(storm.pick(["1", "b2"]), null);
      expect(count.of(page)).toBe([...page.things.values()].filter((one) => !one.gone).length);
    }
  }
});
