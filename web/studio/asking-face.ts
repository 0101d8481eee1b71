/** What asking looks like in the studio: two buttons in the bar, a drawer beside the stage, the form of a question. */
import { LETTERS, shape } from "../answer/shapes";
import { type Answers, isClass, isRight, tally } from "../talk/answers";
import { KINDS, MAX_CHOICE, MAX_TEXT, type Right, type Tally } from "../talk/facts";
import type { Asked, Talk } from "../talk/fold";
import { title, told } from "../talk/results";
import { clock } from "../ui/facts";
import { plain } from "../ui/plain";
import { language, word } from "../ui/words";
import type { Prepared } from "./prepared";
import type { Item } from "./queue";

/** Names listed under one poll; the table has all of them. */
const LISTED = 300;

const w = (key: string, params: Record<string, string | number> = {}) => plain(word(`asking.${key}`, params));

const number = (n: number) => new Intl.NumberFormat(language()).format(n);

function button(act: string, key: string, id: string | number, more = ""): string {
  return `<button type="button" class="button" data-ask="${act}" data-id="${id}"${more}>${w(key)}</button>`;
}

export const BUTTONS = (): string =>
  `<button type="button" class="button tab" data-ask="tab" data-id="polls" aria-expanded="false">${w("polls")}<b class="badge polls" hidden></b></button>
   <button type="button" class="button tab" data-ask="tab" data-id="questions" aria-expanded="false">${w("questions")}<b class="badge questions" hidden></b></button>`;

export const DRAWER = (code: string, join: string): string => `
  <header><h2 class="of-polls">${w("polls")}</h2><h2 class="of-questions">${w("questions")}</h2><button type="button" class="button plain" data-ask="tab" data-id="" aria-label="${w("shut")}">✕</button></header>
  <div class="of-polls stack">
    <p class="note offair" role="status" hidden>${w("offair")}</p>
    <section class="now stack" hidden></section>
    <section class="stack tight"><h3>${w("quick")}</h3><p class="row">${quickLetters(4)}${quickLetters(2)}${quickLetters(3)}${button("quick", "quicktruth", "truth")}</p></section>
    <section class="stack tight"><h3>${w("prepared")}</h3><ol class="prepared"></ol><p>${button("write", "write", "")}</p></section>
    <section class="past stack tight" hidden></section>
    <section class="join stack tight"><h3>${w("code")}</h3><p class="digits" dir="ltr">${plain(`${code.slice(0, 3)} ${code.slice(3)}`)}</p><p class="muted" dir="ltr">${plain(join.replace(/^https?:\/\//, ""))}</p><p>${button("code", "showcode", "")}</p></section>
  </div>
  <div class="of-questions stack"><ol class="queue"></ol><p class="muted none">${w("noquestions")}</p></div>
  <p class="toast" role="status" hidden><span></span><button type="button" class="button" data-ask="undo">${w("undo")}</button></p>
  ${form()}${reply()}`;

function quickLetters(n: number): string {
  return `<button type="button" class="button" data-ask="quick" data-id="${n}">${LETTERS.slice(0, n).join(" ")}</button>`;
}

function form(): string {
  const kinds = KINDS.map((kind) => `<option value="${kind}">${w(`kind-${kind}`)}</option>`);
  const choices = LETTERS.map(
    (letter, i) =>
      `<li><span class="mark" data-colour="${"abcdef"[i]}">${shape(i)}<b>${letter}</b></span><input name="choice" maxlength="${MAX_CHOICE}" dir="auto" aria-label="${letter}"><label><input type="checkbox" name="ticked" value="${i}"> ${w("isright")}</label></li>`,
  );
  return `<dialog class="prepare" aria-label="${w("write")}"><form method="dialog" class="stack" data-kind="one" novalidate>
    <h2>${w("write")}</h2>
    <label class="stack tight"><span>${w("kind")}</span><select class="input" name="kind">${kinds.join("")}</select></label>
    <label class="stack tight"><span>${w("text")}</span><textarea class="input" name="text" rows="2" maxlength="${MAX_TEXT}" dir="auto"></textarea></label>
    <ol class="options">${choices.join("")}</ol>
    <label class="stack tight of-truth"><span>${w("rightanswer")}</span><select class="input" name="truth"><option value="">${w("nobody")}</option><option value="true">${w("true")}</option><option value="false">${w("false")}</option></select></label>
    <label class="stack tight of-told"><span>${w("rightanswer")}</span><input class="input" name="told" dir="auto" maxlength="${MAX_TEXT}"><small class="of-text">${w("several-ways")}</small></label>
    <div class="stack tight"><label><span>${w("picture")}</span> <input type="file" name="file" accept="image/*"></label><button type="button" class="button plain" data-ask="nopicture" hidden>${w("nopicture")}</button></div>
    <div class="of-place stack tight"><span>${w("placeright")}</span><div class="map" dir="ltr"><img alt="" hidden><svg viewBox="0 0 1600 900" aria-hidden="true"></svg></div><label>${w("radius")} <input type="range" name="radius" min="20" max="200" value="70"></label></div>
    <p class="mistake" role="alert" hidden></p>
    <p class="row"><button type="button" class="button primary" data-ask="keep">${w("keep")}</button><button class="button plain" value="cancel">${w("cancel")}</button></p></form></dialog>`;
}

function reply(): string {
  return `<dialog class="reply" aria-label="${w("written")}"><form method="dialog" class="stack"><h2>${w("written")}</h2><p class="question" dir="auto"></p>
    <textarea class="input" name="answer" rows="4" maxlength="${MAX_TEXT}" dir="auto" aria-label="${w("written")}"></textarea>
    <label><input type="checkbox" name="named"> ${w("named")}</label>
    <p class="row"><button type="button" class="button primary" data-ask="send-reply">${w("publish")}</button><button type="button" class="button" data-ask="whisper-reply">${w("whisper")}</button><button class="button plain" value="cancel">${w("cancel")}</button></p></form></dialog>`;
}

/** The poll that is open, or was last: its tally as it is now, who answered what, and what can be done with it. */
export function now(poll: Asked, answers: Answers, right: Right | null, onAir: boolean): string {
  const given = answers.counting(poll);
  const sum = tally(poll, given);
  const classes = given.filter((one) => isClass(one.voice));
  const pupils = given.filter((one) => !isClass(one.voice));
  const open = poll.closedAt === null;
  const stale = poll.shown !== null && JSON.stringify(poll.shown.tally) !== JSON.stringify(sum);
  const rows = (list: typeof given) =>
    list
      .slice(0, LISTED)
      .map((one) => {
        const good = isRight(poll, one.answer, right);
        const sign =
          good === null
            ? ""
            : `<span class="${good ? "well" : "wrong"}">${good ? "✓" : "✗"} ${w(good ? "yes" : "no")}</span>`;
        return `<tr><th scope="row"><bdi>${plain(one.who || "–")}</bdi></th><td><bdi>${plain(told(poll, one.answer))}</bdi></td><td>${sign}</td></tr>`;
      })
      .join("");
  const group = (key: string, list: typeof given) =>
    list.length
      ? `<details data-key="${poll.poll}-${key}"><summary>${w(key, { n: list.length })}</summary><table>${rows(list)}</table></details>`
      : "";
  const disabled = onAir ? "" : " disabled";
  return `<h3 dir="auto">${plain(title(poll))}</h3>
    <p class="facts"><span class="tag ${open ? "live" : ""}">${w(open ? "open" : "closed")}</span><b class="answered">${w("answered", { n: sum.answered })}</b></p>
    ${bars(poll, sum, right)}
    <p class="row">${open ? button("close", "close", poll.poll, disabled) : ""}${
      poll.shown === null || poll.hidden || stale
        ? button("show", stale && !poll.hidden ? "update" : "show", poll.poll, disabled)
        : ""
    }${poll.hidden ? "" : button("hide", "hide", poll.poll, disabled)}${
      right !== null && poll.shown?.right == null ? button("reveal", "reveal", poll.poll, disabled) : ""
    }${button("csv", "csv", "")}</p>
    ${right === null && poll.kind !== "place" && sum.answered > 0 ? `<p class="muted">${w("tapright")}</p>` : ""}
    ${group("schools", classes)}${group("pupils", pupils)}`;
}

function bars(poll: Asked, sum: Tally, right: Right | null): string {
  if (sum.points) {
    const spots = sum.points.map(([x, y]) => `<circle cx="${x * 1.6}" cy="${y * 0.9}" r="14"/>`).join("");
    const goal = Array.isArray(right)
      ? `<circle class="goal" cx="${Number(right[0]) * 1.6}" cy="${Number(right[1]) * 0.9}" r="${Number(right[2]) * 1.6}"/>`
      : "";
    const image = poll.picture
      ? `<img alt="" src="data:${poll.picture.type};base64,${poll.picture.data}">`
      : "";
    return `<div class="map" dir="ltr">${image}<svg viewBox="0 0 1600 900" aria-hidden="true">${goal}${spots}</svg></div>`;
  }
  const rows: [label: string, count: number, good: boolean, id: string, colour: string][] = sum.counts
    ? sum.counts.map((count, i) => {
        const answer = poll.kind === "truth" ? i === 0 : i;
        const label = told(poll, poll.kind === "several" ? [i] : answer);
        const good = Array.isArray(right) ? (right as number[]).includes(i) : right === answer;
        return [label, count, good, String(i), poll.kind === "truth" ? "" : (" abcdef"[i + 1] ?? "")];
      })
    : (sum.values ?? []).map(([value, count]) => {
        const answer = poll.kind === "number" ? Number(value) : value;
        return [value, count, isRight(poll, answer, right) === true, value, ""];
      });
  return `<ul class="bars">${rows
    .map(
      ([label, count, good, id, colour]) =>
        `<li><button type="button" data-ask="right" data-id="${plain(id).replaceAll('"', "&quot;")}" aria-pressed="${good}" title="${w("isright")}"${colour ? ` data-colour="${colour}"` : ""}><bdi>${plain(label)}</bdi><span class="well">${good ? `✓ ${w("isright")}` : ""}</span><b dir="ltr">${number(count)}</b><meter min="0" max="${Math.max(1, sum.answered)}" value="${count}"></meter></button></li>`,
    )
    .join("")}</ul>`;
}

export function preparedList(list: readonly Prepared[], onAir: boolean): string {
  return list
    .map(
      (
        one,
        i,
      ) => `<li data-row="${one.id}"><p dir="auto">${plain(one.text)}</p><p class="muted">${w(`kind-${one.kind}`)}</p>
      <p class="row">${button("open", "open-poll", one.id, onAir ? "" : " disabled")}<button type="button" class="button plain" data-ask="up" data-id="${one.id}" aria-label="${w("up")}"${i === 0 ? " disabled" : ""}>↑</button><button type="button" class="button plain" data-ask="down" data-id="${one.id}" aria-label="${w("down")}"${i === list.length - 1 ? " disabled" : ""}>↓</button>${button("edit", "edit", one.id)}${button("drop", "drop", one.id)}</p></li>`,
    )
    .join("");
}

export function pastList(talk: Talk, answers: Answers, current: string, onAir: boolean): string {
  const past = talk.polls.filter((one) => one.poll !== current).reverse();
  if (past.length === 0) return "";
  const rows = past.map(
    (
      one,
    ) => `<li><p dir="auto">${plain(title(one))}</p><p class="muted">${plain(clock(one.openedAt))} · ${w("answered", { n: answers.counting(one).length })}</p>
      <p class="row">${button("show", "show", one.poll, onAir ? "" : " disabled")}</p></li>`,
  );
  return `<details data-key="past"><summary>${w("past", { n: past.length })}</summary><ol>${rows.join("")}</ol></details>`;
}

export function queueList(items: readonly Item[], picked: number | null, onAir: boolean): string {
  const row = (item: Item) => {
    const who = item.who
      .slice(0, 3)
      .map((one) => `<bdi>${plain(one || "–")}</bdi>`)
      .join(", ");
    const more = item.who.length > 3 ? ` +${number(item.who.length - 3)}` : "";
    const tag = item.state === "waiting" ? "" : `<span class="tag">${w(`state-${item.state}`)}</span>`;
    const acts =
      item.state === "dismissed"
        ? button("restore", "restore", item.seq)
        : item.state === "waiting"
          ? `${button("aloud", "aloud", item.seq)}${button("reply", "written", item.seq, onAir ? "" : " disabled")}${button("publish", "publish", item.seq, onAir ? "" : " disabled")}${button("private", "private", item.seq)}${mergeButton(item.seq, picked)}${button("dismiss", "dismiss", item.seq)}`
          : `${button("restore", "restore", item.seq)}${item.state === "aloud" ? button("publish", "publish", item.seq, onAir ? "" : " disabled") : ""}`;
    return `<li class="${item.state}" data-row="${item.seq}"><p class="text" dir="auto">${plain(item.text)}</p><p class="muted">${who}${more} · <span dir="ltr">${clock(item.at)}</span> ${tag}</p><p class="row">${acts}</p></li>`;
  };
  const waiting = items.filter((one) => one.state === "waiting");
  const done = items.filter((one) => one.state !== "waiting");
  const rest = done.length
    ? `<li><details data-key="done"><summary>${w("done", { n: done.length })}</summary><ol>${done.map(row).join("")}</ol></details></li>`
    : "";
  return waiting.map(row).join("") + rest;
}

function mergeButton(seq: number, picked: number | null): string {
  if (picked === null) return button("pick", "merge", seq);
  return picked === seq ? button("pick", "merge-cancel", seq) : button("merge", "merge-here", seq);
}
