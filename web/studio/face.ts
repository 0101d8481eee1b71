/** What the studio looks like: its parts, once. */
import type { Facts } from "../ui/facts";
import { icon } from "../ui/icons";
import { plain } from "../ui/plain";
import { word } from "../ui/words";
import { dressMarkup, stripMarkup, toolsMarkup } from "./easel-bar";
import { SCENES } from "./scene";

/** The markup of the face. */
export function face(facts: Facts): string {
  const w = (key: string) => plain(word(`studio.${key}`));
  const scenes = SCENES.map(
    (scene, i) =>
      `<button type="button" class="button" data-scene="${scene}" aria-pressed="false" aria-keyshortcuts="${i + 1}" title="${w(`scene.${scene}`)} (${i + 1})">${icon(scene)}<span>${w(`scene.${scene}`)}</span></button>`,
  ).join("");
  return `
  <main class="desk">
    <header class="head">
      <a class="button plain" href="${plain(facts.home)}" aria-label="${w("home")}" title="${w("home")}"><svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M4 11.5 12 5l8 6.5M6.5 10v9h11v-9"/></svg></a>
      <h1><bdi>${plain(facts.title)}</bdi></h1>
      ${dressMarkup()}
      <span class="air tag" role="status">${w("ready")}</span>
    </header>
    ${toolsMarkup()}
    <section class="easel" aria-label="${w("board")}"></section>
    <section class="camera" aria-label="${w("picture")}"><video class="preview" muted playsinline autoplay></video><p class="empty">${w("nopicture")}</p><video class="player" hidden playsinline></video></section>
    <aside class="side stack">
      <p class="note trouble" role="alert" hidden></p>
      <div class="told"><p class="behind" role="status"></p><p class="followers"></p></div>
      <details class="sources" open>
        <summary>${w("sources")}</summary>
        <div class="stack">
          <label class="stack tight"><span>${w("picture")}</span><select class="input" data-pick="picture"></select></label>
          <label class="stack tight"><span>${w("sound")}</span><select class="input" data-pick="sound"></select></label>
          <input type="file" accept="video/*,audio/*" hidden>
          <dl class="line">
            <dt>${w("rungs")}</dt><dd><bdi class="rungs" dir="ltr">–</bdi></dd>
            <dt>${w("uplinkname")}</dt><dd class="uplink">–</dd>
          </dl>
        </div>
      </details>
    </aside>
    ${stripMarkup()}
    <footer class="foot-bar">
      <div class="level" role="meter" aria-label="${w("level")}" aria-valuemin="0" aria-valuemax="100" aria-valuenow="0"><i></i></div>
      <time class="clock" dir="ltr" aria-label="${w("lessontime")}">0:00</time>
      <div class="scenes" role="group" aria-label="${w("scene")}">${scenes}</div>
      <span class="push"></span>
      <button type="button" class="button end" data-act="end" hidden>${w("end")}</button>
      <button type="button" class="button go" data-act="go">${w("goonair")}</button>
    </footer>
  </main>`;
}
