const FOCUSABLE = 'a[href], button:not(:disabled), input, textarea, select, video, summary, [tabindex="0"]';

/** What Tab reaches beneath `root`, in its order, through open shadow roots. */
function focusable(root: ParentNode): HTMLElement[] {
  const found: HTMLElement[] = [];
  for (const el of root.querySelectorAll<HTMLElement>('*')) {
    if (el.shadowRoot) found.push(...focusable(el.shadowRoot));
    else if (el.matches(FOCUSABLE) && el.checkVisibility({ visibilityProperty: true })) found.push(el);
  }
  return found;
}

function focused(): Element | null {
  let el = document.activeElement;
  while (el?.shadowRoot?.activeElement) el = el.shadowRoot.activeElement;
  return el;
}

/**
 * Tab inside a modal: at its edges the focus goes round, and from outside it comes in. In between the browser moves it.
 * `beside` belongs to the round as well (the notes at the bottom of the page), behind all others.
 */
export function keepFocus(e: KeyboardEvent, root: ShadowRoot, beside: ShadowRoot | null = null): void {
  const inside = focusable(root), all = [...inside, ...(beside ? focusable(beside) : [])], at = focused();
  const i = at ? all.indexOf(at as HTMLElement) : -1;
  // The room itself holds the focus after opening; from there Tab forward needs no help.
  if (i < 0 && !e.shiftKey && at && root.contains(at)) return;
  const to = e.shiftKey ? i - 1 : i + 1;
  // The browser knows its way, but not from one of the two to the other.
  if (i >= 0 && to >= 0 && to < all.length && (i < inside.length) === (to < inside.length)) return;
  e.preventDefault();
  all.at(i < 0 ? (e.shiftKey ? -1 : 0) : to % all.length)?.focus();
}
