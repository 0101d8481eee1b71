/** A leaf as a file of its own: an SVG that needs nothing from outside, or a picture of it. */

/** A picture is so wide: as many dots as a wall has. */
const WIDE = 3840;
/** Wide enough to see whether letters are there. */
const SKETCH = 480;
const LOOK_MS = 80;
const MOST_LOOKS = 40;

/** The SVG with its letters and pictures inside it. */
export async function standalone(leaf: SVGElement): Promise<string> {
  const copy = leaf.cloneNode(true) as SVGElement;
  for (const image of copy.querySelectorAll("image")) {
    const href = image.getAttribute("href");
    if (href) image.setAttribute("href", await inside(href));
  }
  const written = copy.querySelector("foreignObject") !== null;
  const style = document.createElementNS("http://www.w3.org/2000/svg", "style");
  style.textContent = written ? await rules() : "";
  copy.prepend(style);
  copy.setAttribute("width", "8000");
  copy.setAttribute("height", "4500");
  return new XMLSerializer().serializeToString(copy);
}

/** The same as PNG. Throws where a browser keeps its hand on pictures of pages. */
export async function picture(svg: string): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  await settled(image);
  const canvas = drawn(image, WIDE);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/png");
  });
}

function drawn(image: HTMLImageElement, width: number): HTMLCanvasElement {
  const canvas = Object.assign(document.createElement("canvas"), { width, height: (width * 9) / 16 });
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/** Browsers unpack the letters of an SVG only when it is drawn, and tell nobody when: wait until it stays the same. */
async function settled(image: HTMLImageElement): Promise<void> {
  let [before, same] = [drawn(image, SKETCH).toDataURL(), 0];
  for (let i = 0; same < 3 && i < MOST_LOOKS; i++) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    const now = drawn(image, SKETCH).toDataURL();
    same = now === before ? same + 1 : 0;
    before = now;
  }
}

export function download(file: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

async function inside(address: string): Promise<string> {
  const file = await (await fetch(address)).blob();
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}

/** What of this page's own style texts and formulas need, the letters that are in use laid into it. */
async function rules(): Promise<string> {
  const root = getComputedStyle(document.documentElement);
  const wanted: string[] = [`svg{--font:${root.getPropertyValue("--font")};font-family:var(--font)}`];
  const used = [...document.fonts].filter((face) => face.status === "loaded");
  const isUsed = ({ style }: CSSFontFaceRule) =>
    used.some(
      (face) =>
        bare(face.family) === bare(style.getPropertyValue("font-family")) &&
        face.style === (style.getPropertyValue("font-style") || "normal") &&
        sameRange(face.unicodeRange, style.getPropertyValue("unicode-range")) &&
        sameWeight(face.weight, style.getPropertyValue("font-weight")),
    );
  for (const sheet of document.styleSheets)
    for (const rule of sheet.cssRules) {
      if (rule instanceof CSSFontFaceRule) {
        if (isUsed(rule)) wanted.push(await withLetters(rule, sheet.href));
      } else if (/\.(katex|board-(text|formula))/.test(rule.cssText)) wanted.push(rule.cssText);
    }
  return wanted.join("\n");
}

const bare = (family: string) => family.replace(/["']/g, "");
const sameWeight = (a: string, b: string) => (a || "normal") === (b || "normal");
const sameRange = (a: string, b: string) => bounds(a) === bounds(b);

/** A range of letters, however a browser writes it. */
function bounds(range: string): string {
  return (range || "U+0-10FFFF")
    .toUpperCase()
    .replace(/U\+0*(?=[0-9A-F])|\s/g, "")
    .replace(/-0+(?=[0-9A-F])/g, "-");
}

async function withLetters(rule: CSSFontFaceRule, sheet: string | null): Promise<string> {
  const [, address] = /url\(["']?([^"')]+\.woff2)/.exec(rule.cssText) ?? [];
  if (!address) return "";
  const letters = await inside(new URL(address, sheet ?? location.href).href);
  const { style } = rule;
  const about = ["font-family", "font-weight", "font-style", "unicode-range"]
    .map((name) => [name, style.getPropertyValue(name)])
    .filter(([, value]) => value)
    .map(([name, value]) => `${name}:${value}`);
  return `@font-face{${about.join(";")};src:url(${letters}) format("woff2")}`;
}
