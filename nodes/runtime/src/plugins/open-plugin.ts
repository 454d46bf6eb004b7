import { spawn } from 'node:child_process';
import { realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Duplex } from 'node:stream';
import { MantelError } from '@mantel/contracts/errors.ts';
import type { Isolation } from '@mantel/contracts/models/plugin.ts';
import { bytes, checkResult, abilities as readAbilities, configuration, events, failed, sentence, signals, type Pulled } from './answers.ts';
import { openDocuments } from './documents.ts';
import { openFetchProxy } from './fetch-proxy.ts';
import { openHouseEnd } from './house-end.ts';
import { boundedLog, printable } from './log-lines.ts';
import { checkManifest } from './manifest.ts';
import { endedBecause, MEMORY, needed } from './ended.ts';
import type { OpenPlugin, PluginOptions, PluginProcess } from './plugin-process.ts';
import { command, isolationOf, PROXY_INSIDE, WALL_ENV } from './wall.ts';
import { watchMemory } from './watchdog.ts';
import { BATCH, type Work } from './wire/wire.ts';

/** How long anybody waits, in ms. `silent`: without answering a ping (it computes, or hangs). `event`: between two events of a scan. `chunk`: between two pieces of a file, empty ones among them; `skip`: of nothing but empty ones, as while an archive is gone through for one of its last entries. `pause`: after an empty one. */
export const PATIENCE = { load: 20_000, check: 65_000, event: 900_000, chunk: 120_000, skip: 3 * 3_600_000, pause: 50, remove: 65_000, migrate: 15_000, end: 5_000, ping: 5_000, silent: 30_000, stop: 2_000 };
export type Patience = typeof PATIENCE;

async function entryOf(folder: string, entry: string): Promise<string> {
  const home = await realpath(folder).catch(() => undefined);
  const file = home === undefined ? undefined : await realpath(join(home, entry)).catch(() => undefined);
  if (home === undefined || file === undefined) throw new MantelError('plugin_invalid', `This plugin's program is not there (${entry}). Install it again.`);
  if (!file.startsWith(home + sep)) throw new MantelError('plugin_invalid', `This plugin's entry ${entry} leads out of its folder.`);
  return file;
}

export const openPlugin: OpenPlugin = (options) => openPluginWith(options);

/** As openPlugin, with other limits of time, or with walls that were not asked for (tests). */
export async function openPluginWith({ folder, manifest: raw, grants, log, onEnd }: PluginOptions, patience: Patience = PATIENCE, wanted?: Isolation): Promise<PluginProcess> {
  const manifest = checkManifest(raw);
  const entry = await entryOf(folder, manifest.entry);
  const isolation = wanted ?? await isolationOf(manifest);
  const proxy = manifest.permissions.hosts.length ? await openFetchProxy(manifest.permissions.hosts) : null;
  const [program, args] = command(isolation, manifest.memoryMb, { folder: await realpath(folder), grants, proxy: proxy && proxy.socket });
  const child = spawn(program, args, { cwd: '/', env: WALL_ENV, stdio: ['ignore', 'pipe', 'pipe', 'pipe'] });
  const wire = child.stdio[3] as unknown as Duplex;
  const lines = boundedLog(log), documents = openDocuments(grants.store);
  let tail = '', over: MantelError | undefined, asked = false, last = 0;
  lines.stream(child.stdout!);
  lines.stream(child.stderr!);
  child.stderr!.on('data', (text: string) => { tail = (tail + text).slice(-4000); });
  wire.on('error', () => undefined);

  const house = openHouseEnd(wire, { ...documents, log: (line) => lines.line(typeof line === 'string' ? line : 'A line of its log that is no text.') }, (why) => kill(why));
  const { rpc } = house;
  const gone = new Promise<void>((resolve) => {
    const done = (why: string): void => {
      end(why);
      unwatch();
      clearInterval(pinging);
      void Promise.allSettled([proxy?.close(), documents.close()]).then(() => resolve());
    };
    child.once('error', (e) => done(`It could not be started (${sentence(e)}).`));
    child.once('exit', (code, signal) => {
      // its last words may still be on their way
      const timer = setTimeout(() => done(endedBecause(code, signal, tail, manifest.memoryMb)), 200);
      child.once('close', () => {
        clearTimeout(timer);
        done(endedBecause(code, signal, tail, manifest.memoryMb));
      });
    });
  });
  /** The first reason counts. All that wait for it learn it. */
  function end(why: string): void {
    if (over) return;
    over = failed(`${manifest.name} stopped working. ${why}`);
    rpc.$close(over);
    if (!asked) {
      lines.line(`Ended: ${why}`);
      onEnd?.(printable(why));
    }
  }
  function kill(why: string): void {
    end(why);
    child.kill('SIGKILL');
    wire.destroy();
  }
  const unwatch = watchMemory(child.pid ?? 0, manifest.memoryMb, kill);
  let heard = Date.now(), pinged = false;
  const pinging = setInterval(() => {
    if (!pinged) {
      pinged = true;
      heard = Date.now();
      rpc.ping().then(() => { pinged = false; }).catch(() => undefined);
    } else if (Date.now() - heard > patience.silent) kill(`It did not answer for ${Math.round(patience.silent / 1000)} seconds.`);
  }, patience.ping).unref();

  const words = (e: unknown): MantelError => failed(MEMORY.test(sentence(e)) ? needed(manifest.memoryMb) : sentence(e));
  /** The answer, or why there is none: its own error in its words, its end, or that it took too long (which ends it). */
  async function wait<T>(work: () => Promise<T>, ms: number, what: string): Promise<T> {
    if (over) throw over;
    let timer: NodeJS.Timeout | undefined;
    try {
      return await Promise.race([work(), new Promise<never>((_, reject) => {
        timer = setTimeout(() => {
          kill(`It did not ${what} within ${Math.round(ms / 1000)} seconds.`);
          reject(over);
        }, ms);
      })]);
    } catch (e) {
      throw over ?? (e instanceof MantelError ? e : words(e));
    } finally { clearTimeout(timer); }
  }
  /** What it says is nonsense: it cannot be trusted to go on. */
  function believed<T>(read: () => T): T {
    try {
      return read();
    } catch (e) {
      kill(sentence(e).replace(/^The plugin/, 'It'));
      throw e;
    }
  }
  async function* pull<T>(work: Work, ref: string | null, config: Record<string, unknown>, signal: AbortSignal, max: number, ms: number, read: (value: unknown) => Pulled<T>): AsyncGenerator<T[]> {
    signal.throwIfAborted();
    const call = ++last;
    const aborted = new Promise<never>((_, reject) => { signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }); });
    aborted.catch(() => undefined);
    const next = (): Promise<unknown> => {
      const answer = ms ? wait(() => rpc.next(call, max), ms, 'bring anything new') : rpc.next(call, max).catch((e: unknown) => { throw over ?? words(e); });
      answer.catch(() => undefined);
      return answer;
    };
    await wait(() => rpc.begin(call, work, config, ref), patience.load, 'begin');
    try {
      let coming: Promise<unknown> | undefined = next(), brought = Date.now();
      while (coming) {
        const answer: unknown = await Promise.race([coming, aborted]);
        const { values, done }: Pulled<T> = believed(() => read(answer));
        if (values.length) brought = Date.now();
        else if (work === 'open' && !done) {
          if (Date.now() - brought > patience.skip) {
            kill(`It did not bring any byte of a file within ${Math.round(patience.skip / 1000)} seconds.`);
            throw over!;
          }
          await Promise.race([sleep(patience.pause), aborted]);
        }
        coming = done ? undefined : next(); // the next batch is found while this one is used
        if (values.length) yield values;
      }
    } finally {
      if (!over) await wait(() => rpc.end(call), patience.end, 'stop when it was asked to').catch(() => undefined);
    }
  }
  async function once(ms: number, what: string, signal: AbortSignal | undefined, work: (call: number) => Promise<unknown>): Promise<unknown> {
    signal?.throwIfAborted();
    const call = ++last;
    const cancel = (): void => { rpc.cancel.asEvent(call).catch(() => undefined); };
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      return await wait(() => work(call), ms, what);
    } catch (e) {
      signal?.throwIfAborted();
      throw e;
    } finally { signal?.removeEventListener('abort', cancel); }
  }
  async function stop(): Promise<void> {
    asked = true;
    if (!over) wire.end();
    const timer = setTimeout(() => child.kill('SIGKILL'), patience.stop);
    await gone;
    clearTimeout(timer);
  }

  try {
    await wait(() => Promise.race([house.ready, gone]), patience.load, 'start');
    const loaded = await wait(() => rpc.load({ entry, kind: manifest.kind, proxy: proxy && (isolation === 'bubblewrap' ? PROXY_INSIDE : proxy.socket) }), patience.load, 'load');
    const abilities = believed(() => readAbilities(loaded));
    return {
      isolation, pid: child.pid!, abilities, stop,
      async check(config, signal) {
        const answer = await once(patience.check, 'check its configuration', signal, (call) => rpc.check(call, config));
        return believed(() => checkResult(answer));
      },
      scan: (config, signal) => pull('scan', null, config, signal, BATCH, patience.event, (v) => events(v, BATCH)),
      async* open(ref, config, signal) {
        for await (const [chunk] of pull('open', ref, config, signal, 1, patience.chunk, bytes)) yield chunk!;
      },
      async* watch(config, signal) {
        for await (const _ of pull('watch', null, config, signal, 1, 0, signals)) yield;
      },
      remove: async (ref, config) => { await once(patience.remove, 'remove it', undefined, (call) => rpc.remove(call, ref, config)); },
      migrate: async (config, from) => configuration(await once(patience.migrate, 'migrate its configuration', undefined, () => rpc.migrate(config, from))),
    };
  } catch (e) {
    asked = true;
    kill('It could not be loaded.');
    await gone;
    throw e;
  }
}
