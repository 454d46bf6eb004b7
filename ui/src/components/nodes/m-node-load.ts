import { html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { WorkerNode } from '../../data/types.ts';
import { formatMemory } from '../../strings/format.ts';
import { t } from '../../strings/t.ts';
import { base } from '../../tokens/shared.ts';
import { nodeStyles } from './nodes.styles.ts';

/** Processor and memory of a PC as two small bars with their numbers. Nothing when it does not say. */
@customElement('m-node-load')
export class MNodeLoad extends LitElement {
  static override styles = [base, nodeStyles];
  @property({ attribute: false }) node!: Pick<WorkerNode, 'load' | 'caps'>;
  override render() {
    const { load, caps } = this.node;
    if (!load) return nothing;
    const all = caps?.memoryBytes ?? 0, cpu = Math.round(load.cpu * 100);
    return html`<div class="meters">${this.meter(t('nodes.cpu'), t('nodes.percent', { n: cpu }), cpu)}
      ${this.meter(t('nodes.memory'), all > 0 ? t('nodes.memory.of', { used: formatMemory(load.memoryBytes), all: formatMemory(all) }) : formatMemory(load.memoryBytes), all > 0 ? Math.min(100, Math.round((load.memoryBytes / all) * 100)) : 0)}</div>`;
  }
  private meter(label: string, words: string, percent: number) {
    return html`<div class="meter" role="meter" aria-label=${label} aria-valuenow=${percent} aria-valuemin="0" aria-valuemax="100" aria-valuetext=${words}><div aria-hidden="true"><span>${label}</span><b>${words}</b></div><div class="track" aria-hidden="true" style="display:block"><i style="width:${percent}%"></i></div></div>`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-node-load': MNodeLoad } }
