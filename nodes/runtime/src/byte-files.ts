// A file that comes in pieces over connections that break.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { MantelError } from '@mantel/contracts/errors.ts';
import type { Head } from './fetch-body.ts';

const BLOCK = 1 << 20;

/** The file that is being fetched: how far it is, and which file of the server it is a part of. */
export class Body {
  readonly #file: FileHandle;
  readonly #maxBytes: number;
  #etag: string | undefined;
  #total: number | undefined;
  written = 0;
  constructor(file: FileHandle, maxBytes: number) { this.#file = file; this.#maxBytes = maxBytes; }

  /** Headers of the next request: the rest, if the file is still the same; else the server sends all of it. */
  wanted(): Record<string, string> { return this.written > 0 && this.#etag !== undefined ? { range: `bytes=${this.written}-`, 'if-range': this.#etag } : {}; }

  /** Looks at an answer before its body is read. Throws `too_large`. */
  async begin(res: Head): Promise<void> {
    const part = /^bytes (\d+)-\d+\/(\d+)$/.exec(res.headers['content-range'] ?? '');
    const goesOn = res.status === 206 && part !== null && Number(part[1]) === this.written && Number(part[2]) === this.#total && res.headers.etag === this.#etag;
    if (!goesOn) {
      if (res.status === 206) throw new MantelError('internal', 'The coordinator sent another part of the file than was asked for.');
      await this.#file.truncate(0);
      this.written = 0;
      this.#total = res.headers['content-length'] === undefined ? undefined : Number(res.headers['content-length']);
      const { etag } = res.headers;
      this.#etag = etag?.startsWith('"') ? etag : undefined; // a weak one does not promise the same bytes
    }
    if ((this.#total ?? 0) > this.#maxBytes) throw new MantelError('too_large');
  }

  async append(block: Buffer): Promise<void> {
    if (this.written + block.length > this.#maxBytes) throw new MantelError('too_large');
    for (let rest = block; rest.length > 0; ) {
      const { bytesWritten } = await this.#file.write(rest, 0, rest.length, this.written); // a nearly full disk takes a part and says nothing
      if (bytesWritten === 0) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
      this.written += bytesWritten;
      rest = rest.subarray(bytesWritten);
    }
  }

  end(): void { if (this.#total !== undefined && this.written !== this.#total) throw new MantelError('incomplete'); }
}

/** Hex. */
export async function hashOfFile(file: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, { highWaterMark: BLOCK, ...(signal ? { signal } : {}) }) as AsyncIterable<Buffer>) hash.update(chunk);
  return hash.digest('hex');
}
