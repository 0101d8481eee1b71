/** Digits to press, on a wall that has no keyboard; six of them are sent by themselves. */
const DIGITS = 6;
const BACK = "⌫";
const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "", "0", BACK];

export function keypad(form: HTMLFormElement): void {
  const input = form.elements.namedItem("code") as HTMLInputElement;
  const pad = document.createElement("div");
  pad.className = "keypad";
  pad.dir = "ltr";
  for (const key of KEYS) {
    const button = document.createElement(key ? "button" : "span");
    if (button instanceof HTMLButtonElement) {
      button.type = "button";
      button.className = "button plain";
      button.textContent = button.dataset.key = key;
    }
    pad.append(button);
  }
  const digits = () => input.value.replace(/\D/g, "");
  const show = (told: string) => {
    input.value = told.length > 3 ? `${told.slice(0, 3)} ${told.slice(3)}` : told;
    input.removeAttribute("aria-invalid");
  };
  const send = () => {
    if (digits().length === DIGITS) form.requestSubmit();
  };
  pad.addEventListener("click", (event) => {
    const key = (event.target as HTMLElement).dataset.key;
    if (key === undefined) return;
    show(key === BACK ? digits().slice(0, -1) : (digits() + key).slice(0, DIGITS));
    send();
  });
  input.addEventListener("input", send);
  input.closest(".field")?.after(pad);
}
