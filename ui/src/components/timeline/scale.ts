/** Browsers cap the height of an element (Chromium: 33,554,428 px). Above 15 million px the scroll position is scaled. */
const MAX_CONTENT = 15e6;

export interface ScrollScale { content: number; toVirtual(scrollTop: number): number; toScroll(virtualY: number): number }

/** `total` is the true height of all rows, `view` that of the window. Both maps are monotone and inverse to each other within the range. */
export function scrollScale(total: number, view: number): ScrollScale {
  if (total <= MAX_CONTENT) return { content: total, toVirtual: (st) => st, toScroll: (vy) => vy };
  const content = MAX_CONTENT;
  const factor = (total - view) / (content - view);
  return { content, toVirtual: (st) => st * factor, toScroll: (vy) => vy / factor };
}
