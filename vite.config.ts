import { readdirSync } from "node:fs";
import { defineConfig } from "vite";

/** Every `web/pages/*.ts` is one page's script; Django finds them through the manifest (django-vite). */
const pages = readdirSync("web/pages")
  .filter((name) => name.endsWith(".ts"))
  .map((name) => `web/pages/${name}`);

export default defineConfig({
  base: "/static/",
  publicDir: false,
  build: {
    outDir: "src/halqa/site/built",
    manifest: "manifest.json",
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rollupOptions: { input: pages },
  },
});
