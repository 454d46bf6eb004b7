import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { keyed } from 'lit/directives/keyed.js';
import { icon } from '../app/icons.ts';
import type { RouteParams } from '../app/match.ts';
import { toast } from '../app/toast.ts';
import '../components/m-note.ts';
import '../components/timeline/m-selection-bar.ts';
import '../components/timeline/m-timeline.ts';
import type { MTimeline } from '../components/timeline/m-timeline.ts';
import { Selection } from '../components/timeline/selection.ts';
import { chooseFiles } from '../components/upload/choose.ts';
import { ViewerOver } from '../components/viewer/over.ts';
import { messageOf } from '../data/api.ts';
import { timelineModel, type TimelineModel } from '../data/timeline.ts';
import type { TimelineView } from '../data/types.ts';
import { t } from '../strings/t.ts';
import { base } from '../tokens/shared.ts';

const ICONS = { photos: 'images', favourites: 'heart', archive: 'archive', trash: 'trash-2' } as const;

/** Photos, favourites, archive and trash: the same timeline with another view; the viewer stands above it while the address names a photo. */
@customElement('m-timeline-page')
export class MTimelinePage extends LitElement {
  static override styles = [base, css`
    :host { display: grid; grid-template-rows: auto minmax(0, 1fr); height: 100%; position: relative; }
    .strip { display: flex; gap: 8px; align-items: center; margin: 0 16px 4px; padding: 8px 12px; border-radius: 8px; background: var(--surface-1); color: var(--ink-2); grid-row: 1; }
    m-timeline { grid-row: 2; }
    .first { display: flex; flex-wrap: wrap; gap: 8px; justify-content: center; }
  `];
  @property() view: TimelineView = 'photos';
  @property({ attribute: false }) params: RouteParams = {};
  @state() private tick = 0;
  @query('m-timeline') private timeline!: MTimeline | null;
  private model!: TimelineModel;
  private selection = new Selection(() => { this.tick++; });
  private viewer = new ViewerOver(this, { list: () => this.model, path: () => `/${this.view}`, grid: () => this.timeline });

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('view')) {
      this.model = timelineModel(this.view);
      this.selection.ids.clear();
    }
    this.viewer.follow(this.params['id']);
  }

  // Each view has a timeline element of its own (keyed): its scroll position and its tiles belong to its model.
  override render() {
    const id = this.params['id'];
    return html`
      ${this.view === 'trash' ? html`<div class="strip">${icon('info')}<span>${t('timeline.trash.note')}</span></div>` : nothing}
      ${keyed(this.view, html`<m-timeline .model=${this.model} .selection=${this.selection} .tick=${this.tick} @open=${this.viewer.open} ?inert=${Boolean(id)}
          @toomany=${(e: CustomEvent<{ limit: number }>) => toast({ text: t('select.tooMany', { n: e.detail.limit }) })}>
        <m-note slot="empty" icon=${ICONS[this.view]} heading=${t(`timeline.${this.view}.empty`)}>
          ${this.view === 'photos' ? html`<div class="first"><wa-button variant="brand" @click=${() => chooseFiles(false)}>${t('timeline.upload')}</wa-button><wa-button appearance="outlined" href="/import" data-testid="timeline-import">${t('timeline.import')}</wa-button></div>` : nothing}
        </m-note>
        <m-note slot="error" icon="circle-alert" heading=${t('timeline.error')} text=${this.model.error ? messageOf(this.model.error) : ''}>
          <wa-button variant="brand" @click=${() => void this.model.refresh()}>${t('app.retry')}</wa-button>
        </m-note>
      </m-timeline>`)}
      ${this.selection.active && !id ? html`<m-selection-bar .view=${this.view} .selection=${this.selection} .model=${this.model} .tick=${this.tick}></m-selection-bar>` : nothing}
      ${this.viewer.view(id)}`;
  }
}

declare global { interface HTMLElementTagNameMap { 'm-timeline-page': MTimelinePage } }
