import '@awesome.me/webawesome/dist/components/button/button.js';
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { html as staticHtml, unsafeStatic } from 'lit/static-html.js';
import '../components/m-note.ts';
import '../components/m-toasts.ts';
import { messageOf } from '../data/api.ts';
import { onLive } from '../data/live.ts';
import { session } from '../data/session.ts';
import { t } from '../strings/t.ts';
import { base } from '../tokens/shared.ts';
import { findRoute, safeNext, type RouteParams } from './match.ts';
import { router } from './router.ts';
import type { MShell } from './m-shell.ts';
import { ROUTES, type PageRoute } from './routes.ts';

type Shown = { kind: 'blank' } | { kind: 'page'; route: PageRoute; params: RouteParams } | { kind: 'unknown' } | { kind: 'forbidden' } | { kind: 'failed'; error: unknown };

const LOST_MS = 3000;

/** The root: decides between set-up, sign-in and the house, loads the page of the address, and keeps its title. */
@customElement('m-app')
export class MApp extends LitElement {
  static override styles = [base, css`
    :host { display: block; height: 100dvh; background: var(--surface-0); color: var(--ink-1); }
    .stage { outline: none; height: 100%; overflow: auto; display: grid; }
    .offline { position: fixed; left: 50%; top: 8px; transform: translateX(-50%); z-index: 70; background: var(--ink-1); color: var(--surface-0); padding: 6px 16px; border-radius: var(--radius-pill); font: var(--text-caption) var(--font); box-shadow: var(--float); }
  `];
  @state() private shown: Shown = { kind: 'blank' };
  @state() private offline = false;
  @query('.stage') private stage?: HTMLElement;
  @query('m-shell') private shell?: MShell;
  private turn = 0;
  private lost: ReturnType<typeof setTimeout> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    router.start();
    router.addEventListener('change', () => void this.route());
    session.addEventListener('change', () => void this.route());
    onLive((e) => { if (e.type === 'state') this.connection(e.connected); });
    void session.start();
  }

  /** Short gaps (a restart of the browser's connection) are nobody's business. */
  private connection(up: boolean): void {
    if (!up) { this.lost ??= setTimeout(() => { this.offline = true; }, LOST_MS); return; }
    clearTimeout(this.lost);
    this.lost = undefined;
    this.offline = false;
  }

  private async route(): Promise<void> {
    const turn = ++this.turn;
    const now = session.state;
    if (now.kind === 'unknown') return;
    if (now.kind === 'unreachable') { this.shown = { kind: 'failed', error: now.error }; return; }
    if (now.kind !== 'in') this.connection(true);
    const to = this.redirect();
    if (to) return router.go(to, { replace: true });
    const found = findRoute(ROUTES, router.path);
    if (!found) { this.shown = { kind: 'unknown' }; return; }
    if (found.route.access === 'admin' && session.user?.role !== 'admin') { this.shown = { kind: 'forbidden' }; return; }
    try {
      await Promise.all([found.route.load(), found.route.access === 'anybody' ? undefined : import('./m-shell.ts')]);
    } catch (error) {
      if (turn === this.turn) this.shown = { kind: 'failed', error };
      return;
    }
    if (turn === this.turn) this.shown = { kind: 'page', ...found };
  }

  /** Where this address leads instead, given who sits here. */
  private redirect(): string | null {
    const at = findRoute(ROUTES, router.path)?.route.path;
    switch (session.state.kind) {
      case 'setup': return at === '/setup' ? null : '/setup';
      case 'out': return at === '/login' ? null : `/login?next=${encodeURIComponent(location.pathname + location.search)}`;
      case 'in':
        if (at === '/login') return safeNext(router.query.get('next'));
        // The wizard ends on its own last page; coming back to it later leads to the photos.
        if (at === '/setup' && !(this.shown.kind === 'page' && this.shown.route.path === '/setup')) return '/photos';
        return router.path === '/' ? '/photos' : null;
      default: return null;
    }
  }

  override updated(changed: PropertyValues): void {
    if (!changed.has('shown')) return;
    const before = changed.get('shown') as Shown | undefined;
    const title = this.shown.kind === 'page' ? t(this.shown.route.title as 'nav.photos') : this.shown.kind === 'unknown' ? t('app.notFound') : '';
    document.title = title ? `${title} · ${t('app.name')}` : t('app.name');
    const moved = this.shown.kind === 'page' && before?.kind === 'page' && before.route !== this.shown.route;
    // After a move the reading position is the new page, not the link that was left.
    if (moved) void (this.shell ? this.shell.focusContent() : this.stage?.focus({ preventScroll: true }));
  }

  override render() {
    return html`${this.offline && session.user ? html`<div class="offline" role="status" data-testid="offline">${t('app.offline')}</div>` : nothing}${this.body()}<m-toasts></m-toasts>`;
  }

  private body() {
    const { shown } = this;
    switch (shown.kind) {
      case 'blank': return nothing;
      case 'failed': return html`<div class="stage"><m-note icon="hard-drive" heading=${t('app.unreachable')} text=${t('app.unreachable.text')}><wa-button variant="brand" title=${messageOf(shown.error)} @click=${() => location.reload()}>${t('app.retry')}</wa-button></m-note></div>`;
      case 'unknown': return html`<div class="stage"><m-note icon="image" heading=${t('app.notFound')} text=${t('app.notFound.text')} data-testid="not-found"><wa-button variant="brand" href="/photos">${t('app.toPhotos')}</wa-button></m-note></div>`;
      case 'forbidden': return html`<div class="stage"><m-note icon="key-round" heading=${t('app.forbidden')} text=${t('app.forbidden.text')}><wa-button variant="brand" href="/photos">${t('app.toPhotos')}</wa-button></m-note></div>`;
      case 'page': {
        const { route, params } = shown;
        const tag = unsafeStatic(route.tag);
        const page = staticHtml`<${tag} class="page" .params=${params} .view=${route.props?.['view'] ?? ''}></${tag}>`;
        return route.access === 'anybody' ? html`<div class="stage" tabindex="-1">${page}</div>` : html`<m-shell .path=${router.path} .covered=${'id' in params} .wide=${route.wide ?? false} .heading=${t(route.title as 'nav.photos')} .user=${session.user}>${page}</m-shell>`;
      }
    }
  }
}
declare global { interface HTMLElementTagNameMap { 'm-app': MApp } }
