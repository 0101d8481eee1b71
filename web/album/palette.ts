/** The colours of the day, whatever the hour: paper is white. */
import { COLOURS } from "../board/board";
import type { Palette } from "./leaf";

export function paperPalette(): Palette {
  const probe = Object.assign(document.createElement("div"), { className: "board lit" });
  document.body.append(probe);
  const style = getComputedStyle(probe);
  const value = (name: string) => style.getPropertyValue(name).trim();
  const row = (name: string) => Array.from({ length: COLOURS }, (_, i) => value(`--${name}-${i}`));
  const palette: Palette = {
    paper: value("--board-paper"),
    ink: row("board"),
    marks: row("mark"),
    rules: {
      hair: value("--board-rule-hair"),
      soft: value("--board-rule-soft"),
      firm: value("--board-rule"),
    },
  };
  probe.remove();
  return palette;
}
