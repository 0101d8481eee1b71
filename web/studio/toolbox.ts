/** The tools of the board: which is held, how each is set, and which of the shapes is drawn. */
import { HIGHLIGHTER, PEN } from "../board/board";
import {
  type Bench,
  type Setting,
  SHAPES,
  type ShapeName,
  TOOLS,
  type Tool,
  type ToolName,
  WIDTHS,
} from "../write/bench";
import { EraserTool } from "../write/eraser-tool";
import { InkTool } from "../write/ink-tool";
import { FormulaTool } from "./tools/formula";
import { LaserTool } from "./tools/laser";
import { SelectTool } from "./tools/select";
import { ShapeTool } from "./tools/shape";
import { TextTool } from "./tools/text";

/** How an eraser and a selection go about it: the first or the second way. */
export interface Ways {
  eraser: "things" | "area";
  select: "box" | "loop";
}

export class Toolbox {
  readonly #settings: Record<ToolName, Setting> = {
    pen: { colour: 0, width: 1 },
    marker: { colour: 4, width: 1 },
    eraser: { colour: 0, width: 1 },
    select: { colour: 0, width: 1 },
    shape: { colour: 1, width: 1 },
    text: { colour: 0, width: 1 },
    formula: { colour: 0, width: 1 },
    laser: { colour: 2, width: 1 },
  };
  readonly #ways: Ways = { eraser: "things", select: "box" };
  #name: ToolName = "pen";
  #shape: ShapeName = "line";
  #fan = false;
  #tool: Tool;
  /** The tool of before, while the other end of the pen is used. */
  #laid: ToolName | null = null;

  constructor(
    private readonly bench: Bench,
    /** The stage: where a formula is asked for. */
    private readonly stage: HTMLElement,
  ) {
    this.#tool = this.#make("pen");
  }

  get name(): ToolName {
    return this.#name;
  }

  get shape(): ShapeName {
    return this.#shape;
  }

  /** The choice of shapes is open. */
  get fan(): boolean {
    return this.#fan;
  }

  get ways(): Readonly<Ways> {
    return this.#ways;
  }

  /** The tool that is held. */
  get tool(): Tool {
    return this.#tool;
  }

  /** The same if it chooses things. */
  get selecting(): SelectTool | null {
    return this.#tool instanceof SelectTool ? this.#tool : null;
  }

  get setting(): Setting {
    return this.#settings[this.#name];
  }

  get width(): number {
    return WIDTHS[this.#name][this.setting.width] as number;
  }

  take(name: ToolName): void {
    if (name === this.#name || !TOOLS.includes(name)) return;
    this.#tool.close?.();
    this.#fan = false;
    this.#name = name;
    this.#tool = this.#make(name);
    this.bench.changed();
  }

  /** What is under way is finished, what is chosen let go. `between`: done while no tool is held. */
  renew(between: () => void = () => {}): void {
    this.#tool.close?.();
    between();
    this.#tool = this.#make(this.#name);
  }

  /** The other end of the pen is used, for a stroke. */
  turnOver(): void {
    if (this.#name === "eraser") return;
    const before = this.#name;
    this.take("eraser");
    this.#laid = before;
  }

  turnBack(): void {
    if (this.#laid) this.take(this.#laid);
    this.#laid = null;
  }

  takeShape(shape: ShapeName): void {
    if (!SHAPES.includes(shape)) return;
    this.#shape = shape;
    this.openFan(false);
    if (this.#name === "shape") this.renew();
    else this.take("shape");
  }

  openFan(open: boolean): void {
    if (this.#fan === open) return;
    this.#fan = open;
    this.bench.changed();
  }

  toggleFan(): void {
    const open = !this.#fan || this.#name !== "shape";
    this.take("shape");
    this.openFan(open);
  }

  choose(way: string): void {
    if (way === "things" || way === "area") this.#ways.eraser = way;
    if (way === "box" || way === "loop") this.#ways.select = way;
  }

  dress(by: Partial<Setting>): void {
    this.#settings[this.#name] = { ...this.setting, ...by };
    this.#tool.dress?.(by);
  }

  #make(name: ToolName): Tool {
    switch (name) {
      case "pen":
        return new InkTool(this.bench, PEN);
      case "marker":
        return new InkTool(this.bench, HIGHLIGHTER);
      case "eraser":
        return new EraserTool(this.bench, () => this.#ways.eraser);
      case "select":
        return new SelectTool(this.bench, () => this.#ways.select);
      case "shape":
        return new ShapeTool(this.bench, this.#shape);
      case "text":
        return new TextTool(this.bench);
      case "formula":
        return new FormulaTool(this.bench, this.stage);
      case "laser":
        return new LaserTool(this.bench);
    }
  }
}
