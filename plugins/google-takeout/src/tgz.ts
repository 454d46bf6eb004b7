import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';

/** `broken`: the archive ends inside of this entry, or what follows cannot be read. */
export interface TarEntry { path: string; bytes: number; modifiedAt: number; kind: 'file' | 'folder' | 'link' | 'other' }

/** Bytes of a stream, as many as are asked for. */
class Source {
  #it: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);
  constructor(it: AsyncIterable<Buffer>) { this.#it = it[Symbol.asyncIterator](); }
  /** Some bytes, at most `max`; empty at the end. */
  async some(max: number): Promise<Buffer> {
    while (this.#rest.length === 0) {
      const n = await this.#it.next();
      if (n.done) return Buffer.alloc(0);
      this.#rest = n.value;
    }
    const out = this.#rest.subarray(0, max);
    this.#rest = this.#rest.subarray(out.length);
    return out;
  }
  async exactly(n: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for (let got = 0; got < n;) {
      const b = await this.some(n - got);
      if (b.length === 0) throw new Cut();
      parts.push(b);
      got += b.length;
    }
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  }
  async close(): Promise<void> { await this.#it.return?.(); }
}
/** The archive ends, or goes wrong, in the middle. */
export class Cut extends Error { constructor() { super('The archive is cut off.'); } }

const MAX_HEADER = 1024 * 1024;
const field = (b: Buffer, from: number, to: number): string => { const s = b.subarray(from, to); const end = s.indexOf(0); return (end < 0 ? s : s.subarray(0, end)).toString('utf8'); };
function number(b: Buffer, from: number, to: number): number {
  if (b[from]! & 0x80) return Number(BigInt(`0x${b.subarray(from + 4, to).toString('hex')}`)); // GNU: binary
  const n = parseInt(field(b, from, to).trim() || '0', 8);
  return Number.isFinite(n) ? n : -1;
}

/** Goes through a .tgz once, forward. `body` hands out the bytes of the entry that is on; what was not read of it is passed over. */
export class TgzReader {
  #source: Source;
  #left = 0;
  #pad = 0;
  #index = -1;
  /** Packed bytes read so far. */
  read = 0;
  constructor(path: string, signal?: AbortSignal) {
    const file = createReadStream(path, { highWaterMark: 256 * 1024 });
    file.on('data', (b) => { this.read += b.length; });
    const gunzip = createGunzip({ chunkSize: 256 * 1024 });
    file.on('error', (e) => gunzip.destroy(e));
    signal?.addEventListener('abort', () => gunzip.destroy(new Error('stopped')), { once: true });
    this.#source = new Source(file.pipe(gunzip));
    gunzip.on('close', () => file.destroy());
  }
  /** Which entry is on, from 0. */
  get index(): number { return this.#index; }

  /** Null at the end. Throws `Cut`, or what zlib says. */
  async next(): Promise<TarEntry | null> {
    await this.#skip();
    let long: string | null = null;
    let size: number | null = null;
    for (;;) {
      const h = await this.#source.some(512).then(async (b) => (b.length === 0 || b.length === 512 ? b : Buffer.concat([b, await this.#source.exactly(512 - b.length)])));
      if (h.length === 0) {
        if (this.#index < 0) throw new Cut();
        throw new Cut(); // a whole archive ends with two empty blocks
      }
      if (h.every((c) => c === 0)) return null;
      const sum = h.reduce((s, c, i) => s + (i >= 148 && i < 156 ? 32 : c), 0);
      if (sum !== number(h, 148, 156)) throw new Cut();
      const type = String.fromCharCode(h[156]!);
      const bytes = size ?? number(h, 124, 136);
      if (bytes < 0) throw new Cut();
      if (type === 'x' || type === 'g' || type === 'L' || type === 'K') {
        if (bytes > MAX_HEADER) throw new Cut();
        const body = await this.#source.exactly(Math.ceil(bytes / 512) * 512);
        if (type === 'L') long = field(body, 0, bytes);
        if (type === 'x') ({ long, size } = pax(body.subarray(0, bytes), long, size));
        continue;
      }
      const prefix = field(h, 257, 262) === 'ustar' ? field(h, 345, 500) : '';
      const path = long ?? (prefix ? `${prefix}/${field(h, 0, 100)}` : field(h, 0, 100));
      const kind = type === '0' || type === '\0' || type === '7' ? 'file' : type === '5' ? 'folder' : type === '1' || type === '2' ? 'link' : 'other';
      this.#left = kind === 'file' || kind === 'other' ? bytes : 0;
      this.#pad = (512 - (this.#left % 512)) % 512;
      this.#index++;
      return { path, bytes: this.#left, modifiedAt: number(h, 136, 148) * 1000, kind };
    }
  }
  async* body(): AsyncGenerator<Buffer> {
    while (this.#left > 0) {
      const b = await this.#source.some(Math.min(this.#left, 1024 * 1024));
      if (b.length === 0) throw new Cut();
      this.#left -= b.length;
      yield b;
    }
  }
  async #skip(): Promise<void> {
    for (let n = this.#left + this.#pad; n > 0;) {
      const b = await this.#source.some(n);
      if (b.length === 0) throw new Cut();
      n -= b.length;
    }
    this.#left = this.#pad = 0;
  }
  close(): Promise<void> { return this.#source.close(); }
}

function pax(b: Buffer, long: string | null, size: number | null): { long: string | null; size: number | null } {
  for (let i = 0; i < b.length;) {
    const space = b.indexOf(32, i);
    const length = space < 0 ? 0 : Number(b.subarray(i, space).toString('latin1'));
    if (!(length > space - i) || i + length > b.length) break;
    const record = b.subarray(space + 1, i + length - 1).toString('utf8');
    const eq = record.indexOf('=');
    if (record.slice(0, eq) === 'path') long = record.slice(eq + 1);
    if (record.slice(0, eq) === 'size') size = Number(record.slice(eq + 1));
    i += length;
  }
  return { long, size };
}
