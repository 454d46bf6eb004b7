/** A dialog element: gets `params` before it is shown, and says how it ended with a `done` event (the result, or null). */
export interface DialogElement<P> extends HTMLElement { params: P }

/** Loads the code of a dialog, shows it, and resolves with its result; null when it was closed without one. Focus goes back to where it was. */
export async function openDialog<P, R>(tag: string, load: () => Promise<unknown>, params: P): Promise<R | null> {
  await load();
  const before = deepFocus();
  const el = document.createElement(tag) as DialogElement<P>;
  el.params = params;
  return new Promise((resolve) => {
    el.addEventListener('done', (e) => {
      el.remove();
      before?.focus();
      resolve((e as CustomEvent<R | null>).detail);
    }, { once: true });
    document.body.append(el);
  });
}

function deepFocus(): HTMLElement | null {
  let el = document.activeElement;
  while (el?.shadowRoot?.activeElement) el = el.shadowRoot.activeElement;
  return el instanceof HTMLElement ? el : null;
}
