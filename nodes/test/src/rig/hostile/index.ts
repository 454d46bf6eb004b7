// A plugin that tries what a bad one would. `config.do` names the attempt; what came of it goes back as an answer of migrate().
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { connect } from 'node:net';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import v8 from 'node:v8';
import { Worker } from 'node:worker_threads';
import { defineImportSource, type ScanEvent, type SourceItem } from '@mantel/plugin-sdk';

interface Config { do: string; paths?: string[]; pid?: number; socket?: string; port?: number; hosts?: string[]; ms?: number; url?: string }
const attempt = async (work: () => unknown): Promise<string> => {
  try {
    await work();
    return 'done';
  } catch (e) {
    return (e as NodeJS.ErrnoException).code ?? (e as Error).message;
  }
};
const reach = (to: { path: string } | { host: string; port: number }): Promise<void> => new Promise((resolve, reject) => {
  const s = connect(to as never, () => {
    s.destroy();
    resolve();
  });
  s.once('error', reject).setTimeout(5000, () => reject(new Error('no answer')));
});
const look = (path: string): unknown => (statSync(path).isDirectory() ? readdirSync(path) : readFileSync(path));
const raw = (message: unknown): void => {
  const body = v8.serialize(message), head = Buffer.alloc(4);
  head.writeUInt32LE(body.length);
  push(Buffer.concat([head, body]));
};
/** Straight onto the wire, past the runner. */
function push(bytes: Buffer): void {
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(3, bytes, at);
    } catch (e) {
      if ((e as NodeJS.ErrnoException).code !== 'EAGAIN') throw e;
    }
  }
}

const TRIES: Record<string, (c: Config) => unknown> = {
  read: async (c) => Object.fromEntries(await Promise.all(c.paths!.map(async (p) => [p, await attempt(() => look(p))]))),
  write: async (c) => Object.fromEntries(await Promise.all(c.paths!.map(async (p) => [p, await attempt(() => writeFileSync(p, 'was here'))]))),
  network: async (c) => Object.fromEntries(await Promise.all([...c.hosts!.map(async (host) => [host, await attempt(() => reach({ host, port: c.port! }))]), ...(c.socket ? [[c.socket, await attempt(() => reach({ path: c.socket! }))]] : [])])),
  signal: async (c) => ({ host: await attempt(() => process.kill(c.pid!, 'SIGTERM')), parent: await attempt(() => process.kill(process.ppid, 'SIGKILL')), all: await attempt(() => process.kill(-1, 'SIGTERM')) }),
  processes: async () => ({ spawn: await attempt(() => spawn(process.execPath, ['-e', '0'])), worker: await attempt(() => new Worker('', { eval: true })), addon: await attempt(() => createRequire(import.meta.url)('./addon.node')) }),
  around: () => ({ env: { ...process.env }, argv: process.execArgv.length > 0 }),
  fetch: async (c) => ({ fetch: await attempt(() => fetch(c.url!)) }),
  bomb: async () => {
    for (let i = 0; i < 400; i++) {
      spawn(process.execPath, ['-e', 'setTimeout(() => 0, 20000)'], { stdio: 'ignore' });
      if (i % 10 === 0) await turn();
    }
    await sleep(20_000);
  },
  buffers: async () => {
    const kept: Buffer[] = [];
    for (;;) {
      kept.push(Buffer.alloc(4 << 20, 1));
      await turn();
    }
  },
  'one buffer': () => Buffer.alloc(3_000_000_000, 1).length,
  heap: async () => {
    const kept: unknown[] = [];
    for (;;) {
      kept.push(Array.from({ length: 10_000 }, (_, i) => ({ i })));
      if (kept.length % 10 === 0) await turn();
    }
  },
  spin: async (c) => { for (const until = Date.now() + c.ms!; Date.now() < until;); },
  exit: () => process.exit(3),
  throw: async () => {
    setTimeout(() => { throw new Error('left lying around'); }, 1);
    await sleep(20_000);
  },
  reject: async () => {
    void Promise.reject(new Error('nobody caught this'));
    await sleep(20_000);
  },
  abort: () => process.abort(),
  segv: async () => {
    process.kill(process.pid, 'SIGSEGV');
    await sleep(20_000);
  },
  'end in words': () => { throw Object.assign(new Error(`The key\u0007 is ${'wrong '.repeat(1000)}`), { stack: 'x'.repeat(1e6) }); },
  'log flood': async () => { for (;;) raw({ t: 'q', m: 'log', a: ['again and again'] }); },
  'unasked answers': async () => { for (;;) raw({ t: 's', i: 'x', r: 1 }); },
  'unknown calls': () => raw({ t: 'q', i: 'a', m: '__defineGetter__', a: ['x', null] }),
  'no message': () => raw(null),
  'store flood': async () => { for (let i = 0; i < 5000; i++) raw({ t: 'q', i: `s${i}`, m: 'storeKeys', a: [] }); },
  'huge message': () => push(Buffer.from([0xff, 0xff, 0xff, 0x7f, 1, 2, 3])),
  garbage: () => push(Buffer.from([4, 0, 0, 0, 1, 2, 3, 4])),
  'stdout flood': async (c) => { for (const until = Date.now() + c.ms!; Date.now() < until; await turn()) for (let i = 0; i < 100; i++) console.log('x'.repeat(5000)); },
  nothing: () => undefined,
};

const ITEM: SourceItem = { id: 'a', files: [{ role: 'original', name: 'a.jpg', copies: [{ part: null, path: 'a.jpg', bytes: 1, here: true, ref: 'a' }] }], hints: {}, albums: [] };
const twist = (change: (item: Record<string, never> & SourceItem) => unknown): ScanEvent => {
  const item = structuredClone(ITEM) as Record<string, never> & SourceItem;
  const value = change(item);
  return (value === undefined ? { type: 'item', item } : value) as ScanEvent;
};
const EVENTS: Record<string, () => unknown> = {
  'wrong type': () => twist((i) => { (i as { id: unknown }).id = 7; }),
  'not a number': () => twist((i) => { i.hints.rating = Number.NaN; }),
  endless: () => twist((i) => { i.hints.takenAt = Number.POSITIVE_INFINITY; }),
  'long string': () => twist((i) => { i.hints.description = 'x'.repeat(20_000_000); }),
  'a bit long': () => twist((i) => { i.hints.description = 'x'.repeat(50_000); }),
  'more than known': () => twist((i) => { (i as { evil?: unknown }).evil = 1; }),
  'no files': () => twist((i) => { (i as { files: unknown }).files = []; }),
  'no event': () => null,
  'a circle': () => twist((i) => { (i as { hints: unknown }).hints = i; }),
  'unknown event': () => ({ type: 'format-disk' }),
};

export default defineImportSource<Config>({
  async check(config, ctx) {
    if (config.do === 'answer nonsense') return { ok: 'very', problems: 7 } as never;
    if (config.do === 'mixed fetch') return { ok: true, summary: await attempt(() => ctx.fetch(config.url!)), problems: [] };
    if (config.do === 'store climb') return { ok: true, summary: JSON.stringify(await Promise.all(['../up', '/etc/x', '', 'x'.repeat(400)].map((k) => attempt(() => ctx.store.set(k, new Uint8Array(1)))))), problems: [] };
    await TRIES[config.do]!(config);
    return { ok: true, problems: [] };
  },
  migrate: async (config) => await TRIES[String(config.do)]!(config as unknown as Config) as Config,
  async* scan(config, ctx) {
    if (config.do === 'million') {
      const real = v8.serialize;
      v8.serialize = (m: { r?: { bytes?: unknown } }) => real(m.r?.bytes ? { ...m, r: { bytes: Buffer.from(`[${'0,'.repeat(600_000)}0]`), done: false } } : m);
      syncBuiltinESMExports();
    }
    if (config.do === 'holes') { // what a structured clone can hold, and no reader is safe with
      const real = v8.serialize, holes = Array(4_000_000_000);
      v8.serialize = (m: { t: string; r?: unknown }) => real(m.t === 's' && m.r ? { ...m, r: { bytes: holes, done: holes, message: holes } } : m);
      syncBuiltinESMExports();
    }
    if (config.do === 'holes in an error') {
      const real = v8.serialize, holes = Array(4_000_000_000);
      v8.serialize = (m: { t: string; r?: unknown }) => real(m.t === 's' && m.r ? { ...m, r: undefined, e: { message: holes, toString: holes } } : m);
      syncBuiltinESMExports();
    }
    if (config.do === 'never') await new Promise(() => setInterval(() => undefined, 1000));
    if (config.do === 'deaf') for (;;) {
      yield { type: 'progress', done: 0, total: null };
      await sleep(5);
    }
    if (config.do === 'patient') while (!ctx.signal.aborted) {
      yield { type: 'progress', done: 0, total: null };
      await sleep(5);
    }
    yield { type: 'item', item: ITEM };
    yield (EVENTS[config.do]?.() ?? ITEM) as ScanEvent;
  },
  async remove(ref) { rmSync(ref); },
  async* open(ref) {
    if (ref === 'text') yield 'no bytes' as never;
    for (let i = 0; ref === 'empty for ever' || (ref === 'on its way' && i < 20); i++) {
      await sleep(100);
      yield new Uint8Array(0);
    }
    if (ref === 'silent') await sleep(60_000);
    yield new Uint8Array(5_000_000);
  },
});
