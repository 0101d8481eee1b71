/**
 * Every string an element shows. Django lays the reader's language into the page (`<script id="words">`), so nothing is
 * fetched and nothing is decided here but the form of a plural.
 */

export type Params = Readonly<Record<string, string | number>>;

let table: Readonly<Record<string, string>> | undefined;

/** The language of the page, for `Intl`. Arabic as written in Morocco: Western digits, Moroccan months. */
export function language(): string {
  const told = document.documentElement.lang || "fr";
  return told === "ar" ? "ar-MA" : told;
}

function words(): Readonly<Record<string, string>> {
  table ??= JSON.parse(document.getElementById("words")?.textContent || "{}") as Record<string, string>;
  return table;
}

/**
 * The text under `key`, with `{name}` replaced. With a number `n`, `key.one`, `key.two`, `key.few` … are preferred where
 * the language has them. A key nobody translated is shown as it is, so that it is seen and mended.
 */
export function word(key: string, params: Params = {}): string {
  const known = words();
  return fill(pick(known, key, params, language()), params, language());
}

/** Which form of `key` is said in `lang`. */
export function pick(
  known: Readonly<Record<string, string>>,
  key: string,
  params: Params,
  lang: string,
): string {
  if (typeof params.n === "number") {
    const form = known[`${key}.${new Intl.PluralRules(lang).select(params.n)}`];
    if (form !== undefined) return form;
  }
  return known[key] ?? known[`${key}.other`] ?? key;
}

/** `{name}` replaced; numbers as the language writes them. */
export function fill(text: string, params: Params, lang: string): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = params[name];
    if (value === undefined) return whole;
    return typeof value === "number" ? new Intl.NumberFormat(lang).format(value) : value;
  });
}
