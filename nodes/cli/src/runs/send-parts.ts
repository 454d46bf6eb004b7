import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import type { Api } from '../api/client.ts';
import { ApiError, Failure } from '../failure.ts';
import { bytes, duration } from '../format.ts';
import { transient } from '../import/send.ts';
import { note, type Terminal } from '../terminal.ts';
import { pausing } from './follow.ts';
import type { Place } from './paths.ts';

/** So much is sent again at most when the line breaks. */
const CHUNK = 64 << 20;
const MAX_TRIES = 8;
export interface SendTimes { backOffMs?: number; /** How often it is asked again while the house makes room. */ roomMs?: number; chunk?: number }

/** What the house answers when it must finish earlier parts before it has room for the next one. */
const noRoomYet = (error: unknown): boolean => error instanceof ApiError && (error.status === 429 || (error.code === 'storage_full' && error.data.wait === true));

/** Sends the parts of a run one after the other; what arrived before is not sent again. Ctrl-C pauses the run. */
export async function sendParts(api: Api, terminal: Terminal, id: string, parts: readonly Place[], { backOffMs = 500, roomMs = 5000, chunk = CHUNK }: SendTimes = {}): Promise<void> {
  const total = parts.reduce((sum, p) => sum + p.bytes, 0);
  const started = Date.now();
  let [before, moved, painted] = [0, 0, 0];
  const paint = (name: string, at: number): void => {
    if (!terminal.live || Date.now() - painted < 200) return;
    painted = Date.now();
    const rate = moved / Math.max(0.001, (Date.now() - started) / 1000);
    terminal.err.write(`\r\u001b[KSending ${name}: ${bytes(before + at)} of ${bytes(total)}${rate > 0 ? ` · ${bytes(rate)}/s · ${duration((total - before - at) / rate)} left` : ''}`);
  };
  for (const [n, part] of parts.entries()) {
    const name = path.basename(part.path);
    const where = `/imports/${encodeURIComponent(id)}/parts/${n}`;
    const changed = async (): Promise<boolean> => (await stat(part.path).catch(() => null))?.size !== part.bytes;
    let [tries, waits] = [0, 0];
    for (;;) {
      if (terminal.signal.aborted) throw await pausing(api, id, true);
      try {
        let offset = Number((await api.tus('HEAD', where, {}))['upload-offset'] ?? NaN);
        if (!Number.isInteger(offset) || offset < 0 || offset > part.bytes) throw new Failure(`Mantel does not say how much of ${name} it has. Update it, or let it read the files where they lie.`);
        while (offset < part.bytes) {
          const end = Math.min(part.bytes, offset + chunk);
          const from = offset;
          await api.tus('PATCH', where, { 'upload-offset': String(offset) }, { type: 'application/offset+octet-stream', length: end - offset, stream: () => Readable.from(piece(part.path, from, end, (more) => { moved += more; paint(name, from); }), { objectMode: false, highWaterMark: 1 << 20 }) }, terminal.signal);
          [offset, tries, waits] = [end, 0, 0];
          paint(name, offset);
        }
        break;
      } catch (error) {
        if (terminal.signal.aborted) continue;
        if (await changed()) throw new Failure(`${part.path} changed while it was sent. Start the import again when it is complete.`);
        if (noRoomYet(error)) {
          if (waits++ === 0) note(terminal, `${terminal.live ? '\r\u001b[K' : ''}Waiting: Mantel has no room for more until it is done with what it has.`);
          await roomOrEnd(api, id, error as Error);
          await pause(roomMs, undefined, { signal: terminal.signal }).catch(() => {});
        } else {
          const conflict = error instanceof ApiError && (error.status === 409 || error.status === 460);
          if (++tries > MAX_TRIES || !(transient(error) || conflict)) throw error;
          await pause(Math.min(30_000, backOffMs * 2 ** (tries - 1)), undefined, { signal: terminal.signal }).catch(() => {});
        }
      }
    }
    before += part.bytes;
  }
  if (terminal.live) terminal.err.write('\r\u001b[K');
}

async function* piece(file: string, from: number, to: number, sent: (bytes: number) => void): AsyncGenerator<Buffer> {
  let at = from;
  for await (const chunk of createReadStream(file, { start: from, end: to - 1, highWaterMark: 512 << 10 }) as AsyncIterable<Buffer>) {
    at += chunk.length;
    sent(chunk.length);
    yield chunk;
  }
  if (at !== to) throw new Error('it is shorter than it was'); // the other side would wait for the rest
}

/** There is no point in waiting for a run that does nothing any more. */
async function roomOrEnd(api: Api, id: string, error: Error): Promise<void> {
  const run = await api.get('imports.get', `/imports/${encodeURIComponent(id)}`);
  if (['paused', 'failed', 'cancelled', 'undone', 'done'].includes(run.state)) throw new Failure(`${error.message} ${run.trouble ?? ''} The import is ${run.state}; go on with: mantel imports resume ${id}`.replace(/ {2,}/g, ' '));
}
