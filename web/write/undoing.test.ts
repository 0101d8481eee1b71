import { describe, expect, it } from "vitest";
import { undoing } from "./undoing";

const press = (key: string, code: string, more: Partial<KeyboardEvent> = {}) =>
  undoing({ key, code, ctrlKey: true, metaKey: false, altKey: false, shiftKey: false, ...more });

describe("undoing", () => {
  it("is the same key on every keyboard", () => {
    expect(press("z", "KeyZ")).toBe("undo");
    expect(press("ئ", "KeyZ")).toBe("undo");
    expect(press("z", "KeyW")).toBe("undo");
    expect(press("y", "KeyY")).toBe("redo");
    expect(press("غ", "KeyY")).toBe("redo");
    expect(press("Z", "KeyZ", { shiftKey: true })).toBe("redo");
    expect(press("z", "KeyZ", { ctrlKey: false, metaKey: true })).toBe("undo");
  });

  it("is nothing that is typed, and no other shortcut", () => {
    expect(press("z", "KeyZ", { ctrlKey: false })).toBeNull();
    expect(press("z", "KeyZ", { altKey: true })).toBeNull();
    expect(press("a", "KeyA")).toBeNull();
  });
});
