/** Where the page is: a thin layer over the History API. Components listen to `change`; links are ordinary `<a href>`. */
class Router extends EventTarget {
  get path(): string { return location.pathname; }
  get query(): URLSearchParams { return new URLSearchParams(location.search); }

  start(): void {
    history.scrollRestoration = 'manual';
    addEventListener('popstate', () => this.#changed());
    document.addEventListener('click', (e) => this.#click(e));
  }

  /** `replace` leaves no step for the back button; `overlay` marks a step that closing the viewer may take back. */
  go(to: string, options: { replace?: boolean; overlay?: boolean } = {}): void {
    if (options.replace) {
      const kept = (history.state as { overlay?: boolean } | null)?.overlay ?? false;
      history.replaceState({ overlay: options.overlay ?? kept }, '', to);
    } else {
      history.pushState({ overlay: options.overlay ?? false }, '', to);
    }
    this.#changed();
  }

  /** Close an overlay: one step back when it was opened from its page, else the page takes its place. */
  closeOverlay(page: string): void {
    if ((history.state as { overlay?: boolean } | null)?.overlay) history.back();
    else this.go(page, { replace: true });
  }

  #changed(): void { this.dispatchEvent(new Event('change')); }

  #click(e: MouseEvent): void {
    if (e.defaultPrevented || e.button !== 0 || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey) return;
    const a = e.composedPath().find((n): n is HTMLAnchorElement => n instanceof HTMLAnchorElement);
    if (!a?.href || a.target || a.hasAttribute('download') || a.origin !== location.origin || a.pathname.startsWith('/api/')) return;
    e.preventDefault();
    if (a.href !== location.href) this.go(a.pathname + a.search);
  }
}

export const router = new Router();
