// Processes of plugins while they run: who started them does not keep them alive, the switch in Admin → Plugins does.
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { errorCode, MantelError } from '@mantel/contracts/errors.ts';
import type { Manifest } from '@mantel/contracts/models/plugin.ts';
import type { CheckResult } from '@mantel/contracts/models/source.ts';
import { type Config, secretsIn } from '@mantel/runtime/plugins/config.ts';
import type { OpenPlugin, PluginProcess } from '@mantel/runtime/plugins/plugin-process.ts';
import type { Crashes } from './crashes.ts';
import { blotted, type Logs } from './logs.ts';

/** `read`, `write`: real paths (see grants). `collection`: whose documents it keeps; without it, none outlive the process. */
export interface OpenWith { read?: string[]; write?: string[]; collection?: string; log?: (line: string) => void; onEnd?: (why: string) => void }
/** One that may run now, and where it lies. */
export interface Runnable { id: string; folder: string; manifest: Manifest }

export interface ProcessDeps { open: OpenPlugin; crashes: Crashes; logs: Logs; background: (what: string, work: Promise<unknown>) => void; onChange: () => void; storeOf: (id: string) => string; /** Mantel's own folders: not seen, whatever is granted. */ hide: string[] }
interface Running { id: string; process: PluginProcess; halted: string | undefined }
const MAX_RUNNING = 32;

export function createProcesses({ open, crashes, logs, background, onChange, storeOf, hide }: ProcessDeps) {
  const running = new Set<Running>();
  /** The last reason to end all of one plugin: one that is just starting must hear it, too. */
  const halts = new Map<string, { why: string }>();
  let closing: { why: string } | undefined;
  const crashed = (id: string, why: string): void => {
    background('noting the crash of a plugin', crashes.add(id, why));
    onChange();
  };

  async function start({ id, folder, manifest }: Runnable, o: OpenWith, counted: boolean): Promise<PluginProcess> {
    if (running.size >= MAX_RUNNING) throw new MantelError('plugin_failed', 'Too many plugins run at once. Wait until one of them is done.');
    const halt = halts.get(id);
    const store = join(storeOf(id), o.collection === undefined ? `once-${randomUUID()}` : createHash('sha256').update(o.collection).digest('hex').slice(0, 32));
    await mkdir(store, { recursive: true, mode: 0o700 });
    const forgetStore = async (): Promise<void> => { if (o.collection === undefined) await rm(store, { recursive: true, force: true }); };
    const secrets = new Set<string>();
    let mine: Running | undefined;
    let stopped = false;
    try {
      const process = await open({
        folder, manifest, grants: { read: o.read ?? [], write: o.write ?? [], store, hide },
        log: (line) => { logs.append(id, line, secrets); o.log?.(line); },
        onEnd: (reason) => {
          const why = blotted(reason, secrets);
          if (mine) running.delete(mine);
          background('clearing up after a plugin', forgetStore());
          if (counted && mine && !mine.halted && !stopped) crashed(id, why);
          o.onEnd?.(mine?.halted ?? why);
        },
      });
      running.add(mine = { id, process, halted: undefined });
      const since = closing ?? (counted ? halts.get(id) : undefined);
      if (since && since !== halt) {
        running.delete(mine);
        mine.halted = since.why;
        await process.stop();
        throw new MantelError('plugin_off', since.why);
      }
    } catch (e) {
      await forgetStore();
      logs.append(id, `It did not start: ${(e as Error).message}`);
      if (counted && errorCode(e) === 'plugin_failed') crashed(id, (e as Error).message);
      throw e;
    }
    onChange();
    return guarded(mine, manifest, secrets, async () => {
      stopped = true;
      running.delete(mine);
      await mine.process.stop();
      await forgetStore();
      onChange();
    });
  }

  return {
    /** Throws `plugin_failed` when it does not start, which counts as a crash. */
    open: (plugin: Runnable, o: OpenWith = {}): Promise<PluginProcess> => start(plugin, o, true),
    /** After a crash, it is left alone for a moment. True when somebody had to wait: it may have been switched off by then. */
    async rest(id: string): Promise<boolean> {
      const ms = crashes.waitMs(id);
      if (ms > 0) await delay(ms, undefined, { ref: false });
      return ms > 0;
    },
    /** Of a version that is not installed yet: nothing that it does is held against the one that is. */
    trial: (plugin: Runnable): Promise<PluginProcess> => start(plugin, {}, false),
    running: (id: string): number => [...running].filter((r) => r.id === id).length,
    /** Everything that it runs ends; who waits for it hears `plugin_off` with the reason. */
    async halt(id: string, why: string): Promise<void> {
      halts.set(id, { why });
      const all = [...running].filter((r) => r.id === id);
      for (const r of all) { r.halted = why; running.delete(r); }
      await Promise.all(all.map((r) => r.process.stop()));
      if (all.length) onChange();
    },
    stop: async (): Promise<void> => {
      closing = { why: 'Mantel is being stopped.' };
      const all = [...running];
      for (const r of all) r.halted = closing.why;
      running.clear();
      await Promise.all(all.map((r) => r.process.stop()));
    },
  };
}
export type Processes = ReturnType<typeof createProcesses>;

/** The same process, which knows why it was ended and keeps the secrets that it is given out of its log and of what it says to people. */
function guarded(r: Running, manifest: Manifest, secrets: Set<string>, stop: () => Promise<void>): PluginProcess {
  const { process } = r;
  const told = (e: unknown): unknown => {
    if (r.halted !== undefined) return new MantelError('plugin_off', r.halted);
    return e instanceof MantelError ? new MantelError(e.type, blotted(e.message, secrets), e.data) : e;
  };
  const said = (result: CheckResult): CheckResult => {
    const clean = (text: string): string => blotted(text, secrets);
    const { summary, collection } = result;
    return { ...result, ...(summary === undefined ? {} : { summary: clean(summary) }), ...(collection === undefined ? {} : { collection: clean(collection) }), problems: result.problems.map((p) => ({ ...p, message: clean(p.message) })) };
  };
  const keep = (config: Config): Config => {
    for (const s of secretsIn(manifest.config, config)) secrets.add(s);
    return config;
  };
  const ask = <T>(work: Promise<T>): Promise<T> => work.catch((e: unknown) => { throw told(e); });
  async function* pull<T>(from: AsyncIterable<T>): AsyncGenerator<T> {
    try { yield* from; } catch (e) { throw told(e); }
  }
  return {
    isolation: process.isolation, pid: process.pid, abilities: process.abilities, stop,
    check: (config, signal) => ask(process.check(keep(config), signal).then(said)),
    scan: (config, signal) => pull(process.scan(keep(config), signal)),
    open: (ref, config, signal) => pull(process.open(ref, keep(config), signal)),
    remove: (ref, config) => ask(process.remove(ref, keep(config))),
    watch: (config, signal) => pull(process.watch(keep(config), signal)),
    migrate: (config, from) => ask(process.migrate(keep(config), from)),
  };
}
