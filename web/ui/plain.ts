/** Text made safe to stand in markup. */
export function plain(text: string): string {
  const holder = document.createElement("span");
  holder.textContent = text;
  return holder.innerHTML;
}
