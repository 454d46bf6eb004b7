import { ApiError, isAbort, messageOf } from './api.ts';
import { onLive } from './live.ts';
import { keepHere } from './leaving.ts';
import { sendByTus, type SendPart } from './tus.ts';
import type { ImportRun } from './types.ts';

/** `retrying`: the connection broke; `room`: the house waits until a part before it can go; both go on by themselves. */
export type PartState = 'waiting' | 'sending' | 'retrying' | 'room' | 'sent' | 'failed';
export interface SendingPart { n: number; name: string; bytes: number; file: File; sent: number; state: PartState; message: string }
/** Why files that were chosen are not sent. */
export interface Misfits { unknown: string[]; otherSize: string[] }

const SPEED_WINDOW_MS = 8000;
const ROOM_MS = 5000;
const urlOf = (runId: string, n: number): string => `/api/v1/imports/${runId}/parts/${n}`;

/** Sends the parts of one run, one after the other: a house with little room frees each before the next. Lives as long as the page is not loaded anew. */
export class PartSender extends EventTarget {
  readonly runId: string;
  readonly parts: SendingPart[] = [];
  paused = false;
  #send: SendPart;
  #abort: AbortController | undefined;
  #told = false;
  #samples: { at: number; sent: number }[] = [];
  #unfollow: (() => void) | undefined;

  constructor(runId: string, send: SendPart = sendByTus) {
    super();
    this.runId = runId;
    this.#send = send;
  }

  get busy(): boolean { return this.parts.some((p) => p.state !== 'sent' && p.state !== 'failed'); }
  get failed(): boolean { return this.parts.some((p) => p.state === 'failed'); }
  partOf(n: number): SendingPart | undefined { return this.parts.find((p) => p.n === n); }
  get totals(): { bytes: number; sent: number } { return this.parts.reduce((sum, p) => ({ bytes: sum.bytes + p.bytes, sent: sum.sent + p.sent }), { bytes: 0, sent: 0 }); }
  /** Bytes per second over the last seconds; 0 while nothing is known. */
  get rate(): number {
    const first = this.#samples[0], last = this.#samples.at(-1);
    return first && last && last.at - first.at > 300 ? ((last.sent - first.sent) / (last.at - first.at)) * 1000 : 0;
  }

  /** Takes those of the chosen files that this run waits for: known by name and size. */
  take(run: Pick<ImportRun, 'parts'>, files: readonly File[]): Misfits {
    const misfits: Misfits = { unknown: [], otherSize: [] };
    for (const file of files) {
      const n = run.parts.findIndex((p) => p.name === file.name && p.bytes === file.size);
      const part = run.parts[n];
      if (!part) {
        misfits[run.parts.some((p) => p.name === file.name) ? 'otherSize' : 'unknown'].push(file.name);
        continue;
      }
      const old = this.partOf(n);
      if (old && old.state !== 'failed') continue;
      if (old) Object.assign(old, { file, state: 'waiting', message: '' });
      else if (isMissing(part)) this.parts.push({ n, name: file.name, bytes: file.size, file, sent: part.received, state: 'waiting', message: '' });
    }
    this.parts.sort((a, b) => a.n - b.n);
    this.#pump();
    return misfits;
  }
  pause(): void {
    this.paused = true;
    this.#abort?.abort();
    this.#changed();
  }
  resume(): void {
    this.paused = false;
    this.#pump();
  }
  retry(): void {
    for (const p of this.parts) if (p.state === 'failed') { p.state = 'waiting'; p.message = ''; }
    this.#pump();
  }
  /** The run ended: nothing more is wanted. */
  stop(): void {
    this.parts.length = 0;
    this.#abort?.abort();
    this.#changed();
  }

  #pump(): void {
    const next = this.parts.find((p) => p.state === 'waiting');
    if (!this.#abort && !this.paused && next) void this.#run(next);
    this.#changed();
  }
  async #run(part: SendingPart): Promise<void> {
    const abort = this.#abort = new AbortController();
    part.state = 'sending';
    try {
      await this.#send(urlOf(this.runId, part.n), part.file, {
        progress: (offset) => { part.sent = offset; this.#changed(); },
        broken: (yes) => { part.state = yes ? 'retrying' : 'sending'; this.#changed(); },
      }, abort.signal);
      part.sent = part.bytes;
      part.state = 'sent';
    } catch (e) {
      const room = e instanceof ApiError && e.code === 'storage_full' && e.data['wait'] === true;
      part.state = isAbort(e) ? 'waiting' : room ? 'room' : 'failed';
      part.message = isAbort(e) ? '' : messageOf(e);
      if (room) setTimeout(() => this.#roomAgain(part), ROOM_MS);
      if (e instanceof ApiError && e.code === 'network') this.#whenBack();
    } finally {
      this.#abort = undefined;
      this.#pump();
    }
  }
  #roomAgain(part: SendingPart): void {
    if (part.state !== 'room' || !this.parts.includes(part)) return;
    Object.assign(part, { state: 'waiting', message: '' });
    this.#pump();
  }
  /** The house answers again: what only the line had stopped goes on. */
  #whenBack(): void {
    this.#unfollow ??= onLive((e) => {
      if (e.type !== 'state' || !e.connected) return;
      this.#unfollow?.();
      this.#unfollow = undefined;
      this.retry();
    });
  }

  #changed(): void {
    const at = performance.now(), { sent } = this.totals;
    if (!this.#abort || (this.#samples.at(-1)?.sent ?? 0) > sent) this.#samples = [];
    this.#samples.push({ at, sent });
    this.#samples = this.#samples.filter((s) => at - s.at <= SPEED_WINDOW_MS);
    keepHere(this, this.busy);
    if (this.#told) return;
    this.#told = true;
    requestAnimationFrame(() => { this.#told = false; this.dispatchEvent(new Event('change')); });
  }
}

/** Its bytes are not all here. */
export const isMissing = (part: ImportRun['parts'][number]): boolean => part.state === 'waiting' || part.state === 'arriving';

const senders = new Map<string, PartSender>();
export function senderOf(runId: string): PartSender {
  let sender = senders.get(runId);
  if (!sender) senders.set(runId, sender = new PartSender(runId));
  return sender;
}
