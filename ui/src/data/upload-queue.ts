import { ApiError } from './api.ts';
import { t } from '../strings/t.ts';
import type { UploadResult } from './types.ts';
import type { Parcel } from './upload-pairs.ts';

export type UploadState = 'queued' | 'sending' | 'created' | 'duplicate' | 'trashed' | 'failed' | 'cancelled';
export interface UploadItem { id: number; file: File; folder: string; sidecar: File | undefined; libraryId: string; state: UploadState; sent: number; message: string; assetId: string; again: boolean }
/** Sends one file; rejects with an error whose message is for people, or with an AbortError. */
export type SendFile = (item: UploadItem, progress: (sent: number) => void, signal: AbortSignal) => Promise<UploadResult>;
export interface UploadTotals { files: number; open: number; bytes: number; sent: number; counts: Record<UploadState, number> }

const IN_FLIGHT = 3;
/** Refusals of what arrived, not of what was chosen. */
const BROKEN_ON_THE_WAY = ['network', 'checksum_mismatch', 'incomplete'];

/** Whether the same file can be taken the next time: not when the server refused the file itself. */
const mayWork = (e: unknown): boolean => !(e instanceof ApiError) || e.status >= 500 || e.status === 429 || BROKEN_ON_THE_WAY.includes(e.code);

/** Files on their way in: three at a time, in order. `changed` is told about every step. */
export class UploadQueue {
  items: UploadItem[] = [];
  #send: SendFile;
  #changed: () => void;
  #aborts = new Map<number, AbortController>();
  #next = 1;

  constructor(send: SendFile, changed: () => void) {
    this.#send = send;
    this.#changed = changed;
  }

  /** Something failed that may be taken the next time. */
  get retryable(): boolean { return this.items.some((i) => i.state === 'failed' && i.again); }
  get busy(): boolean { return this.items.some((i) => i.state === 'queued' || i.state === 'sending'); }

  add(parcels: readonly Parcel[], libraryId: string): void {
    // A new drop after all is done starts a new list; the old summary has been read.
    if (!this.busy) this.items = [];
    for (const { file, folder, sidecar, lonely } of parcels) this.items.push({ id: this.#next++, file, folder, sidecar, libraryId, state: lonely ? 'failed' : 'queued', sent: 0, message: lonely ? t('upload.lonely') : '', assetId: '', again: false });
    this.#pump();
  }
  cancel(id: number): void {
    const item = this.items.find((i) => i.id === id);
    if (!item || (item.state !== 'queued' && item.state !== 'sending')) return;
    item.state = 'cancelled';
    item.sent = 0;
    this.#aborts.get(id)?.abort();
    this.#pump();
  }
  cancelAll(): void {
    for (const item of this.items) if (item.state === 'queued') item.state = 'cancelled';
    for (const item of this.items) if (item.state === 'sending') this.cancel(item.id);
    this.#changed();
  }
  retryFailed(): void {
    for (const item of this.items) if (item.state === 'failed' && item.again) { item.state = 'queued'; item.sent = 0; item.message = ''; }
    this.#pump();
  }
  clear(): void {
    if (this.busy) return;
    this.items = [];
    this.#changed();
  }

  totals(): UploadTotals {
    const counts: Record<UploadState, number> = { queued: 0, sending: 0, created: 0, duplicate: 0, trashed: 0, failed: 0, cancelled: 0 };
    let bytes = 0, sent = 0;
    for (const item of this.items) {
      counts[item.state]++;
      if (item.state === 'cancelled') continue;
      bytes += item.file.size;
      sent += item.state === 'queued' ? 0 : item.state === 'sending' ? Math.min(item.sent, item.file.size) : item.file.size;
    }
    return { files: this.items.length, open: counts.queued + counts.sending, bytes, sent, counts };
  }

  #pump(): void {
    let running = this.#aborts.size;
    for (const item of this.items) {
      if (running >= IN_FLIGHT) break;
      // An aborted item frees its place only when its request has ended.
      if (item.state === 'queued' && !this.#aborts.has(item.id)) { running++; void this.#run(item); }
    }
    this.#changed();
  }

  async #run(item: UploadItem): Promise<void> {
    const abort = new AbortController();
    this.#aborts.set(item.id, abort);
    item.state = 'sending';
    try {
      const result = await this.#send(item, (sent) => { item.sent = sent; this.#changed(); }, abort.signal);
      item.assetId = result.assetId;
      item.state = result.trashed ? 'trashed' : result.outcome;
    } catch (e) {
      if (!abort.signal.aborted) {
        item.state = 'failed';
        item.message = e instanceof Error ? e.message : String(e);
        item.again = mayWork(e);
      }
    } finally {
      this.#aborts.delete(item.id);
      this.#pump();
    }
  }
}
