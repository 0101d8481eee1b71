/**
 * How long ago something was, as its reader says it: *now*, *40 s ago*, *2 min ago*. It changes every ten seconds at most. Pure.
 *
 * `ms`: since then; below 0 it is now. `lang`: the page's, as `Intl` knows it. What browsers cannot say in Tamazight is said in
 * French, as everything the page has no word for.
 */
export function ago(ms: number, lang: string): string {
  const said = new Intl.RelativeTimeFormat(lang === "zgh" ? "fr" : lang, { numeric: "auto", style: "short" });
  const seconds = Math.max(0, Math.floor(ms / 10_000) * 10);
  if (seconds < 60) return said.format(-seconds, "second");
  if (seconds < 3_600) return said.format(-Math.floor(seconds / 60), "minute");
  return said.format(-Math.floor(seconds / 3_600), "hour");
}
