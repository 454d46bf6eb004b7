import '@awesome.me/webawesome/dist/components/button/button.js';
import { css, html, LitElement, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { icon } from '../app/icons.ts';
import '../components/m-note.ts';
import { markdown } from '../components/markdown.ts';
import { messageOf } from '../data/api.ts';
import { pluginHelp } from '../data/imports.ts';
import { t } from '../strings/t.ts';
import { base, paper } from '../tokens/shared.ts';

/** How a way to import works, in the words of its plugin: what to tick at Google, for example. */
@customElement('m-import-help-page')
export class MImportHelpPage extends LitElement {
  static override styles = [base, paper, css`
    .back { display: inline-flex; gap: 4px; align-items: center; justify-self: start; text-decoration: none; color: var(--ink-2); padding: 4px 8px 4px 0; border-radius: 8px; } .back:hover { color: var(--ink-1); }
    article { max-width: 68ch; font: 1rem/1.6 var(--font); overflow-wrap: anywhere; }
    article > * + * { margin-top: var(--space-4); } article h2.first { font: 600 1.75rem/2.25rem var(--font); } article h3 { font: var(--text-section) var(--font); margin-top: var(--space-6); } article h4 { font-weight: 600; margin: var(--space-5) 0 0; }
    ol, ul { padding-left: 1.5em; margin-bottom: 0; } li + li { margin-top: var(--space-2); } li::marker { color: var(--ink-2); }
    code { font: 0.875em/1.4 ui-monospace, 'DejaVu Sans Mono', monospace; background: var(--surface-1); padding: 1px 5px; border-radius: 4px; } pre { overflow: auto; background: var(--surface-1); padding: 12px 16px; border-radius: var(--radius-card); margin-bottom: 0; } pre code { padding: 0; background: none; }
    blockquote { margin: var(--space-4) 0 0; padding: 12px 16px; background: var(--surface-1); border-radius: var(--radius-card); }
    .table { overflow: auto; } table { border-collapse: collapse; min-width: 60%; } th, td { text-align: start; padding: 8px 16px 8px 0; border-bottom: 1px solid var(--line); vertical-align: top; } hr { border: 0; border-top: 1px solid var(--line); width: 100%; }
  `];
  @property({ attribute: false }) params: { plugin?: string } = {};
  @state() private text: string | undefined;
  @state() private error: unknown;

  override willUpdate(changed: PropertyValues<this>): void { if (changed.has('params')) void this.load(); }
  private async load(): Promise<void> {
    const of = this.params.plugin ?? '';
    this.error = this.text = undefined;
    try {
      const text = await pluginHelp(of);
      if (of === this.params.plugin) this.text = text;
    } catch (e) {
      if (of === this.params.plugin) this.error = e;
    }
  }

  override render() {
    return html`<div class="page"><a class="back" href="/import" data-testid="help-back">${icon('chevron-left')}${t('import.back')}</a>
      ${this.error ? html`<m-note icon="book-open" heading=${t('help.error')} text=${messageOf(this.error)}><wa-button @click=${() => void this.load()}>${t('app.retry')}</wa-button></m-note>` : this.text === undefined ? '' : html`<article data-testid="help">${this.text.trim() ? markdown(this.text) : html`<p>${t('help.none')}</p>`}</article>`}</div>`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-import-help-page': MImportHelpPage } }
