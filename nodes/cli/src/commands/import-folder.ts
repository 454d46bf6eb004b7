import type { Command } from 'commander';
import { findLibrary, withContext, type Context } from '../context.ts';
import { Failure } from '../failure.ts';
import { bytes, count } from '../format.ts';
import { totalsOf, writeReport, type Entry } from '../import/report.ts';
import { importFolders } from '../import/run.ts';
import { waitForPreviews } from '../import/wait.ts';
import { type Reader, whoReads } from '../runs/choose.ts';
import { requireNamed } from '../runs/paths.ts';
import { unreadThere } from '../runs/unread.ts';
import { note, print, type Terminal } from '../terminal.ts';
import { begin, finish, wishOf, withRunOptions, type RunOptions } from './import-run.ts';

interface Options extends RunOptions { skipKnown?: boolean }

/** Everything below some folders. The house reads them itself where it can; otherwise, and for what only this way can do, the files are sent. */
export function addFolder(group: Command, terminal: Terminal): void {
  withRunOptions(group.command('folder').description('everything below some folders; nothing there is changed').argument('<paths...>', 'folders or files'))
    .option('--skip-known', 'send only what is not here yet (it will not be noted that you have it, too)')
    .action((paths: string[], options: Options, command: Command) => withContext(terminal, command, async (context) => {
      requireNamed(paths);
      const { api } = context;
      if (options.dryRun !== true) await api.get('auth.me', '/auth/me'); // a missing login should be told before a long walk
      if (options.dryRun || options.skipKnown || options.send) return sendFolders(context, paths, options);
      const wish = await wishOf(api, 'folder', paths, options);
      const reader: Reader = wish.all.some((p) => p.folder === null) ? { by: 'sender', why: 'not everything is here' } : await whoReads(api, 'folder', wish.config, wish.all);
      if (reader.by === 'house') {
        const run = await begin(context, wish, options, reader.summary);
        const unread = run.state === 'done' ? await unreadThere(api, run, wish.all) : [];
        await finish(context, { ...options, wait: options.wait === true && unread.length === 0 }, { ...run, items: { ...run.items, failed: Math.max(0, run.items.failed - unread.length) } }); // those are sent next
        if (unread.length === 0) return undefined;
        note(context.terminal, `Mantel may not read ${unread.length} of them, so they are sent.`);
        return sendFolders(context, unread, { ...(options.library === undefined ? {} : { library: options.library }), wait: options.wait === true });
      }
      note(context.terminal, `Sending the files: ${reader.why}.`);
      return sendFolders(context, wish.all.map((p) => p.path), options);
    }));
}

async function sendFolders({ api, terminal, json }: Context, paths: readonly string[], options: Options): Promise<void> {
  if (options.owner !== undefined || options.options?.length) throw new Failure('--owner and --options need a folder that Mantel can read itself.', 2);
  const startedAt = new Date().toISOString();
  const library = options.library === undefined ? null : await findLibrary(api, options.library);
  const { entries, stopped } = await importFolders(api, terminal, { paths, library: library?.id ?? null, skipKnown: options.skipKnown === true, dryRun: options.dryRun === true });
  const totals = totalsOf(entries);
  const report = { url: api.url, library: library?.name ?? null, startedAt, finishedAt: new Date().toISOString(), dryRun: options.dryRun === true, totals, entries };
  if (options.report !== undefined) await writeReport(options.report, report).catch((error: unknown) => { throw new Failure(`The report could not be written: ${(error as Error).message}`); });
  if (json) print(terminal, JSON.stringify({ ...report, entries: undefined }));
  else for (const line of summary(entries, options.dryRun === true)) print(terminal, line);
  if (stopped) throw new Failure(`The import ended early, ${count(totals.waiting)} files were not sent: ${stopped.message} Run the same command again when this is settled; nothing will be there twice.`);
  if (terminal.signal.aborted) throw new Failure(`Stopped; ${count(totals.waiting)} files were not sent.`, 130);
  if (options.wait === true && options.dryRun !== true) await waitForPreviews(api, terminal, () => entries.flatMap((e) => (e.outcome === 'added' && e.assetId !== null ? [e.assetId] : [])));
  if (totals.failed > 0) throw new Failure(`${count(totals.failed)} entries failed; run the same command again to try them once more.`);
  if (options.report !== undefined && !json) note(terminal, `The whole list is in ${options.report}.`);
}

const SHOWN = 10;
function summary(entries: readonly Entry[], dryRun: boolean): string[] {
  const totals = totalsOf(entries);
  const size = entries.filter((e) => e.outcome === 'waiting').reduce((sum, e) => sum + (e.bytes ?? 0), 0);
  const words = [
    dryRun ? `${count(totals.waiting)} files (${bytes(size)}) would be sent` : `${count(totals.added)} added`, !dryRun && totals.duplicate > 0 && `${count(totals.duplicate)} were here already`, totals.sidecar > 0 && `${count(totals.sidecar)} ${dryRun ? 'sidecars with them' : 'sidecars sent with their photos'}`, totals.known > 0 && `${count(totals.known)} known and not sent`,
    totals.refused > 0 && `${count(totals.refused)} refused`, totals.failed > 0 && `${count(totals.failed)} failed`, totals.ignored > 0 && `${count(totals.ignored)} ignored`, !dryRun && totals.waiting > 0 && `${count(totals.waiting)} not sent`,
  ].filter((w): w is string => typeof w === 'string');
  const lines = [`${count(entries.length)} entries: ${words.join(', ')}.`];
  for (const outcome of ['failed', 'refused'] as const) {
    const these = entries.filter((e) => e.outcome === outcome);
    lines.push(...these.slice(0, SHOWN).map((e) => `  ${outcome}: ${e.path}: ${e.why ?? 'no reason was given'}`));
    if (these.length > SHOWN) lines.push(`  … and ${count(these.length - SHOWN)} more ${outcome} (--report FILE lists all)`);
  }
  const why = new Map<string, number>();
  for (const e of entries) if (e.outcome === 'ignored') why.set(e.why ?? '', (why.get(e.why ?? '') ?? 0) + 1);
  if (why.size) lines.push(`  ignored: ${[...why].map(([w, n]) => `${count(n)} ${w}`).join(', ')}`);
  return lines;
}
