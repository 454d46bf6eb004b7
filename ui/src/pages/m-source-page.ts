import '@awesome.me/webawesome/dist/components/button/button.js';
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { icon } from '../app/icons.ts';
import { router } from '../app/router.ts';
import { toast } from '../app/toast.ts';
import '../components/form/m-schema-form.ts';
import { defaultsOf, type Errors, errorsOf, type Values } from '../components/form/schema.ts';
import { whenLoaded } from '../components/load-state.ts';
import { nodeStyles } from '../components/nodes/nodes.styles.ts';
import { forget, runNow, setEnabled } from '../components/sources/do.ts';
import { type Draft, draftOf, emptyOptions, fieldsOf, nameSchema, optionsSchema, OWN, sameDraft, whereSchema } from '../components/sources/fields.ts';
import { ApiError, messageOf } from '../data/api.ts';
import { libraries, writable } from '../data/libraries.ts';
import { plugins } from '../data/plugins.ts';
import { session } from '../data/session.ts';
import { addSource, checkSource, sourceKinds, sources, updateSource } from '../data/sources.ts';
import { Use } from '../data/store.ts';
import type { CheckResult, ImportSource, Manifest } from '../data/types.ts';
import { sourceState } from '../strings/plugin-words.ts';
import { t } from '../strings/t.ts';
import { base, fields, paper } from '../tokens/shared.ts';

type Problems = CheckResult['problems'];

/** One source, or a new one: the plugin's questions, where the photos go, when it runs by itself. Nothing is saved before it was checked. */
@customElement('m-source-page')
export class MSourcePage extends LitElement {
  static override styles = [base, fields, paper, nodeStyles, css`
    .back { display: inline-flex; gap: 4px; align-items: center; justify-self: start; text-decoration: none; color: var(--ink-2); padding: 4px 8px 4px 0; border-radius: 8px; } .back:hover { color: var(--ink-1); }
    .head { display: flex; gap: var(--space-3) var(--space-4); align-items: center; flex-wrap: wrap; } .head .grow { flex: 1 1 12rem; min-width: 0; } .head h2 { font: var(--text-page) var(--font); overflow-wrap: anywhere; }
    .two { display: grid; gap: var(--space-4); grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); align-items: start; } .stack { display: grid; gap: var(--space-4); }
    summary { cursor: pointer; border-radius: 4px; font: var(--text-section) var(--font); } details[open] summary { margin-bottom: var(--space-4); }
    .foot { position: sticky; bottom: 0; z-index: 2; display: flex; flex-wrap: wrap; gap: 8px; align-items: center; justify-content: flex-end; padding: 12px 0; background: linear-gradient(transparent, var(--surface-0) 12px); } .foot .caption { flex: 1 1 8rem; }
    .message.good { background: color-mix(in oklab, var(--good) 12%, var(--surface-0)); } .message.good .icon { color: var(--good); } .message { overflow-wrap: anywhere; } .message p { color: var(--ink-2); }
    .remove { justify-self: start; } .checking { display: flex; flex-wrap: wrap; gap: 8px 12px; align-items: center; }
  `];
  @property({ attribute: false }) params: { source?: string; kind?: string } = {};
  private sources = new Use(this, sources);
  private kinds = new Use(this, sourceKinds);
  private libraries = new Use(this, libraries);
  /** Members may not ask for them. */
  private plugins = this.admin ? new Use(this, plugins) : undefined;
  /** What is being edited; undefined while nothing was changed. */
  @state() private draft: Draft | undefined;
  @state() private busy: '' | 'check' | 'save' = '';
  @state() private checked: CheckResult | undefined;
  @state() private errors: { config: Errors; own: Errors } = { config: {}, own: {} };
  @state() private failed: { by: 'check' | 'save'; text: string } | undefined;

  override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get('params');
    if (before && (before.source !== this.params.source || before.kind !== this.params.kind)) this.reset();
  }
  private reset(): void { this.draft = undefined; this.checked = undefined; this.errors = { config: {}, own: {} }; this.failed = undefined; }

  private get admin(): boolean { return session.user?.role === 'admin'; }
  private start(kind: Manifest): Draft {
    const library = writable(this.libraries.data ?? [])[0]?.id;
    return { name: kind.name, config: defaultsOf(kind.config), where: { ...(library ? { libraryId: library } : {}), ...(session.user ? { ownerId: session.user.id } : {}), watch: false }, options: emptyOptions() };
  }
  private edit(now: Draft, change: Partial<Draft>): void {
    this.draft = { ...now, ...change };
    this.failed = undefined;
    if (change.config) this.checked = undefined;
  }
  /** Every form says what is wrong in it; the focus goes to the first. */
  private get whole(): boolean {
    const forms = [...this.shadowRoot!.querySelectorAll('m-schema-form')].toReversed();
    return forms.map((f) => f.validate()).every(Boolean); // the first one is the last to take the focus
  }
  private async show(problems: Problems, schema: unknown): Promise<void> {
    const own = problems.filter((p) => p.field !== undefined && OWN.includes(p.field) && !Object.hasOwn(errorsOf([p], schema), p.field));
    this.errors = { config: errorsOf(problems.filter((p) => !own.includes(p)), schema), own: Object.fromEntries(own.map((p) => [p.field!, p.message])) };
    await this.updateComplete;
    for (const form of this.shadowRoot!.querySelectorAll('m-schema-form')) if (Object.keys(form.errors).some((n) => n !== '')) return form.showFirst();
  }
  private async check(kind: Manifest, now: Draft): Promise<void> {
    if (!this.shadowRoot!.querySelector<HTMLElementTagNameMap['m-schema-form']>('[data-testid=source-config]')!.validate()) return;
    await this.run('check', kind, async () => {
      this.checked = await checkSource(kind.id, now.config, this.params.source);
      await this.show(this.checked.problems, kind.config);
    });
  }
  private async save(kind: Manifest, now: Draft): Promise<void> {
    if (this.busy || !this.whole) return;
    await this.run('save', kind, async () => {
      const fieldsNow = fieldsOf(now), { source } = this.params;
      const saved = source ? await updateSource(source, fieldsNow) : await addSource(kind.id, fieldsNow);
      this.reset();
      toast({ text: t(source ? 'src.saved' : 'src.added', { name: saved.name }), key: 'attempt' });
      if (!source) router.go(`/admin/sources/${saved.id}`, { replace: true });
    });
  }
  private async run(what: 'check' | 'save', kind: Manifest, work: () => Promise<void>): Promise<void> {
    this.busy = what;
    this.checked = undefined;
    this.failed = undefined;
    this.errors = { config: {}, own: {} };
    try {
      await work();
    } catch (e) {
      const problems = e instanceof ApiError && e.code === 'source_invalid' && Array.isArray(e.data['problems']) ? e.data['problems'] as Problems : undefined;
      if (problems) { this.checked = { ok: false, problems }; await this.show(problems, kind.config); } else this.failed = { by: what, text: messageOf(e) };
    } finally {
      this.busy = '';
    }
  }

  override render() {
    const { source, kind } = this.params;
    return html`<div class="page"><a class="back" href="/admin/sources" data-testid="source-back">${icon('chevron-left')}${t('src.back')}</a>
      ${whenLoaded(this.sources, (all) => html`${whenLoaded(this.kinds, (kinds) => {
        if (!this.libraries.data && !this.libraries.error) return this.skeleton;
        const s = all.find((x) => x.id === source), k = kinds.find((x) => x.id === (s?.pluginId ?? kind));
        if (source && !s) return html`<m-note icon="folder-sync" heading=${t('src.gone')} text=${t('src.gone.text')} data-testid="source-gone"><wa-button variant="brand" href="/admin/sources">${t('src.back')}</wa-button></m-note>`;
        if (!s && !k) return html`<m-note icon="puzzle" heading=${t('plugin.gone')} text=${t('src.pluginOff')}><wa-button variant="brand" href="/admin/sources">${t('src.back')}</wa-button></m-note>`;
        return html`${s ? this.head(s, k) : html`<h2>${t('src.new', { kind: k!.name })}</h2>`}${k ? this.form(k, s) : nothing}${s ? html`<wa-button class="remove" appearance="plain" data-testid="source-remove" @click=${() => void forget(s)}><span slot="start">${icon('trash-2', 'small')}</span>${t('src.remove')}</wa-button>` : nothing}`;
      }, this.skeleton)}`, this.skeleton)}</div>`;
  }
  private skeleton = html`<div class="skeleton" aria-hidden="true"><i style="height:52px"></i><i></i><i></i></div>`;

  private head(s: ImportSource, k: Manifest | undefined) {
    const dirty = this.draft !== undefined && !sameDraft(this.draft, draftOf(s)), plugin = this.plugins?.data?.find((p) => p.id === s.pluginId), name = k?.name ?? plugin?.manifest.name ?? s.pluginId;
    return html`<div class="head" data-testid="source-head" data-enabled=${s.enabled}><span class="pc">${icon('folder-sync')}</span>
        <div class="grow"><h2>${s.name}</h2><div class="state" role="status" data-testid="source-state">${name} · ${sourceState(s)}</div></div>
        <div class="buttons">${s.lastRunId ? html`<wa-button size="s" appearance="plain" data-testid="source-last" href="/import/${s.lastRunId}">${t('src.lastRun')}</wa-button>` : nothing}
          <wa-button size="s" appearance="outlined" data-testid="source-switch" @click=${() => void setEnabled(s, !s.enabled)}><span slot="start">${icon(s.enabled ? 'power-off' : 'power', 'small')}</span>${t(s.enabled ? 'src.disable' : 'src.enable')}</wa-button>
          ${k && s.enabled ? html`<wa-button size="s" variant="brand" data-testid="source-run" ?disabled=${dirty} title=${dirty ? t('src.unsaved') : ''} @click=${() => void runNow(s)}><span slot="start">${icon('play', 'small')}</span>${t('sources.run')}</wa-button>` : nothing}</div></div>
      ${s.trouble ? html`<div class="trouble" role="status" data-testid="source-trouble">${icon('triangle-alert')}<span class="grow">${s.trouble}</span></div>` : nothing}
      ${k ? nothing : html`<div class="trouble" data-testid="source-plugin-off">${icon('puzzle')}<span class="grow">${plugin?.trouble ?? t('src.pluginOff')} ${this.admin ? html`<a href="/admin/plugins/${s.pluginId}">${t('src.pluginOff.show')}</a>` : nothing}</span></div>`}`;
  }

  private form(k: Manifest, s: ImportSource | undefined) {
    const saved = s ? draftOf(s) : this.start(k), now = this.draft ?? saved, dirty = this.draft !== undefined && !sameDraft(now, saved);
    const form = (testid: string, schema: unknown, value: Values, errors: Errors, set: (v: Values) => void) => html`<m-schema-form data-testid=${testid} @enter=${() => { if (!s || !sameDraft(this.draft ?? saved, saved)) void this.save(k, this.draft ?? saved); }} .schema=${schema} .value=${value} .errors=${errors} @change=${(e: CustomEvent<Values>) => { e.stopPropagation(); set(e.detail); }}></m-schema-form>`;
    return html`<div class="two"><section class="card"><header><h2>${t('src.where')}</h2>${k.help ? html`<a href="/import/help/${k.id}">${t('plugin.help')}</a>` : nothing}</header>
          ${form('source-name', nameSchema(), { name: now.name }, this.errors.own, (v) => this.edit(now, { name: String(v['name'] ?? '') }))}
          ${form('source-config', k.config, now.config, this.errors.config, (config) => this.edit(now, { config }))}
          <div class="checking"><wa-button appearance="outlined" data-testid="source-check" ?loading=${this.busy === 'check'} ?disabled=${this.busy === 'save'} @click=${() => void this.check(k, now)}>${t('src.check')}</wa-button>${this.busy === 'check' ? html`<span class="caption" role="status">${t('src.checking')}</span>` : nothing}</div>
          ${this.sorry('check')}${this.result()}</section>
        <div class="stack"><section class="card"><h2>${t('src.into')}</h2>${form('source-where', whereSchema(this.admin), now.where, this.errors.own, (where) => this.edit(now, { where }))}</section>
          <section class="card"><details data-testid="source-options"><summary>${t('src.options')}</summary>${form('source-option', optionsSchema(), now.options, this.errors.own, (options) => this.edit(now, { options }))}</details></section></div></div>
      ${this.sorry('save')}
      ${s && !dirty ? nothing : html`<div class="foot"><span class="caption">${s ? t('src.unsaved') : ''}</span>${s ? html`<wa-button appearance="plain" data-testid="source-discard" @click=${() => this.reset()}>${t('src.discard')}</wa-button>` : nothing}<wa-button variant="brand" data-testid="source-save" ?loading=${this.busy === 'save'} ?disabled=${this.busy === 'check'} @click=${() => void this.save(k, now)}>${t(s ? 'src.save' : 'src.add')}</wa-button></div>`}`;
  }
  private sorry(by: 'check' | 'save') { return this.failed?.by === by ? html`<div class="message bad" role="alert" data-testid="source-failed">${icon('circle-alert')}<span>${this.failed.text}</span></div>` : nothing; }
  private result() {
    const c = this.checked;
    if (!c) return nothing;
    if (c.ok) return html`<div class="message good" role="status" data-testid="source-checked" data-ok="true">${icon('circle-check')}<div>${t('src.check.ok')}<p>${c.summary ?? t('src.check.okPlain')}</p></div></div>`;
    const marked = [...Object.keys(this.errors.config), ...Object.keys(this.errors.own)].filter((n) => n !== '').length;
    return html`<div class="message bad" role="alert" data-testid="source-checked" data-ok="false">${icon('circle-alert')}<div>${t('src.check.bad')}<p>${[c.summary, marked > 0 && t('src.check.fields', { n: marked })].filter(Boolean).join(' ')}</p></div></div>`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-source-page': MSourcePage } }
