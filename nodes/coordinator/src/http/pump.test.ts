import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readlinkSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { pumpFile } from './pump.ts';

const BYTES = (9 << 20) + 12_345;
let dir: string;
let file: string;
let server: Server;
let content: Buffer;
let pumped: Promise<void>;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'mantel-pump-'));
  file = join(dir, 'file');
  writeFileSync(file, content = randomBytes(BYTES));
  server = createServer((req, res) => {
    const [, from, length] = req.url!.split('/').map(Number) as [number, number, number];
    res.writeHead(200, { 'content-length': length });
    pumped = pumpFile(file, from, length, res);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(dir, { recursive: true, force: true });
});
const ask = async (from: number, length: number): Promise<IncomingMessage> => {
  const req = get({ port: (server.address() as AddressInfo).port, path: `/${from}/${length}`, agent: false });
  return (await once(req, 'response') as [IncomingMessage])[0];
};
const body = async (res: IncomingMessage): Promise<Buffer> => Buffer.concat(await res.toArray() as Buffer[]);
const openHere = (): number => readdirSync('/proc/self/fd').filter((fd) => { try { return readlinkSync(`/proc/self/fd/${fd}`) === file; } catch { return false; } }).length;

it.each([[0, BYTES], [0, 1], [0, 1 << 20], [7, (2 << 20) + 1], [BYTES - 3, 3]])('sends from %d on %d bytes, and closes the file', async (from, length) => {
  expect((await body(await ask(from, length))).equals(content.subarray(from, from + length))).toBe(true);
  await pumped;
  expect(openHere()).toBe(0);
});

it('stops reading when nobody listens any more', async () => {
  const res = await ask(0, BYTES);
  res.on('error', () => undefined).destroy();
  await pumped;
  expect(openHere()).toBe(0);
});

it('a file that became shorter is no whole answer, and one that is gone none at all', async () => {
  const res = await ask(0, BYTES + 100);
  await expect(body(res)).rejects.toThrow('aborted');
  truncateSync(file, 100);
  await expect(body(await ask(0, BYTES))).rejects.toThrow('aborted');
  rmSync(file);
  await expect(ask(0, BYTES).then(body)).rejects.toThrow();
  await pumped;
});
