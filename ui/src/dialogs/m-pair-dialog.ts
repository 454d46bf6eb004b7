import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/dialog/dialog.js';
import type WaDialog from '@awesome.me/webawesome/dist/components/dialog/dialog.js';
import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import type { DialogElement } from '../app/dialog.ts';
import { icon } from '../app/icons.ts';
import { isUnderWay, pairView, type PairPhase, type PairView } from '../components/nodes/pairing.ts';
import { ApiError, messageOf } from '../data/api.ts';
import { approvePairing, discovered, nodes, openPairing, rejectPairing } from '../data/nodes.ts';
import { Use } from '../data/store.ts';
import { formatClock } from '../strings/format.ts';
import { groupDigits } from '../strings/node-words.ts';
import { t } from '../strings/t.ts';
import { base, fields } from '../tokens/shared.ts';

export interface PairParams { id: string; name: string }
const TICK_MS = 1000;

/** Lets a PC in: waits for it, shows the number that both sides have, asks, and sees it begin. Result: its id, when somebody wants to look at it. */
@customElement('m-pair-dialog')
export class MPairDialog extends LitElement implements DialogElement<PairParams> {
  params!: PairParams;
  static override styles = [base, fields, css`
    .room { display: grid; gap: var(--space-3); justify-items: center; align-content: center; text-align: center; min-height: 216px; }
    .room:focus-visible { outline: none; }
    .room > .icon { width: 48px; height: 48px; stroke-width: 1.25; color: var(--ink-2); } .room > .icon.good { color: var(--good); } .room > .icon.warn { color: var(--warn); }
    .digits { font: 600 clamp(2.25rem, 13vw, 3.5rem)/1.1 var(--font); font-variant-numeric: tabular-nums; letter-spacing: 0.06em; white-space: nowrap; user-select: all; }
    h2 { font: var(--text-section) var(--font); overflow-wrap: anywhere; } p { max-width: 40ch; overflow-wrap: anywhere; }
    .dots { display: flex; gap: 8px; height: 48px; align-items: center; } .dots i { width: 10px; height: 10px; border-radius: 50%; background: var(--accent); animation: pulse 1.2s ease-in-out infinite; } .dots i:nth-child(2) { animation-delay: 0.2s; } .dots i:nth-child(3) { animation-delay: 0.4s; }
    @keyframes pulse { 0%, 80%, 100% { opacity: 0.25; } 40% { opacity: 1; } }
    @media (prefers-reduced-motion: reduce) { .dots i { animation: none; opacity: 0.6; } }
    @media (max-width: 459px) { wa-button[slot=footer] { flex: 1 1 100%; } }
  `];
  private pcs = new Use(this, discovered);
  private nodes = new Use(this, nodes);
  @state() private phase: PairPhase = 'opening';
  @state() private error = '';
  @state() private leaving = false;
  @query('wa-dialog') private dialog!: WaDialog;
  @query('.room') private room!: HTMLElement;
  private seen = '';
  private approvedAt = 0;
  private openUntil = 0;
  private heard = { word: '', at: Date.now() };
  private result: string | null = null;
  private clock: ReturnType<typeof setInterval> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.clock = setInterval(() => this.requestUpdate(), TICK_MS); // times run out without an event
    void this.begin();
  }
  override disconnectedCallback(): void { super.disconnectedCallback(); clearInterval(this.clock); }

  override willUpdate(): void {
    const { card } = this;
    if (card?.expiresAt) this.openUntil = Date.parse(card.expiresAt);
    if (card && card.seenAt !== this.heard.word) this.heard = { word: card.seenAt, at: Date.now() }; // its clock and ours may differ: only that it changes counts
  }
  /** The buttons of the view before are gone: the next Tab begins at the new words, and no Enter that was meant for another question falls on Yes. */
  override updated(): void {
    const now = `${this.view} ${this.leaving}`;
    if (this.seen !== '' && this.seen !== now) this.room.focus({ preventScroll: true });
    this.seen = now;
  }
  private get card() { return this.pcs.data?.find((p) => p.id === this.params.id); }
  private get view(): PairView {
    const { id } = this.params;
    return pairView(this.phase, this.card, this.nodes.data?.find((n) => n.id === id), { sinceApproval: this.approvedAt ? Date.now() - this.approvedAt : 0, quietMs: Date.now() - this.heard.at, openUntil: this.openUntil });
  }
  /** An attempt that is under way (another window began it, or this one before it was loaded anew) is gone on with. */
  private async begin(): Promise<void> {
    this.phase = 'opening';
    this.error = '';
    try {
      await discovered.refresh();
      const card = discovered.data?.find((p) => p.id === this.params.id);
      if (card?.state !== 'open' && card?.state !== 'code') await openPairing(this.params.id);
      this.openUntil = 0;
      this.heard = { word: '', at: Date.now() };
      this.phase = 'open';
    } catch (e) { this.failed(e); }
  }
  private async approve(): Promise<void> {
    const code = discovered.data?.find((p) => p.id === this.params.id)?.code;
    if (!code) return;
    this.phase = 'approving';
    this.error = '';
    try {
      await approvePairing(this.params.id, code);
      this.approvedAt = Date.now();
      this.phase = 'approved';
    } catch (e) { this.failed(e); }
  }
  private async refuse(): Promise<void> {
    this.phase = 'refused';
    await rejectPairing(this.params.id).catch((e: unknown) => this.failed(e));
  }
  private failed(e: unknown): void {
    this.error = messageOf(e);
    const code = e instanceof ApiError ? e.code : '';
    this.phase = code === 'wrong_code' || code === 'pairing_closed' ? 'open' : 'failed'; // the PC makes a new number, or the list says how it ended
  }
  /** Escape, the cross and "Stop" ask first while something is under way; the attempt ends only when the answer is yes. */
  private hiding(e: Event): void {
    if (e.target !== this.dialog || !isUnderWay(this.view) || this.view === 'approving' && this.phase === 'approved') return;
    e.preventDefault();
    this.leaving = true;
  }
  private async stop(): Promise<void> {
    this.leaving = false;
    this.phase = 'refused';
    await rejectPairing(this.params.id).catch(() => undefined); // it ends by itself too
    this.dialog.open = false;
  }
  private close(result: string | null = null): void { this.result = result; this.dialog.open = false; }

  override render() {
    const view = this.view;
    const leaving = this.leaving && isUnderWay(view);
    return html`<wa-dialog open label=${t('pair.title', { name: this.params.name })} data-testid="pair" data-view=${view} @wa-hide=${this.hiding} @wa-after-hide=${(e: Event) => { if (e.target === this.dialog) this.dispatchEvent(new CustomEvent('done', { detail: this.result })); }}>
      <div class="room" tabindex="-1" role="status" aria-live="polite">${leaving ? html`${icon('circle-question-mark')}<h2>${t('pair.leave', { name: this.params.name })}</h2><p class="quiet">${t('pair.leave.text')}</p>` : this.body(view)}</div>
      ${leaving ? this.foot(t('pair.leave.stay'), () => { this.leaving = false; }, 'pair-stay', t('pair.leave.do'), () => void this.stop(), 'pair-leave') : this.buttons(view)}
    </wa-dialog>`;
  }
  private foot(main: string, run: () => void, testid: string, other?: string, runOther?: () => void, otherid = '') {
    return html`${other ? html`<wa-button slot="footer" appearance="plain" data-testid=${otherid} @click=${runOther}>${other}</wa-button>` : nothing}<wa-button slot="footer" variant="brand" data-testid=${testid} @click=${run}>${main}</wa-button>`;
  }
  private buttons(view: PairView) {
    switch (view) {
      case 'waiting': return html`<wa-button slot="footer" appearance="plain" data-testid="pair-cancel" data-dialog="close">${t('common.cancel')}</wa-button>`;
      case 'code': return this.foot(t('pair.yes'), () => void this.approve(), 'pair-yes', t('pair.no'), () => void this.refuse(), 'pair-no');
      case 'approving': return nothing;
      case 'done': case 'late': return this.foot(t('common.close'), () => this.close(), 'pair-close', t('pair.show'), () => this.close(this.params.id), 'pair-show');
      case 'vanished': return this.foot(t('common.close'), () => { void rejectPairing(this.params.id).catch(() => undefined); this.close(); }, 'pair-close'); // the door need not stay open for it
      default: return this.foot(t('pair.again'), () => void this.begin(), 'pair-again', t('common.close'), () => this.close(), 'pair-close');
    }
  }
  /** Why it begins again: the number that was agreed to is not valid any more. */
  private note() { return this.error ? html`<p class="caption warn" role="alert">${this.error}</p>` : nothing; }
  private body(view: PairView): TemplateResult {
    const { name, id } = this.params;
    const say = (mark: string, tone: string, title: string, text: string) => html`${icon(mark, tone)}<h2>${title}</h2><p class="quiet">${text}</p>`;
    switch (view) {
      case 'waiting': return html`<div class="dots" aria-hidden="true"><i></i><i></i><i></i></div><h2>${t('pair.waiting', { name })}</h2><p class="quiet">${this.card?.trouble ?? t('pair.waiting.text')}</p>${this.note()}`;
      case 'code': {
        const card = this.card!;
        return html`<div class="digits" data-testid="pair-code" aria-label=${t('pair.code', { digits: [...card.code!].join(' ') })}>${groupDigits(card.code!)}</div>${this.note()}<h2>${t('pair.question')}</h2><p class="caption">${t('pair.where')}${card.expiresAt ? html`<br>${t('pair.until', { time: formatClock(card.expiresAt) })}` : nothing}</p>`;
      }
      case 'approving': return html`<div class="dots" aria-hidden="true"><i></i><i></i><i></i></div><h2>${t('pair.approving', { name })}</h2>`;
      case 'done': return say('circle-check', 'good', t(this.nodes.data?.find((n) => n.id === id)?.running.length ? 'pair.done' : 'pair.done.idle', { name }), t('pair.done.text'));
      case 'late': return say('moon', '', t('pair.late', { name }), t('pair.late.text'));
      case 'refused': return say('ban', '', t('pair.refused'), t('pair.refused.text'));
      case 'expired': return say('clock', '', t('pair.expired'), t('pair.expired.text'));
      case 'tooMany': return say('triangle-alert', 'warn', t('pair.tooMany'), t('pair.tooMany.text'));
      case 'vanished': return say('unplug', '', t('pair.vanished', { name }), t('pair.vanished.text'));
      case 'failed': return say('circle-alert', 'warn', t('pair.failed'), this.error);
    }
  }
}
declare global { interface HTMLElementTagNameMap { 'm-pair-dialog': MPairDialog } }
