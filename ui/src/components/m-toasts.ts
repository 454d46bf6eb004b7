import { css, html, LitElement } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { icon } from '../app/icons.ts';
import { notes, toasts, type Toast } from '../app/toast.ts';
import { t } from '../strings/t.ts';
import { base } from '../tokens/shared.ts';

const SHOW_MS = 6000, KEEP = 3;

/** Shows notes for some seconds, longer while the pointer or the focus is on them. */
@customElement('m-toasts')
export class MToasts extends LitElement {
  static override styles = [base, css`
    :host { position: fixed; inset: auto 0 24px 0; z-index: 60; display: grid; gap: 8px; justify-items: center; pointer-events: none; padding: 0 16px; }
    .toast { pointer-events: auto; display: flex; align-items: center; gap: 8px; background: #2b2a28; color: #f6f5f2; padding: 6px 6px 6px 18px; border-radius: 12px; box-shadow: var(--float); min-height: 48px; max-width: 560px; animation: rise var(--move) var(--ease); }
    .text { flex: 1; padding: 6px 0; }
    .bad-mark { color: #ff8a80; }
    .text-button { color: #f5a17c; }
    @keyframes rise { from { transform: translateY(12px); opacity: 0; } }
    @media (max-width: 599px) { :host { bottom: 80px; } }
  `];
  @state() private notes: (Toast & { id: number })[] = [];
  private next = 1;
  private timers = new Map<number, ReturnType<typeof setTimeout>>();
  private add = (e: Event): void => {
    const note = { ...(e as CustomEvent<Toast>).detail, id: this.next++ };
    this.notes = [...this.notes.filter((n) => note.key === undefined || n.key !== note.key), note].slice(-KEEP);
    this.start(note.id);
  };
  override connectedCallback(): void { super.connectedCallback(); notes.root = this.shadowRoot; addEventListener('keydown', this.undo); toasts.addEventListener('toast', this.add); }
  override disconnectedCallback(): void { super.disconnectedCallback(); notes.root = null; removeEventListener('keydown', this.undo); toasts.removeEventListener('toast', this.add); for (const timer of this.timers.values()) clearTimeout(timer); }
  private start(id: number): void { this.hold(id); this.timers.set(id, setTimeout(() => this.drop(id), SHOW_MS)); }
  private hold(id: number): void { clearTimeout(this.timers.get(id)); this.timers.delete(id); }
  private drop(id: number): void {
    this.hold(id);
    const focused = this.shadowRoot?.activeElement?.closest('.toast')?.getAttribute('data-id') === String(id);
    this.notes = this.notes.filter((n) => n.id !== id);
    if (focused) void this.updateComplete.then(() => toasts.dispatchEvent(new Event('left')));
  }
  /** Ctrl+Z takes back what the newest note offers, as everywhere. */
  private undo = (e: KeyboardEvent): void => {
    const target = e.composedPath()[0], last = this.notes.findLast((n) => n.action);
    if (e.key !== 'z' || !(e.ctrlKey || e.metaKey) || e.shiftKey || !last || (target instanceof Element && target.matches('input, textarea, select'))) return;
    e.preventDefault();
    this.drop(last.id);
    last.action!.run();
  };

  override render() {
    return html`<div role="status" aria-live="polite" style="display:contents">${repeat(this.notes, (n) => n.id, (n) => html`
      <div class="toast" data-testid="toast" data-id=${n.id} @pointerenter=${() => this.hold(n.id)} @pointerleave=${() => this.start(n.id)} @focusin=${() => this.hold(n.id)} @focusout=${() => this.start(n.id)}>
        ${n.kind === 'bad' ? html`<span class="bad-mark">${icon('circle-alert')}</span>` : ''}<span class="text">${n.text}</span>
        ${n.action ? html`<button class="text-button" data-testid="toast-action" @click=${() => { this.drop(n.id); n.action!.run(); }}>${n.action.label}</button>` : ''}
        <button class="icon-button" aria-label=${t('common.close')} @click=${() => this.drop(n.id)}>${icon('x')}</button>
      </div>`)}</div>`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-toasts': MToasts } }
