import '@awesome.me/webawesome/dist/components/switch/switch.js';
import type WaSwitch from '@awesome.me/webawesome/dist/components/switch/switch.js';
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import { libraries } from '../../data/libraries.ts';
import { type NodeChange, nodes } from '../../data/nodes.ts';
import { Use } from '../../data/store.ts';
import type { JobKind, WorkerNode } from '../../data/types.ts';
import { defaultHours, parseLabels, slotChoices } from '../../strings/node-words.ts';
import { t } from '../../strings/t.ts';
import { base, fields, paper } from '../../tokens/shared.ts';
import { createChanges } from './changes.ts';
import { change } from './do.ts';

/** What an admin decides about a PC. Every change holds at once, with a note that takes it back; what was refused jumps back. */
@customElement('m-node-settings')
export class MNodeSettings extends LitElement {
  static override styles = [base, fields, paper, css`
    .form { display: grid; gap: var(--space-4) var(--space-5); grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); align-items: start; }
    fieldset { border: 0; padding: 0; margin: 0; display: grid; gap: 14px; min-width: 0; } legend { font: 600 var(--text-caption) var(--font); font-weight: 600; padding: 0; margin-bottom: 8px; }
    wa-switch { justify-self: start; }
    .times { display: grid; grid-template-columns: 1fr 1fr; gap: 8px; padding-left: 4px; }
    .field input[type=time] { color-scheme: inherit; }
    .wide { grid-column: 1 / -1; }
    .error { color: var(--bad); }
    .check { display: flex; gap: 10px; align-items: center; cursor: pointer; min-height: 32px; overflow-wrap: anywhere; } .check input { accent-color: var(--accent); width: 18px; height: 18px; flex: none; margin: 0; }
    .list { display: grid; max-height: 16rem; overflow-y: auto; padding: 2px 0 2px 28px; }
  `];
  @property({ attribute: false }) node!: WorkerNode;
  @state() private labelError = '';
  private labelDraft = '';
  /** What is being typed and not sent yet: news of this PC come every few seconds and must not undo it. */
  private typed: { name?: string; labels?: string } = {};
  @state() private hoursError = '';
  private libraries = new Use(this, libraries);
  private all = new Use(this, nodes);
  private changes = this.changesOf('');

  private changesOf(id: string) { return createChanges((to) => change(nodes.data?.find((n) => n.id === id) ?? this.node, to)); }
  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('node') && changed.get('node')?.id !== this.node.id) { this.changes = this.changesOf(this.node.id); this.typed = {}; }
  }
  /** With what is on its way. */
  private get settings(): WorkerNode['settings'] { return this.changes.over(this.node.settings); }
  private async set(to: NodeChange): Promise<void> {
    const made = this.changes.make(to);
    this.requestUpdate();
    await made;
    this.requestUpdate(); // fields show what holds
  }
  private name(e: Event): void {
    const name = (e.target as HTMLInputElement).value.trim();
    delete this.typed.name;
    if (name && name !== this.node.name) void this.set({ name });
    else this.requestUpdate();
  }
  private labels(e: Event): void {
    delete this.typed.labels;
    const parsed = parseLabels(this.labelDraft = (e.target as HTMLInputElement).value);
    this.labelError = 'error' in parsed ? parsed.error : '';
    if ('labels' in parsed && parsed.labels.join(' ') !== this.settings.labels.join(' ')) void this.set({ settings: { labels: parsed.labels } });
  }
  private hours(part: 'from' | 'to', e: Event): void {
    const value = (e.target as HTMLInputElement).value, now = this.settings.hours;
    if (!now || !value || value === now[part]) return this.requestUpdate();
    const hours = { ...now, [part]: value };
    this.hoursError = hours.from === hours.to ? t('node.hours.same') : '';
    if (!this.hoursError) void this.set({ settings: { hours } });
  }
  private library(id: string, on: boolean): void {
    const now = this.settings.libraries ?? [];
    const next = on ? [...now, id] : now.filter((l) => l !== id);
    void this.set({ settings: { libraries: next } });
  }

  override render() {
    const { caps } = this.node, s = this.settings;
    const kinds = [...new Set<JobKind>(['preview', ...this.node.kinds.map((k) => k.kind)])].filter((k) => k !== 'probe');
    const canWake = (caps?.macs.length ?? 0) > 0;
    const on = (e: Event): boolean => (e.target as WaSwitch).checked;
    return html`<section class="card" data-testid="node-settings"><div><h2>${t('node.settings')}</h2><p class="caption">${t('node.settings.text')}</p></div><div class="form">
      <label class="field"><span class="label">${t('node.name')}</span><input data-testid="node-name" maxlength="63" autocomplete="off" .value=${live(this.typed.name ?? this.node.name)} @input=${(e: Event) => { this.typed.name = (e.target as HTMLInputElement).value; }} @change=${this.name}></label>
      <label class="field"><span class="label">${t('node.slots')}</span><select data-testid="node-slots" @change=${(e: Event) => { const { value } = e.target as HTMLSelectElement; void this.set({ settings: { slots: value === '' ? null : Number(value) } }); }}>${slotChoices(caps?.slots, s.slots).map((n) => html`<option value=${n ?? ''} .selected=${n === s.slots}>${n ?? (caps ? t('node.slots.auto', { n: caps.slots }) : t('node.slots.autoPlain'))}</option>`)}</select></label>
      <fieldset class="wide"><legend>${t('node.kinds')}</legend>${kinds.map((k) => html`<wa-switch data-testid="node-kind" data-kind=${k} .checked=${live(!s.kindsOff.includes(k))} hint=${t(`jobs.kind.${k}.text`)} @change=${(e: Event) => void this.set({ settings: { kindsOff: on(e) ? s.kindsOff.filter((x) => x !== k) : [...s.kindsOff, k] } })}>${t(`jobs.kind.${k}`)}</wa-switch>`)}${kinds.every((k) => s.kindsOff.includes(k)) ? html`<p class="caption" role="status" data-testid="node-kinds-none">${t('node.kindsNone')}</p>` : nothing}</fieldset>
      <fieldset><wa-switch data-testid="node-hours" .checked=${live(s.hours !== null)} @change=${(e: Event) => { this.hoursError = ''; void this.set({ settings: { hours: on(e) ? defaultHours : null } }); }}>${t('node.hours')}</wa-switch>
        ${s.hours ? html`<div class="times"><label class="field"><span class="label">${t('node.hours.from')}</span><input type="time" required data-testid="node-hours-from" .value=${live(s.hours.from)} @change=${(e: Event) => this.hours('from', e)}></label><label class="field"><span class="label">${t('node.hours.to')}</span><input type="time" required data-testid="node-hours-to" .value=${live(s.hours.to)} @change=${(e: Event) => this.hours('to', e)}></label></div>${this.hoursError ? html`<p class="caption error" role="alert">${this.hoursError}</p>` : nothing}` : nothing}
        <wa-switch data-testid="node-idle" .checked=${live(s.whenIdle)} hint=${t('node.whenIdle.hint')} @change=${(e: Event) => void this.set({ settings: { whenIdle: on(e) } })}>${t('node.whenIdle')}</wa-switch></fieldset>
      ${this.node.local ? nothing : html`<fieldset><wa-switch data-testid="node-wake-setting" .checked=${live(s.wake)} ?disabled=${!canWake && !s.wake} hint=${t(canWake ? 'node.wakeSetting.hint' : 'node.wakeSetting.none')} @change=${(e: Event) => void this.set({ settings: { wake: on(e) } })}>${t('node.wakeSetting')}</wa-switch>
          <wa-switch data-testid="node-auto-update" .checked=${live(s.autoUpdate)} hint=${t('node.autoUpdate.hint')} @change=${(e: Event) => void this.set({ settings: { autoUpdate: on(e) } })}>${t('node.autoUpdate')}</wa-switch></fieldset>`}
      ${this.seen()}
      <label class="field wide"><span class="label">${t('node.labels')}</span><input data-testid="node-labels" autocomplete="off" autocapitalize="off" spellcheck="false" maxlength="900" aria-invalid=${this.labelError ? 'true' : 'false'} .value=${live(this.typed.labels ?? (this.labelError ? this.labelDraft : s.labels.join(' ')))} @input=${(e: Event) => { this.typed.labels = (e.target as HTMLInputElement).value; }} @change=${this.labels}><span class="hint ${this.labelError ? 'error' : ''}" role=${this.labelError ? 'alert' : nothing}>${this.labelError || t('node.labels.hint')}</span></label>
    </div></section>`;
  }

  private seen() {
    const chosen = this.settings.libraries, mine = this.libraries.data ?? [];
    const somebody = (this.all.data ?? []).some((n) => n.id !== this.node.id && n.settings.libraries === null && !n.settings.paused && !n.settings.kindsOff.includes('preview'));
    const others = (chosen ?? []).filter((id) => !mine.some((l) => l.id === id)).length;
    return html`<fieldset class="wide" style="gap:2px"><legend>${t('node.libraries')}</legend>
      <label class="check"><input type="radio" name="seen" data-testid="node-libraries-all" .checked=${live(chosen === null)} @change=${() => void this.set({ settings: { libraries: null } })}>${t('node.libraries.all')}</label>
      <label class="check"><input type="radio" name="seen" data-testid="node-libraries-some" .checked=${live(chosen !== null)} ?disabled=${mine.length === 0} @change=${() => void this.set({ settings: { libraries: mine.map((l) => l.id) } })}>${t('node.libraries.some')}</label>
      ${chosen ? html`<div class="list">${mine.map((l) => html`<label class="check"><input type="checkbox" data-testid="node-library" .checked=${live(chosen.includes(l.id))} ?disabled=${chosen.length === 1 && chosen[0] === l.id} @change=${(e: Event) => this.library(l.id, (e.target as HTMLInputElement).checked)}>${l.name}</label>`)}${others > 0 ? html`<p class="caption">${t('node.libraries.others', { n: others })}</p>` : nothing}</div><p class="caption" role="status" data-testid="node-libraries-left">${t('node.libraries.hidden')}${somebody ? '' : html` <strong>${t('node.libraries.nobody')}</strong>`}</p>${chosen.length === 1 ? html`<p class="caption">${t('node.libraries.last')}</p>` : nothing}` : nothing}</fieldset>`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-node-settings': MNodeSettings } }
