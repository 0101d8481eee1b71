/** How long it is until something begins, in words. */
/** So long after its hour it is still about to begin (`hours.py` says the same); then nobody knows. */
const LATE_MS = 30 * 60_000;

/** What stands on the wall: `dans 12 min`, then `soon`, at last nothing. */
export function leftWords(left: number, lang: string, soon: string): string {
  if (left > 0) return until(left, lang);
  return left >= -LATE_MS ? soon : "";
}

/** How long until something begins, as `Intl` says it; seconds in the last minute. What it cannot say in Tamazight is said in French. */
function until(ms: number, lang: string): string {
  const said = (n: number, unit: "second" | "minute" | "hour" | "day") =>
    new Intl.RelativeTimeFormat(lang === "zgh" ? "fr" : lang, {
      style: unit === "day" ? "long" : "short",
    }).format(n, unit);
  const minutes = ms / 60_000;
  if (minutes <= 1) return said(Math.ceil(ms / 1_000), "second");
  if (minutes <= 90) return said(Math.ceil(minutes), "minute");
  if (minutes <= 36 * 60) return said(Math.round(minutes / 60), "hour");
  return said(Math.round(minutes / 60 / 24), "day");
}
