// GET of a large body, read past node's HTTP parser: TLS writes straight into the blocks that go to the disk. Through the parser, in pieces of 16 KiB, it costs twice the CPU (measured),
// and a spare PC has better things to do with it. The server is our own: one answer per connection, always with a content-length.
import { connect, type ConnectionOptions } from 'node:tls';
import { MantelError } from '@mantel/contracts/errors.ts';

const BLOCK = 1 << 20;
const MAX_HEAD = 16 << 10;
const MAX_WAITING = 2; // blocks that wait for the disk

export interface Head { status: number; headers: Record<string, string | undefined> }
export interface Sink {
  /** Before the first byte of the body; may throw. */
  begin(head: Head): Promise<void>;
  /** One after the other, in order. The block is used again afterwards. */
  write(block: Buffer): Promise<void>;
}
export interface From { host: string; port: number; cert: string; path: string; headers: Record<string, string>; idleMs: number; signal: AbortSignal }

/** Status line and headers. Throws when it is no HTTP answer. */
export function parseHead(text: string): Head {
  const [first = '', ...lines] = text.split('\r\n');
  const status = /^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(first)?.[1];
  if (status === undefined) throw new MantelError('internal', 'What answers there does not speak HTTP.');
  const headers: Head['headers'] = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon > 0) headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { status: Number(status), headers };
}

/** Resolves when the whole declared body was written; what came before a break is written before the error (ECONNRESET, `timeout`, the signal's reason) is thrown. */
export function fetchBody({ host, port, cert, path, headers, idleMs, signal }: From, sink: Sink): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    if (signal.aborted) { reject(signal.reason as Error); return; }
    let block: Buffer = Buffer.allocUnsafeSlow(BLOCK);
    let filled = 0;
    let left: number | undefined; // of the body; undefined: still in the head
    const full: Buffer[] = [];
    const free: Buffer[] = [];
    let busy = false;
    let over: { error?: Error } | undefined;

    const socket = connect({
      host, port, ca: cert, checkServerIdentity: () => undefined, ALPNProtocols: ['http/1.1'],
      onread: { buffer: () => block.subarray(filled), callback: (n: number) => take(n) }, // as net.connect has it; the types of tls do not name it
    } as ConnectionOptions);
    const stop = (): void => finish(signal.reason as Error);
    const finish = (error?: Error): void => {
      if (over) return;
      over = error ? { error } : {};
      signal.removeEventListener('abort', stop);
      socket.destroy();
      if (filled > 0 && left !== undefined) full.push(block.subarray(0, filled));
      filled = 0;
      next();
    };
    /** Ours, not the line's: nothing more is written. */
    const fail = (error: unknown): void => {
      full.length = 0;
      filled = 0;
      if (over) over = { error: error as Error };
      else finish(error as Error);
    };
    const step = (work: Promise<void>, after: () => void): void => {
      busy = true;
      work.then(after, fail).finally(() => {
        busy = false;
        next();
      });
    };
    const next = (): void => {
      if (busy) return;
      const waiting = full.shift();
      if (waiting) step(sink.write(waiting), () => { if (waiting.length === BLOCK) free.push(waiting); });
      else if (over) {
        if (over.error) reject(over.error);
        else resolve();
      } else socket.resume();
    };
    const begin = (end: number): void => {
      let head: Head;
      try { head = parseHead(block.toString('latin1', 0, end)); } catch (e) { finish(e as Error); return; }
      left = Number(head.headers['content-length'] ?? Number.NaN);
      if (!Number.isSafeInteger(left)) { left = undefined; finish(new MantelError('internal', 'The coordinator did not say how long its answer is.')); return; }
      block.copyWithin(0, end + 4, filled);
      filled -= end + 4;
      step(sink.begin(head), () => undefined);
      arrived(filled);
    };
    const arrived = (n: number): void => {
      left! -= n;
      if (left! < 0) finish(new MantelError('internal', 'The coordinator sent more than it said.'));
      else if (left === 0) finish();
    };
    /** Bytes are in the block; false: no more for now. */
    const take = (n: number): boolean => {
      if (over || n <= 0) return false;
      filled += n;
      if (left === undefined) {
        const end = block.subarray(0, Math.min(filled, MAX_HEAD)).indexOf('\r\n\r\n');
        if (end >= 0) begin(end);
        else if (filled >= MAX_HEAD) finish(new MantelError('internal', 'What answers there does not speak HTTP.'));
        return left === undefined;
      }
      if (filled === BLOCK) {
        full.push(block);
        block = free.pop() ?? Buffer.allocUnsafeSlow(BLOCK);
        filled = 0;
        next();
      }
      arrived(n);
      return !over && full.length < MAX_WAITING;
    };
    signal.addEventListener('abort', stop, { once: true });
    socket.setTimeout(idleMs, () => finish(new MantelError('timeout', 'The coordinator did not answer in time.')));
    socket.on('error', finish).on('close', () => finish(Object.assign(new Error('the connection broke'), { code: 'ECONNRESET' }))).on('end', () => socket.destroy());
    socket.write(`GET ${path} HTTP/1.1\r\nhost: ${host.includes(':') ? `[${host}]` : host}:${port}\r\nconnection: close\r\n${Object.entries(headers).map(([k, v]) => `${k}: ${v}\r\n`).join('')}\r\n`);
  });
}
