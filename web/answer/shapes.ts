/** The choices of a question: a letter, a colour and a shape each, so that none of the three has to be seen. */

export const LETTERS = ["A", "B", "C", "D", "E", "F"] as const;

const SHAPES = [
  '<circle cx="12" cy="12" r="9"/>',
  '<path d="M12 2.5 22 20.5H2z"/>',
  '<path d="M3.5 3.5h17v17h-17z"/>',
  '<path d="M12 1.5 22.5 12 12 22.5 1.5 12z"/>',
  '<path d="m12 2 10 7.6-3.8 11.9H5.8L2 9.6z"/>',
  '<path d="M8.5 2.5h7v6h6v7h-6v6h-7v-6h-6v-7h6z"/>',
] as const;

export function shape(index: number): string {
  return `<svg class="shape" viewBox="0 0 24 24" aria-hidden="true">${SHAPES[index] ?? ""}</svg>`;
}

export const RIGHT_SIGN =
  '<svg class="sign" viewBox="0 0 24 24" aria-hidden="true"><path d="m4 12.5 5.5 5.5L20 6.5"/></svg>';
export const WRONG_SIGN =
  '<svg class="sign" viewBox="0 0 24 24" aria-hidden="true"><path d="M5.5 5.5l13 13M18.5 5.5l-13 13"/></svg>';
