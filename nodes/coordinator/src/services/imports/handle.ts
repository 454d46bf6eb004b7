import { createHash } from 'node:crypto';
import { errorCode, MantelError } from '@mantel/contracts/errors.ts';
import type { Manifest } from '@mantel/contracts/models/plugin.ts';
import type { PluginProcess } from '@mantel/runtime/plugins/plugin-process.ts';
import type { Doors } from './doors.ts';
import type { RunRow } from './runs.repository.ts';
import { type Bytes, MAX_FILE } from './take.ts';
import { PluginEnded, RunStop } from './trouble.ts';

const MAX_ENDS = 3;
/** Property of the configuration that takes files from a browser. */
export function partsProperty(manifest: Manifest): { name: string; many: boolean; accept: string[] } | undefined {
  const properties = (manifest.config as { properties: Record<string, { accept?: string[]; mantel?: string }> }).properties;
  const found = Object.entries(properties).find(([, p]) => p.accept !== undefined && (p.mantel === 'paths' || p.mantel === 'path'));
  return found && { name: found[0], many: found[1].mantel === 'paths', accept: found[1].accept ?? [] };
}

/**
 * The plugin of a run: started when it is needed first, again when it ended (a few times), and its bytes. Entries with a span are read by the house and need no plugin.
 * `parts`: paths of what came from a browser. Throws `plugin_off`, `source_invalid`, `plugin_failed`, RunStop.
 */
export async function openHandle(doors: Doors, row: RunRow, parts: { folder: string; paths: string[] } | null) {
  const manifest = doors.plugins.manifest(row.pluginId);
  // a source is asked for its own: as it is now, with its secrets, and as its plugin's version wants it
  const config = row.sourceUuid === null ? (JSON.parse(row.config) as Record<string, unknown>) : { ...doors.source(row.sourceUuid).config };
  if (row.sourceUuid === null && Object.values(config).some((v) => (v as { secret?: unknown } | null)?.secret === true)) throw new RunStop('failed', 'Its source was removed, and with it the key to its photos. Set it up again, and begin another import.');
  if (parts) {
    const property = partsProperty(manifest);
    if (!property) throw new MantelError('source_invalid', 'This plugin takes no files from a browser.');
    config[property.name] = property.many ? parts.paths : (parts.paths[0] ?? '');
  }
  const options = JSON.parse(row.options) as { mode?: string };
  const granted = await doors.plugins.grants(manifest, config, parts?.folder);
  const write = options.mode === 'move' ? granted.read : [];
  let { collection } = row;
  let process: Promise<PluginProcess> | undefined;
  let ends = 0;
  let why = '';

  const start = (o: { collection?: string }): Promise<PluginProcess> => {
    const opened: Promise<PluginProcess> = doors.plugins.open(row.pluginId, {
      read: granted.read, ...(write.length ? { write } : {}), ...o, onEnd: (reason) => {
        why = reason;
        ends++;
        process = undefined; // at most one runs
      },
    });
    return opened;
  };
  const running = (): Promise<PluginProcess> => {
    if (ends > MAX_ENDS) throw new RunStop('failed', `${manifest.name} stopped working again and again. ${why}`);
    if (process) return process;
    const opened = start({ collection }).catch((e: unknown) => { // every other file would say the same
      if (process === opened) process = undefined;
      throw e instanceof RunStop ? e : new RunStop(errorCode(e) === 'plugin_off' ? 'paused' : 'failed', (e as Error).message);
    });
    process = opened;
    return opened;
  };
  const bytes: Bytes = {
    async *open(copy, signal) {
      if (copy.span) {
        yield* doors.plugins.readSpan(copy.span, { allowed: granted.read, maxBytes: MAX_FILE, bytes: copy.bytes, crc32: copy.crc32, signal });
        return;
      }
      const before = ends;
      try {
        yield* (await running()).open(copy.ref!, granted.config, signal);
      } catch (e) {
        throw ends > before && !(e instanceof RunStop) ? new PluginEnded((e as Error).message) : e;
      }
    },
  };
  return {
    manifest, bytes, config: granted.config, running,
    /** How often it ended by itself. */
    ends: () => ends,
    /** Asks whether all is well, and which collection this is, before anything is kept for it. */
    async check(signal: AbortSignal): Promise<string> {
      if (collection !== '') return collection;
      const first = await start({});
      try {
        const said = await first.check(granted.config, signal);
        if (!said.ok) throw new RunStop('failed', said.problems.map((p) => p.message).join(' ').slice(0, 1000) || 'The source says that it is not ready.');
        const own = said.collection ?? (row.sourceUuid ? `source ${row.sourceUuid}` : createHash('sha256').update(JSON.stringify(config)).digest('hex'));
        collection = `${row.ownerUuid} ${row.pluginId} ${own}`; // nobody shares what was learnt of another's photos
        return collection;
      } finally {
        await first.stop();
      }
    },
    async stop(): Promise<void> {
      await (await process?.catch(() => undefined))?.stop();
    },
  };
}
export type Handle = Awaited<ReturnType<typeof openHandle>>;
