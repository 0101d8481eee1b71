/** Where the script stands in the panel: words to find, the transcript. `script.ts` fills it. */
import { plain } from "../ui/plain";
import { word } from "../ui/words";

/** What stands in the panel. */
export function scriptMarkup(): string {
  const w = (key: string) => plain(word(`script.${key}`));
  return `<form class="find" role="search"><label><span>${w("find")}</span><input type="search" class="input" dir="auto" enterkeyhint="search"></label></form>
    <p class="found" role="status" hidden></p><p class="nohits" role="status" hidden>${w("nothing")}</p><ol class="hits"></ol>
    <section class="script" hidden><h3>${w("transcript")}</h3><select class="input" data-pick="transcript" aria-label="${w("language")}" hidden></select><ol class="transcript"></ol></section>`;
}
