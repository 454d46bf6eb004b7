import '@awesome.me/webawesome/dist/components/switch/switch.js';
import type WaSwitch from '@awesome.me/webawesome/dist/components/switch/switch.js';
import { html, nothing } from 'lit';
import { live } from 'lit/directives/live.js';
import { icon } from '../../app/icons.ts';
import type { Draw } from './field.ts';

export const boolean: Draw = (f) =>
  html`<div class="field" data-testid="field" data-name=${f.name}><wa-switch .checked=${live(f.value === true)} hint=${f.property.description ?? ''} @change=${(e: Event) => { e.stopPropagation(); f.set((e.target as WaSwitch).checked); }}>${f.title}</wa-switch>
    ${f.error ? html`<span class="error" role="alert" data-testid="field-error" data-name=${f.name}>${icon('circle-alert', 'small')}<span>${f.error}</span></span>` : nothing}</div>`;
