/** What the desk of slates looks like: the task, all slates as a grid, one of them large. */
import { PAPERS } from "../board/board";
import { MAX_TEXT } from "../talk/facts";
import { icon } from "../ui/icons";
import { plain } from "../ui/plain";
import { word } from "../ui/words";

const w = (key: string) => plain(word(`slates.${key}`));

export const SLATES_TAB = (): string =>
  `<button type="button" class="button" data-slates="desk">${w("title")}<b class="badge slates" hidden></b></button>`;

function button(act: string, key: string, look = "", more = ""): string {
  return `<button type="button" class="button" data-slates="${act}"${more}>${look ? icon(look) : ""}<span>${w(key)}</span></button>`;
}

export const SLATES = (): string => {
  const papers = PAPERS.map(
    (paper) => `<option value="${paper}">${plain(word(`studio.paper.${paper}`))}</option>`,
  );
  return `<header><h2>${w("title")}</h2><p class="count" role="status"></p><button type="button" class="button plain" data-slates="desk" aria-label="${w("shut")}">✕</button></header>
  <p class="note offair" role="status" hidden>${w("offair")}</p>
  <form class="set" method="dialog"><label class="what"><span>${w("task")}</span><input class="input" name="task" maxlength="${MAX_TEXT}" dir="auto" placeholder="${w("taskhint")}"></label>
    <label><span>${w("paper")}</span><select class="input" name="paper">${papers.join("")}</select></label>
    <button class="button primary">${w("give")}</button></form>
  <div class="running" hidden><p class="task" dir="auto"></p><p class="row">${button("close", "close")}${button("reopen", "reopen")}${button("hide", "hide")}${button("print", "print", "", " hidden")}</p></div>
  <p class="muted nobody" hidden>${w("nobody")}</p>
  <div class="grid"><ol class="tiles"></ol></div>
  <section class="large" hidden>
    <p class="row head">${button("back", "back")}<bdi class="name"></bdi>${button("previous", "previous")}${button("next", "next")}</p>
    <div class="writing"></div>
    <p class="row">${button("pen", "pen", "pen", ' aria-pressed="true"')}${button("eraser", "eraser", "eraser", ' aria-pressed="false"')}${button("undo", "undo", "undo")}${button("redo", "redo", "redo")}${button("giveback", "giveback", "tick")}
      <label class="named"><input type="checkbox" name="named" checked> ${w("named")}</label>${button("show", "show", "share")}</p>
  </section>`;
};

export function tileMarkup(voice: string): string {
  return `<button type="button" class="tile" data-slates="open" data-voice="${voice}"><span class="writing"></span><span class="name"><bdi></bdi></span><span class="how"></span><span class="when"></span></button>`;
}
