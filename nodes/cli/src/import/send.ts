import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import type { UploadResult } from '@mantel/contracts/models/asset.ts';
import type { Api } from '../api/client.ts';
import { ApiError, NetworkError } from '../failure.ts';
import type { Found } from './walk.ts';

export type FoundFile = Extract<Found, { disk: Buffer }>;
/** An XMP that goes with its photo, read already. */
export interface Sidecar { name: string; bytes: Buffer }
export interface Sent { result: UploadResult; sha256: string }
export interface SendOptions { library: string | null; device: string; signal: AbortSignal; /** Wait before the second try; doubles each time. */ backOffMs?: number; tries?: number; sidecar?: Sidecar | undefined }

/** The file is not what it was when it was found: other size, or gone. Not sent again. */
export class ChangedFile extends Error {}

/** Sends one file; what may pass by itself (network, server busy, damaged on the way) is tried again a few times, longer and longer apart. Throws the last error. */
export async function send(api: Api, file: FoundFile, options: SendOptions): Promise<Sent> {
  const { tries = 5, backOffMs = 500, signal } = options;
  for (let attempt = 1; ; attempt++) {
    try {
      return await sendOnce(api, file, options);
    } catch (error) {
      if (attempt >= tries || !transient(error) || signal.aborted) throw error;
      await pause(backOffMs * 2 ** (attempt - 1) * (0.75 + Math.random() / 2), undefined, { signal });
    }
  }
}

export const transient = (error: unknown): boolean => error instanceof NetworkError
  || (error instanceof ApiError && error.code !== 'storage_missing' && error.code !== 'storage_full' && (error.status >= 500 || error.status === 408 || error.status === 429 || error.code === 'incomplete' || error.code === 'checksum_mismatch'));

/** What stops the whole import: no other file will fare better. */
export const hopeless = (error: unknown): boolean => error instanceof NetworkError || (error instanceof ApiError && ['storage_missing', 'storage_full', 'unauthenticated', 'forbidden', 'account_disabled', 'not_found'].includes(error.code))
  || (error instanceof ApiError && error.code === 'internal' && error.status < 500);

const FOLDER_MAX = 1000;
const folderOf = (shown: string): string => shown.slice(0, Math.max(0, shown.lastIndexOf('/'))).slice(-FOLDER_MAX);

async function sendOnce(api: Api, file: FoundFile, { library, device, signal, sidecar }: SendOptions): Promise<Sent> {
  const boundary = `----mantel${createHash('sha1').update(`${file.shown}${Math.random()}`).digest('hex')}`;
  const field = (name: string, value: string): string => `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  const part = (name: string, fileName: string, type: string): string => `--${boundary}\r\ncontent-disposition: form-data; name="${name}"; filename*=UTF-8''${encodeName(fileName)}\r\ncontent-type: ${type}\r\n\r\n`;
  const folder = folderOf(file.shown).replace(/[\r\n\0]/g, '_');
  const head = Buffer.concat([
    Buffer.from(`${library ? field('library', library) : ''}${field('device', device)}${field('modifiedAt', String(Math.round(file.modifiedAt)))}${folder ? field('folder', folder) : ''}`),
    ...(sidecar ? [Buffer.from(part('sidecar', sidecar.name, 'application/rdf+xml')), sidecar.bytes, Buffer.from('\r\n')] : []), Buffer.from(part('file', file.name, 'application/octet-stream')),
  ]);
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  const hash = createHash('sha256');
  let unread: Error | null = null; // what went wrong on this side looks like a broken line on the other
  async function* body(): AsyncGenerator<Buffer> {
    yield head;
    try {
      let bytes = 0;
      for await (const chunk of createReadStream(file.disk, { highWaterMark: 256 << 10 }) as AsyncIterable<Buffer>) {
        hash.update(chunk);
        bytes += chunk.length;
        if (bytes > file.bytes) break;
        yield chunk;
      }
      if (bytes !== file.bytes) throw new ChangedFile('it changed while it was read');
    } catch (error) {
      throw (unread = error as Error);
    }
    yield tail;
  }
  try {
    const result = await api.send<UploadResult>('/assets', { type: `multipart/form-data; boundary=${boundary}`, length: head.length + file.bytes + tail.length, stream: () => Readable.from(body(), { objectMode: false, highWaterMark: 512 << 10 }) }, signal);
    return { result, sha256: hash.digest('hex') };
  } catch (error) {
    throw unread ?? error;
  }
}

/** RFC 5987. Control characters and path signs cannot be part of a name that leaves this machine. */
// oxlint-disable-next-line no-control-regex -- these are what is replaced
const encodeName = (name: string): string => encodeURIComponent(name.toWellFormed().replace(/[\u0000-\u001f\u007f/\\]/g, '_')).replace(/['()*!]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
