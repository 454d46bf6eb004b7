import { ApiError, toError } from './api.ts';
import { keepHere } from './leaving.ts';
import { t } from '../strings/t.ts';
import type { UploadResult } from './types.ts';
import { UploadQueue, type SendFile } from './upload-queue.ts';

/** XMLHttpRequest, because fetch does not say how much has been sent. Fields and the sidecar stand before the file: the server needs them first. */
const send: SendFile = (item, progress, signal) => new Promise<UploadResult>((resolve, reject) => {
  const form = new FormData();
  form.append('library', item.libraryId);
  form.append('modifiedAt', String(item.file.lastModified));
  if (item.folder) form.append('folder', item.folder);
  if (item.sidecar) form.append('sidecar', item.sidecar, item.sidecar.name);
  form.append('file', item.file, item.file.name);
  const xhr = new XMLHttpRequest();
  xhr.open('POST', '/api/v1/assets');
  xhr.responseType = 'json';
  xhr.upload.addEventListener('progress', (e) => progress(e.loaded));
  xhr.addEventListener('load', () => {
    if (xhr.status === 200 || xhr.status === 201) resolve(xhr.response as UploadResult);
    else reject(toError({ status: xhr.status }, xhr.response));
  });
  xhr.addEventListener('error', () => reject(new ApiError('network', t('upload.network'))));
  xhr.addEventListener('abort', () => reject(new DOMException('', 'AbortError')));
  signal.addEventListener('abort', () => xhr.abort());
  xhr.send(form);
});

const SPEED_WINDOW_MS = 8000;

/** The uploads of this window. `change` events come at most once per frame. */
class Uploads extends EventTarget {
  readonly queue = new UploadQueue(send, () => this.#changed());
  #told = false;
  #samples: { at: number; sent: number }[] = [];

  /** Bytes per second over the last seconds; 0 while nothing is known. */
  get rate(): number {
    const first = this.#samples[0], last = this.#samples.at(-1);
    return first && last && last.at - first.at > 300 ? ((last.sent - first.sent) / (last.at - first.at)) * 1000 : 0;
  }

  #changed(): void {
    const at = performance.now(), { sent } = this.queue.totals();
    if (!this.queue.busy || (this.#samples.at(-1)?.sent ?? 0) > sent) this.#samples = [];
    this.#samples.push({ at, sent });
    this.#samples = this.#samples.filter((s) => at - s.at <= SPEED_WINDOW_MS);
    keepHere(this, this.queue.busy);
    if (this.#told) return;
    this.#told = true;
    requestAnimationFrame(() => { this.#told = false; this.dispatchEvent(new Event('change')); });
  }
}

export const uploads = new Uploads();
