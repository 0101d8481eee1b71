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
    // The board is preloaded by pages that show it: it needs a name of its own in the manifest.
    rollupOptions: { input: [...pages, "web/board/view.ts"] },
  },
});
