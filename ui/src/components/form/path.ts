import '@awesome.me/webawesome/dist/components/button/button.js';
import { html } from 'lit';
import { live } from 'lit/directives/live.js';
import { openDialog } from '../../app/dialog.ts';
import { icon } from '../../app/icons.ts';
import { t } from '../../strings/t.ts';
import type { PathParams } from '../../dialogs/m-path-dialog.ts';
import { describedBy, type Draw, type Field, frame, group, idOf, invalid } from './field.ts';
import { remove } from './list.ts';

const texts = (v: unknown): string[] => (Array.isArray(v) ? v.filter((x): x is string => typeof x === 'string') : []);
const choose = (f: Field, params: PathParams): Promise<string[] | null> => openDialog<PathParams, string[]>('m-path-dialog', () => import('../../dialogs/m-path-dialog.ts'), { ...params, accept: f.property.accept ?? f.property.items?.accept ?? [] });

/** One file or folder of the machine where Mantel runs: typed, or looked for. */
export const path: Draw = (f) => {
  const now = typeof f.value === 'string' ? f.value : '';
  const look = async (): Promise<void> => {
    const [chosen] = (await choose(f, { start: now, many: false })) ?? [];
    if (chosen !== undefined) f.set(chosen);
  };
  return frame(f, html`<div class="with"><input id=${idOf(f)} class="path" autocomplete="off" autocapitalize="off" spellcheck="false" ?required=${f.required} aria-invalid=${invalid(f)} aria-describedby=${describedBy(f)} .value=${live(now)} @input=${(e: Event) => f.set((e.target as HTMLInputElement).value || undefined)}>
    <wa-button appearance="outlined" data-testid="path-choose" aria-label=${t('path.chooseFor', { what: f.title })} @click=${() => void look()}><span slot="start">${icon('folder-open', 'small')}</span>${t('path.choose')}</wa-button></div>`);
};

/** Several of them. */
export const paths: Draw = (f) => {
  const now = texts(f.value);
  const look = async (): Promise<void> => {
    const chosen = await choose(f, { start: now.at(-1) ?? '', many: true });
    if (chosen) f.set([...new Set([...now, ...chosen])]);
  };
  return group(f, html`<div class="lines">${now.map((p) => html`<div class="chosen" data-testid="path-chosen"><span class="path">${p}</span>${remove(f, p, () => f.set(now.filter((x) => x !== p)))}</div>`)}
    <wa-button appearance="outlined" data-testid="path-choose" aria-label=${t('path.chooseFor', { what: f.title })} @click=${() => void look()}><span slot="start">${icon('folder-open', 'small')}</span>${t('path.more')}</wa-button></div>`);
};
