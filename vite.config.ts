import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";

/** Every `web/pages/*.ts` is one page's script; Django finds them through the manifest (django-vite). */
const pages = readdirSync("web/pages")
  .filter((name) => name.endsWith(".ts"))
  .map((name) => `web/pages/${name}`);

/** The words of every face and the mark go into the package as they are: Django lays them into pages. */
function asTheyAre(): Plugin {
  return {
    name: "halqa-as-they-are",
    generateBundle() {
      this.emitFile({ type: "asset", fileName: "mark.svg", source: readFileSync("web/ui/mark.svg") });
      for (const name of readdirSync("web/words").filter((name) => name.endsWith(".json"))) {
        const source = readFileSync(join("web/words", name), "utf8");
        this.emitFile({ type: "asset", fileName: `words/${name}`, source });
      }
    },
  };
}

/** Lays `.br` and `.gz` beside whatever shrinks, so that the server never compresses anything itself. */
function compressed(): Plugin {
  return {
    name: "halqa-compressed",
    writeBundle({ dir = "" }, bundle) {
      for (const name of Object.keys(bundle).filter((name) => /\.(js|css|svg|json)$/.test(name))) {
        const bytes = readFileSync(join(dir, name));
        const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
        writeFileSync(join(dir, `${name}.br`), brotliCompressSync(bytes, { params }));
        writeFileSync(join(dir, `${name}.gz`), gzipSync(bytes, { level: 9 }));
      }
    },
  };
}

/**
 * What several pages share, in few files: a browser asks for six at a time, and on a narrow line every further one keeps the first
 * question about the lesson waiting.
 */
const SHARED = [
  {
    name: "wire",
    test: /preload-helper|web\/(wire\/(tickets|backoff|early|frames|follow|nap)|ui\/(facts|words|keep)|follow\/first|classroom\/(brought|opening|place))\./,
  },
  {
    name: "board",
    test: /@msgpack\/(?!.*\/[Ee]ncode)|web\/(board\/(bits|board|decode|payload|skeleton|matrix|roll|fold)|follow\/(talk|keeper|pictures|tips))\./,
  },
  {
    name: "view",
    test: /perfect-freehand|web\/board\/(box|curve|grid|ink|laser|layer|paper|paths|pick|sheet|things|view)\./,
  },
];

export default defineConfig({
  base: "/static/",
  publicDir: false,
  plugins: [asTheyAre(), compressed()],
  build: {
    outDir: "src/halqa/site/built",
    manifest: "manifest.json",
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: {
      // The board is preloaded by pages that show it: it needs a name of its own in the manifest.
      input: [...pages, "web/board/view.ts"],
      output: { codeSplitting: { groups: SHARED, includeDependenciesRecursively: false } },
    },
  },
});
