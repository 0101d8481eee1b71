/** What the teacher sees of the plan: where what is prepared is kept, and the choice when another PC prepared too. */
import type { Facts } from "../ui/facts";
import { plain } from "../ui/plain";
import { word } from "../ui/words";
import { Plan, type PlanFacts, type PlanState } from "./plan";

const NOTHING: PlanFacts = { version: 0, board: [], polls: [], address: "" };

/** The plan of this studio; for tests it tells its state in `data-plan`. */
export function planOf(
  studio: HTMLElement,
  facts: Facts & { readonly plan?: PlanFacts },
  writer: string,
): Plan {
  const w = (key: string) => plain(word(`studio.plan-${key}`));
  const part = document.createElement("div");
  part.className = "plan stack tight";
  part.innerHTML = `<p class="muted" role="status"></p>
    <p class="row" hidden><button type="button" class="button" data-plan="theirs">${w("theirs")}</button> <button type="button" class="button" data-plan="mine">${w("mine")}</button></p>`;
  studio.querySelector(".side")?.append(part);
  const [text, choice] = part.querySelectorAll("p");
  const changed = (state: PlanState) => {
    studio.dataset.plan = state;
    part.classList.toggle("note", state === "ask" || state === "refused");
    if (text) text.textContent = word(`studio.plan-${state}`);
    if (choice) choice.hidden = state !== "ask";
  };
  const plan = new Plan(facts.id, facts.plan ?? NOTHING, facts.csrf ?? "", writer, { changed });
  part.addEventListener("click", (event) => {
    const chosen = (event.target as Element).closest<HTMLElement>("[data-plan]")?.dataset.plan;
    if (chosen === "mine") plan.keepMine();
    if (chosen !== "theirs") return;
    plan.takeTheirs();
    location.reload();
  });
  return plan;
}
