import { html, nothing, type TemplateResult } from 'lit';
import { icon } from '../../app/icons.ts';
import { t } from '../../strings/t.ts';
import { isRequired, titleOf, type Property } from './schema.ts';

/** One field while it is drawn: what it is, what it holds, what is wrong, and how it says that it holds something else (undefined: nothing). */
export interface Field { name: string; title: string; property: Property; value: unknown; error: string; required: boolean; set(value: unknown): void }
export type Draw = (f: Field) => TemplateResult;

export const fieldOf = (schema: unknown, name: string, property: Property, value: unknown, error: string, set: (v: unknown) => void): Field => ({ name, title: titleOf(name, property), property, value, error, required: isRequired(schema, name), set });

export const idOf = (f: Field): string => `field-${f.name}`;
/** For `aria-describedby`: only what is there. */
export const describedBy = (f: Field): string | typeof nothing => [f.property.description && `${idOf(f)}-hint`, f.error && `${idOf(f)}-error`].filter(Boolean).join(' ') || nothing;
export const invalid = (f: Field): 'true' | 'false' => (f.error ? 'true' : 'false');

const optional = (f: Field) => (f.required || f.property.type === 'boolean' || f.property.default !== undefined || f.property.mantel === 'schedule' ? nothing : html` <small>(${t('form.optional')})</small>`);
const below = (f: Field) => html`${f.property.description ? html`<span class="hint" id="${idOf(f)}-hint">${f.property.description}</span>` : nothing}${f.error ? html`<span class="error" id="${idOf(f)}-error" role="alert" data-testid="field-error" data-name=${f.name}>${icon('circle-alert', 'small')}<span>${f.error}</span></span>` : nothing}`;

/** Label, control, hint, error. The control has the id of `idOf`. */
export const frame = (f: Field, control: TemplateResult): TemplateResult =>
  html`<div class="field" data-testid="field" data-name=${f.name}><label class="label" for=${idOf(f)}>${f.title}${optional(f)}</label>${control}${below(f)}</div>`;
/** The same around several controls; each has a name of its own. */
export const group = (f: Field, controls: TemplateResult): TemplateResult =>
  html`<fieldset class="field" data-testid="field" data-name=${f.name} aria-describedby=${describedBy(f)}><legend class="label">${f.title}${optional(f)}</legend>${controls}${below(f)}</fieldset>`;
