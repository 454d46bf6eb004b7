import { html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import { formatMoment } from '../../strings/format.ts';
import { t } from '../../strings/t.ts';
import { nextRun, parseCron } from './cron.ts';
import { describedBy, type Draw, type Field, frame, idOf, invalid } from './field.ts';
import { type Rhythm, type RhythmKind, rhythmOf, scheduleOf, switchTo } from './rhythm.ts';

export const schedule: Draw = (f) => html`<m-schedule-field .field=${f}></m-schedule-field>`;
const KINDS = ['never', 'hourly', 'daily', 'weekly', 'custom'] as const;
const SUNDAY = new Date(2023, 0, 1), weekday = new Intl.DateTimeFormat('en-GB', { weekday: 'long' });
const WEEK = [1, 2, 3, 4, 5, 6, 0].map((n) => ({ n, name: weekday.format(new Date(SUNDAY.getFullYear(), 0, 1 + n)) }));

/** When something runs by itself: a rhythm in words, or a cron line, and when it would be next. */
@customElement('m-schedule-field')
export class MScheduleField extends LitElement {
  @property({ attribute: false }) field!: Field;
  @state() private free = false; // somebody asked for the cron line, though its rhythm has words
  protected override createRenderRoot() { return this; }

  private get rhythm(): Rhythm {
    const text = typeof this.field.value === 'string' ? this.field.value : '';
    return this.free ? { kind: 'custom', cron: text } : rhythmOf(text);
  }
  private set(r: Rhythm): void { this.field.set(scheduleOf(r) ?? undefined); }
  private kind(kind: RhythmKind): void {
    const r = switchTo(kind, this.rhythm);
    this.free = kind === 'custom';
    this.set(r);
  }
  override render() {
    const f = this.field, r = this.rhythm;
    const value = (e: Event): string => (e.target as HTMLInputElement).value;
    return frame(f, html`<div class="lines">
      <select id=${idOf(f)} data-testid="schedule-kind" aria-invalid=${invalid(f)} aria-describedby=${describedBy(f)} @change=${(e: Event) => this.kind(value(e) as RhythmKind)}>${KINDS.map((k) => html`<option value=${k} .selected=${k === r.kind}>${t(`schedule.${k}`)}</option>`)}</select>
      ${r.kind === 'never' ? nothing : html`<div class="parts">
        ${r.kind === 'weekly' ? html`<select data-testid="schedule-weekday" aria-label=${t('schedule.weekday')} @change=${(e: Event) => this.set({ ...r, weekday: Number(value(e)) })}>${WEEK.map((d) => html`<option value=${d.n} .selected=${d.n === r.weekday}>${d.name}</option>`)}</select>` : nothing}
        ${r.kind === 'weekly' || r.kind === 'daily' ? html`<input type="time" required data-testid="schedule-time" aria-label=${t('schedule.time')} .value=${live(r.time)} @change=${(e: Event) => { if (value(e)) this.set({ ...r, time: value(e) }); else this.requestUpdate(); }}>` : nothing}
        ${r.kind === 'custom' ? html`<input class="path" data-testid="schedule-cron" autocomplete="off" spellcheck="false" maxlength="100" aria-label=${t('schedule.cron')} .value=${live(r.cron)} @input=${(e: Event) => f.set(value(e) || undefined)}>` : nothing}</div>
        ${this.sentence(scheduleOf(r) ?? '')}`}</div>`);
  }
  private sentence(line: string) {
    const cron = parseCron(line);
    if (!cron) return html`<span class="caption bad" role="status" data-testid="schedule-next">${t('schedule.bad')}</span>`;
    const at = nextRun(cron, new Date());
    return html`<span class="caption" role="status" data-testid="schedule-next">${at ? t('schedule.next', { when: formatMoment(at) }) : t('schedule.noNext')}</span>`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-schedule-field': MScheduleField } }
