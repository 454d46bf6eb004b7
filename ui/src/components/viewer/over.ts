import { html, nothing, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from 'lit';
import { router } from '../../app/router.ts';
import { toast } from '../../app/toast.ts';
import { messageOf } from '../../data/api.ts';
import type { PhotoList } from '../../data/photo-list.ts';
import type { MTimeline } from '../timeline/m-timeline.ts';

/** What the viewer stands over. `path`: the address of the page itself; a photo's is below it. */
interface Beneath { list: () => PhotoList; path: () => string; grid: () => MTimeline | null }

/** The viewer above a page with a grid: open while the address names a photo. Its code is loaded when it is first needed. */
export class ViewerOver implements ReactiveController {
  #host: ReactiveControllerHost;
  #beneath: Beneath;
  #origin: DOMRect | undefined;
  #opened = -1;
  #ready = false;
  #was = '';
  #back = -1;

  constructor(host: ReactiveControllerHost, beneath: Beneath) {
    this.#host = host;
    this.#beneath = beneath;
    host.addController(this);
  }

  /** To be told in `willUpdate` which photo the address names. */
  follow(id: string | undefined): void {
    if (id && !this.#ready) void import('./m-viewer.ts').then(() => { this.#ready = true; this.#host.requestUpdate(); }, (e: unknown) => toast({ text: messageOf(e), kind: 'bad' }));
    const was = this.#was;
    this.#was = id ?? '';
    if (id) return;
    this.#back = was ? this.#opened : -1;
    this.#origin = undefined;
    this.#opened = -1;
  }
  /** The viewer was closed, by whatever way: focus returns to the photo that was shown last. */
  hostUpdated(): void {
    if (this.#back >= 0) this.#beneath.grid()?.focusTile(this.#back);
    this.#back = -1;
  }

  open = async (e: CustomEvent<{ index: number; rect?: DOMRect }>): Promise<void> => {
    const row = await this.#beneath.list().ensure(e.detail.index);
    if (!row) return;
    this.#origin = e.detail.rect;
    this.#opened = e.detail.index;
    router.go(`${this.#beneath.path()}/${row.id}`, { overlay: true });
  };
  #moved = (e: CustomEvent<{ index: number; id?: string }>): void => {
    this.#opened = e.detail.index;
    this.#origin = undefined;
    this.#host.requestUpdate();
    if (e.detail.index >= 0) this.#beneath.grid()?.reveal(e.detail.index);
    // Compared with the address, not with what is rendered: after quick steps the two differ for a moment.
    const to = e.detail.id ? `${this.#beneath.path()}/${e.detail.id}` : router.path;
    if (to !== router.path) router.go(to, { replace: true });
  };
  #close = (): void => router.closeOverlay(this.#beneath.path());

  view(id: string | undefined): TemplateResult | typeof nothing {
    return id && this.#ready ? html`<m-viewer .model=${this.#beneath.list()} .assetId=${id} .start=${this.#opened} .origin=${this.#origin} @moved=${this.#moved} @close=${this.#close}></m-viewer>` : nothing;
  }
}
