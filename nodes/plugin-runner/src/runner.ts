import type { ImportSource, SourceContext, Tagger } from '@mantel/plugin-sdk';
import type { RunnerApi } from '@mantel/runtime/plugins/wire/wire.ts';
import { openContext, type House } from './context.ts';
import { gatherBytes, gatherEvents, type Pull } from './gather.ts';

type Load = (entry: string) => Promise<Record<string, unknown>>;
interface Running { abort: AbortController; pull?: Pull; bytes?: boolean }

/** What goes over the wire is a sentence; the stack goes to the log. */
function inWords(e: unknown, log: (line: string) => void): Error {
  if (e instanceof Error && e.stack) log(e.stack.slice(0, 4000));
  const plain = new Error((e instanceof Error ? e.message : String(e)).slice(0, 1000) || 'It gave no reason.');
  plain.stack = '';
  return plain;
}

/** Plain data, as JSON: what cannot be said in it does not reach the house. */
const plainly = (value: unknown): string => JSON.stringify(value) ?? 'null';

export function openRunner(load: Load, house: House): { api: RunnerApi; stop: () => void; idle: () => Promise<void> } {
  const running = new Map<number, Running>();
  const open = new Set<Promise<unknown>>();
  let source: ImportSource | undefined, context: (signal: AbortSignal) => SourceContext;

  /** Nobody outside waits for ever, so what the plugin does is counted, and its errors are made plain. */
  async function guarded<T>(work: () => Promise<T> | T): Promise<T> {
    const mine = (async () => work())();
    open.add(mine);
    try {
      return await mine;
    } catch (e) {
      throw inWords(e, house.log);
    } finally { open.delete(mine); }
  }
  const the = (): ImportSource => {
    if (!source) throw new Error('This plugin brings no photos in.');
    return source;
  };
  async function once<T>(call: number, work: (ctx: SourceContext) => Promise<T> | T): Promise<T> {
    const abort = new AbortController();
    running.set(call, { abort });
    try {
      return await guarded(() => work(context(abort.signal)));
    } finally { running.delete(call); }
  }

  const api: RunnerApi = {
    ping: async () => true,
    load: (about) => guarded(async () => {
      const plugin = (await load(about.entry)).default as Partial<ImportSource & Tagger> | undefined;
      const is = (name: string): boolean => typeof (plugin as Record<string, unknown> | undefined)?.[name] === 'function';
      if (typeof plugin !== 'object' || plugin === null) throw new Error('Its module has no default export (defineImportSource or defineTagger).');
      const missing = (about.kind === 'import-source' ? ['check', 'scan'] : ['tag']).filter((name) => !is(name));
      if (missing.length) throw new Error(`Its default export has no ${missing.map((m) => `${m}()`).join(' and no ')}.`);
      if (about.kind === 'import-source') source = plugin as ImportSource;
      context = openContext(house, about.proxy);
      return plainly({ open: is('open'), watch: is('watch'), remove: is('remove'), migrate: is('migrate') });
    }),
    check: (call, config) => once(call, async (ctx) => plainly(await the().check(config, ctx))),
    remove: (call, ref, config) => once(call, async (ctx) => {
      if (!the().remove) throw new Error('This plugin cannot remove anything.');
      await the().remove!(ref, config, ctx);
      return true;
    }),
    migrate: (config, from) => guarded(async () => plainly(the().migrate ? await the().migrate!(config, from) : config)),
    begin: (call, work, config, ref) => guarded(() => {
      const abort = new AbortController();
      const ctx = context(abort.signal);
      const made = work === 'scan' ? the().scan(config, ctx) : work === 'watch' ? the().watch?.(config, ctx) : the().open?.(ref ?? '', config, ctx);
      if (typeof made?.[Symbol.asyncIterator] !== 'function') throw new Error(`Its ${work}() is no async generator.`);
      running.set(call, { abort, pull: { from: made[Symbol.asyncIterator]() }, bytes: work === 'open' });
      return true;
    }),
    next: (call, max) => guarded(async () => {
      const { pull, bytes } = running.get(call) ?? {};
      if (!pull) throw new Error('This was ended already.');
      return bytes ? gatherBytes(pull) : gatherEvents(pull, max);
    }),
    cancel: (call) => running.get(call)?.abort.abort(),
    end: async (call) => {
      const it = running.get(call);
      running.delete(call);
      it?.abort.abort();
      it?.pull?.pending?.catch(() => undefined);
      await it?.pull?.from.return?.().catch(() => undefined);
      return true;
    },
  };
  return {
    api,
    stop: () => { for (const r of running.values()) r.abort.abort(); },
    idle: async () => { await Promise.allSettled(open); },
  };
}
