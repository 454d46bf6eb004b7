import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/dialog/dialog.js';
import type WaDialog from '@awesome.me/webawesome/dist/components/dialog/dialog.js';
import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import type { DialogElement } from '../app/dialog.ts';
import { icon } from '../app/icons.ts';
import '../components/form/m-schema-form.ts';
import type { MSchemaForm } from '../components/form/m-schema-form.ts';
import '../components/plugins/m-plugin-offer.ts';
import { messageOf } from '../data/api.ts';
import { inspectPlugin, inspectTarball, installPlugin } from '../data/plugins.ts';
import type { Plugin, PluginOffer } from '../data/types.ts';
import { t } from '../strings/t.ts';
import { base, fields } from '../tokens/shared.ts';

/** `from`: the plugin that another version is looked for. */
export interface PluginParams { from?: Plugin }
export interface PluginDone { id: string; to: 'plugin' | 'source' }
const WAYS = ['folder', 'tarball', 'npm'] as const;
type Way = (typeof WAYS)[number];
type Phase = { at: 'choose'; error?: string } | { at: 'looking'; what: string } | { at: 'offer'; offer: PluginOffer; error?: string } | { at: 'installing'; offer: PluginOffer } | { at: 'done'; offer: PluginOffer };
const PACKED = /\.(tgz|tar\.gz|tar)$/i;

/** Adds a plugin, or brings another version of one: where it comes from, what it is and may do, installed. Result: where to go next. */
@customElement('m-plugin-dialog')
export class MPluginDialog extends LitElement implements DialogElement<PluginParams> {
  params!: PluginParams;
  static override styles = [base, fields, css`
    wa-dialog { --width: min(36rem, calc(100vw - 32px)); }
    .room { display: grid; gap: var(--space-4); align-content: start; min-height: 240px; } .room:focus-visible { outline: none; }
    .choice { display: flex; flex-wrap: wrap; gap: 8px; border: 0; padding: 0; margin: 0; } .choice label { padding: 6px 14px; border: 1px solid var(--line-strong); border-radius: var(--radius-pill); cursor: pointer; } .choice label:has(:checked) { border-color: var(--accent); background: color-mix(in oklab, var(--accent) 14%, transparent); } .choice label:has(:focus-visible) { outline: 2px solid var(--accent); outline-offset: 2px; } .choice input { position: absolute; opacity: 0; pointer-events: none; }
    .drop { display: grid; justify-items: center; gap: 8px; padding: var(--space-5); border: 2px dashed var(--line-strong); border-radius: var(--radius-card); text-align: center; cursor: pointer; } .drop.over, .drop:hover { border-color: var(--accent); background: color-mix(in oklab, var(--accent) 6%, transparent); } .drop .icon { width: 32px; height: 32px; stroke-width: 1.25; color: var(--ink-2); } .drop b { color: var(--accent-ink); font-weight: 600; } .drop:has(:focus-visible) { outline: 2px solid var(--accent); outline-offset: 2px; } .drop input { position: absolute; opacity: 0; pointer-events: none; }
    .wait { display: grid; place-content: center; justify-items: center; gap: 12px; text-align: center; overflow-wrap: anywhere; } .wait > .icon { width: 48px; height: 48px; stroke-width: 1.25; } h2 { font: var(--text-section) var(--font); overflow-wrap: anywhere; }
    .dots { display: flex; gap: 8px; height: 24px; align-items: center; } .dots i { width: 10px; height: 10px; border-radius: 50%; background: var(--accent); animation: pulse 1.2s ease-in-out infinite; } .dots i:nth-child(2) { animation-delay: 0.2s; } .dots i:nth-child(3) { animation-delay: 0.4s; } @keyframes pulse { 0%, 80%, 100% { opacity: 0.25; } 40% { opacity: 1; } }
    @media (prefers-reduced-motion: reduce) { .dots i { animation: none; opacity: 0.6; } }
    @media (max-width: 459px) { wa-button[slot=footer] { flex: 1 1 100%; } }
  `];
  @state() private phase: Phase = { at: 'choose' };
  @state() private way: Way = 'folder';
  @state() private refs: { folder?: string; npm?: string } = {};
  @state() private over = false;
  @query('wa-dialog') private dialog!: WaDialog;
  @query('.room') private room?: HTMLElement;
  private seen = '';
  private turn = 0;
  private abort = new AbortController();
  private result: PluginDone | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    const { from } = this.params;
    if (from && from.origin !== 'bundled') this.way = from.origin;
    if (from?.ref && (from.origin === 'folder' || from.origin === 'npm')) this.refs = { [from.origin]: from.ref };
  }
  override disconnectedCallback(): void { super.disconnectedCallback(); this.abort.abort(); }
  /** The buttons of the step before are gone: the next Tab begins at the new words. */
  override updated(): void {
    const { at } = this.phase;
    if (this.seen !== '' && this.seen !== at) this.room?.focus({ preventScroll: true });
    this.seen = at;
  }

  private async look(what: string, ask: () => Promise<PluginOffer>): Promise<void> {
    const turn = ++this.turn;
    this.phase = { at: 'looking', what };
    try {
      const offer = await ask();
      if (turn === this.turn) this.phase = { at: 'offer', offer };
    } catch (e) {
      if (turn === this.turn) this.phase = { at: 'choose', error: messageOf(e) };
    }
  }
  private begin(): void {
    const { way } = this;
    if (way === 'tarball') return;
    if (this.shadowRoot!.querySelector<MSchemaForm>('m-schema-form')?.validate()) void this.look(this.refs[way]!.trim(), () => inspectPlugin(way, this.refs[way]!.trim()));
  }
  private file(file: File | undefined): void {
    this.over = false;
    if (!file) return;
    if (!PACKED.test(file.name)) { this.phase = { at: 'choose', error: t('add.wrongFile') }; return; }
    void this.look(file.name, () => inspectTarball(file, this.abort.signal));
  }
  private async install(offer: PluginOffer): Promise<void> {
    this.phase = { at: 'installing', offer };
    try {
      await installPlugin(offer);
      this.phase = { at: 'done', offer };
    } catch (e) {
      this.phase = { at: 'offer', offer, error: messageOf(e) };
    }
  }
  private close(result: PluginDone | null = null): void { this.result = result; this.dialog.open = false; }
  private back(): void { this.turn++; this.phase = { at: 'choose' }; }

  override render() {
    const { from } = this.params;
    return html`<wa-dialog open label=${from ? t('add.title.upgrade', { name: from.manifest.name }) : t('add.title')} data-testid="plugin-dialog" data-phase=${this.phase.at}
      @wa-hide=${(e: Event) => { if (e.target === this.dialog && this.phase.at === 'installing') e.preventDefault(); }} @wa-after-hide=${(e: Event) => { if (e.target === this.dialog) this.dispatchEvent(new CustomEvent('done', { detail: this.result })); }}>
      <div class="room" tabindex="-1">${this.body()}</div>${this.buttons()}</wa-dialog>`;
  }
  private error(text: string | undefined) { return text ? html`<div class="message bad" role="alert" data-testid="plugin-error">${icon('circle-alert')}<span>${text}</span></div>` : nothing; }

  private body(): TemplateResult {
    const { phase } = this;
    switch (phase.at) {
      case 'choose': return html`<p class="quiet">${t('add.text')}</p>
        <fieldset class="choice"><legend class="sr">${t('add.from')}</legend>${WAYS.map((w) => html`<label><input type="radio" name="way" value=${w} data-testid="plugin-from" .checked=${this.way === w} @change=${() => { this.way = w; this.phase = { at: 'choose' }; }}>${t(`add.${w}`)}</label>`)}</fieldset>
        ${this.chooser()}${this.error(phase.error)}`;
      case 'looking': return html`<div class="wait" role="status"><div class="dots" aria-hidden="true"><i></i><i></i><i></i></div><p>${t(this.way === 'npm' ? 'add.looking.npm' : 'add.looking', { what: phase.what })}</p></div>`;
      case 'installing': return html`<div class="wait" role="status"><div class="dots" aria-hidden="true"><i></i><i></i><i></i></div><p>${t('add.installing', { name: phase.offer.manifest.name })}</p></div>`;
      case 'offer': return html`<m-plugin-offer .offer=${phase.offer}></m-plugin-offer>${this.error(phase.error)}${phase.error ? html`<p class="caption">${t('add.notYet')}</p>` : nothing}`;
      case 'done': {
        const { manifest: m, replaces } = phase.offer;
        return html`<div class="wait" role="status">${icon('circle-check', 'good')}<h2>${replaces ? t('add.done.upgrade', { name: m.name, v: m.version }) : t('add.done', { name: m.name })}</h2><p class="quiet">${replaces ? t('add.done.upgrade.text') : m.kind === 'import-source' ? t('add.done.text') : nothing}</p></div>`;
      }
    }
  }
  private chooser(): TemplateResult {
    const { way } = this;
    if (way === 'tarball') return html`<label class="drop ${this.over ? 'over' : ''}" data-testid="plugin-drop"
        @dragenter=${(e: DragEvent) => { e.stopPropagation(); e.preventDefault(); this.over = true; }} @dragover=${(e: DragEvent) => { e.stopPropagation(); e.preventDefault(); }} @dragleave=${(e: DragEvent) => { e.stopPropagation(); this.over = false; }} @drop=${(e: DragEvent) => { e.stopPropagation(); e.preventDefault(); this.file(e.dataTransfer?.files[0]); }}>
        ${icon('package')}<span>${t('add.tarball.drop')} <b>${t('add.tarball.choose')}</b></span><input type="file" data-testid="plugin-file" accept=".tgz,.tar.gz,.tar,.gz" aria-label=${t('add.tarball.label')} @change=${(e: Event) => { const input = e.target as HTMLInputElement, file = input.files?.[0]; this.file(file); input.value = ''; }}></label>`;
    const schema = { type: 'object', required: ['ref'], properties: { ref: { type: 'string', title: t(`add.${way}.label`), description: t(`add.${way}.hint`), maxLength: 300, ...(way === 'folder' ? { mantel: 'path', accept: ['manifest.json'] } : {}) } } };
    return html`<m-schema-form @enter=${() => this.begin()} .schema=${schema} .value=${{ ref: this.refs[way] ?? '' }} @change=${(e: CustomEvent<{ ref?: string }>) => { this.refs = { ...this.refs, [way]: (e.detail.ref ?? '').replace(/\/manifest\.json$/, '') }; }}></m-schema-form>`;
  }
  private buttons() {
    const { phase } = this;
    switch (phase.at) {
      case 'choose': return html`<wa-button slot="footer" appearance="plain" data-dialog="close">${t('common.cancel')}</wa-button>${this.way === 'tarball' ? nothing : html`<wa-button slot="footer" variant="brand" data-testid="plugin-look" @click=${() => this.begin()}>${t('add.look')}</wa-button>`}`;
      case 'looking': return html`<wa-button slot="footer" appearance="plain" @click=${() => this.back()}>${t('common.cancel')}</wa-button>`;
      case 'installing': return nothing;
      case 'offer': {
        const { offer } = phase;
        const words = offer.replaces ? t('add.upgrade', { v: offer.manifest.version }) : offer.isolation === 'bubblewrap' ? t('add.install') : t('add.install.trust');
        return html`<wa-button slot="footer" appearance="plain" data-testid="plugin-other" @click=${() => this.back()}>${t('add.again')}</wa-button><wa-button slot="footer" variant="brand" data-testid="plugin-install" @click=${() => void this.install(offer)}>${words}</wa-button>`;
      }
      case 'done': {
        const { id, kind } = phase.offer.manifest, source = kind === 'import-source' && !phase.offer.replaces;
        return html`<wa-button slot="footer" appearance=${source ? 'plain' : 'accent'} variant=${source ? 'neutral' : 'brand'} data-testid="plugin-show" @click=${() => this.close({ id, to: 'plugin' })}>${t('add.show')}</wa-button>${source ? html`<wa-button slot="footer" variant="brand" data-testid="plugin-set-up" @click=${() => this.close({ id, to: 'source' })}>${t('add.source')}</wa-button>` : nothing}`;
      }
    }
  }
}
declare global { interface HTMLElementTagNameMap { 'm-plugin-dialog': MPluginDialog } }
