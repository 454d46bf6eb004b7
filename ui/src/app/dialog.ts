import { LitElement } from 'lit';

/** A dialog element: gets `params`, ends with `done`. */
export abstract class DialogElement<P, R> extends LitElement {
  params!: P;
  finish(result: R | null): void { this.dispatchEvent(new CustomEvent('done', { detail: result })); }
}

/** Loads the code of a dialog, shows it, and resolves with its result; null when it was closed without one. Focus goes back to where it was. */
export async function openDialog<P, R>(tag: string, load: () => Promise<unknown>, params: P): Promise<R | null> {
  await load();
  const before = deepFocus();
  const el = document.createElement(tag) as DialogElement<P, R>;
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
