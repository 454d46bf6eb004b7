import type { Command } from 'commander';
import type { ImportRun } from '@mantel/contracts/models/source.ts';
import path from 'node:path';
import type { Api } from '../api/client.ts';
import { findLibrary, type Context } from '../context.ts';
import { Failure } from '../failure.ts';
import { waitForPreviews } from '../import/wait.ts';
import { broughtIn, judge, saveReport, tell } from '../runs/ending.ts';
import { follow } from '../runs/follow.ts';
import { readOptions } from '../runs/options.ts';
import { places, type Place } from '../runs/paths.ts';
import { sendParts } from '../runs/send-parts.ts';
import { previewLines } from '../runs/words.ts';
import { note, print } from '../terminal.ts';

export interface RunOptions { library?: string; owner?: string; wait?: boolean; report?: string; dryRun?: boolean; send?: boolean; options?: string[] }

/** Adds the options that every source has. */
export const withRunOptions = (command: Command): Command => command
  .option('--library <library>', 'where to (name or id); your default library when missing').option('--owner <person>', 'whose photos they become (e-mail, name or id); yours when missing')
  .option('--wait', 'until all previews are made').option('--report <file>', 'what became of every entry (.json or .csv)').option('--dry-run', 'stop at the preview: nothing is brought in')
  .option('--send', 'send the files, even if Mantel could read them where they lie').option('--options <name=value...>', 'like albums=no people=no trashed=no');

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
export interface Wish { pluginId: string; config: Record<string, unknown>; all: Place[]; body: Record<string, unknown> }
/** What the command line asks for, in the words of the house. */
export async function wishOf(api: Api, pluginId: string, paths: readonly string[], options: RunOptions): Promise<Wish> {
  const ownerId = options.owner === undefined ? null : await personOf(api, options.owner);
  const library = options.library === undefined ? null : ownerId && UUID.test(options.library) ? { id: options.library } : await findLibrary(api, options.library); // theirs is not in my list
  const manifest = options.options?.length ? (await api.get('sources.kinds', '/sources/kinds')).find((m) => m.id === pluginId) : undefined;
  const read = readOptions(options.options ?? [], manifest);
  const all = await places(paths, pluginId);
  return { pluginId, all, config: { paths: all.map((p) => p.path), ...read.config }, body: { ...(library ? { libraryId: library.id } : {}), ...(ownerId ? { ownerId } : {}), ...(Object.keys(read.options).length ? { options: read.options } : {}) } };
}

async function personOf(api: Api, wanted: string): Promise<string> {
  const folded = wanted.toLocaleLowerCase();
  const found = (await api.get('users.list', '/users')).filter((u) => u.id === wanted || u.email.toLocaleLowerCase() === folded || u.name.toLocaleLowerCase() === folded);
  if (found.length === 1) return found[0]!.id;
  throw new Failure(found.length ? `Several people are called "${wanted}". Name one by the e-mail address.` : `There is nobody called "${wanted}".`, 2);
}

/** The house reads the files itself. */
export async function begin({ api, terminal, json }: Context, wish: Wish, options: RunOptions, summary: string | null): Promise<ImportRun> {
  if (summary && !json) note(terminal, summary);
  const run = await api.post('imports.create', '/imports', { pluginId: wish.pluginId, config: wish.config, ...wish.body, start: options.dryRun !== true });
  return follow(api, terminal, run.id);
}

/** The files are sent, and brought in while later ones arrive. */
export async function beginSending({ api, terminal }: Context, wish: Wish, parts: readonly Place[], options: RunOptions, why: string): Promise<ImportRun> {
  const { paths: _here, ...config } = wish.config;
  const names = parts.map((p) => ({ name: path.basename(p.path), bytes: p.bytes }));
  const begun = options.dryRun ? undefined : await unfinished(api, wish.pluginId, names);
  note(terminal, begun ? 'Going on with what was sent before.' : `Sending ${parts.length} ${parts.length === 1 ? 'file' : 'files'}: ${why}.`);
  if (begun && (begun.state === 'paused' || begun.state === 'failed')) await api.post('imports.resume', `/imports/${begun.id}/resume`);
  const run = begun ?? await api.post('imports.create', '/imports', { pluginId: wish.pluginId, config, ...wish.body, parts: names, start: options.dryRun !== true });
  await sendParts(api, terminal, run.id, parts);
  return follow(api, terminal, run.id);
}

/** A run that waits for exactly these parts: its sending was stopped. */
async function unfinished(api: Api, pluginId: string, parts: readonly { name: string; bytes: number }[]): Promise<ImportRun | undefined> {
  const open = new Set<ImportRun['state']>(['collecting', 'scanning', 'running', 'paused', 'failed']);
  return (await api.get('imports.list', '/imports')).find((r) => r.pluginId === pluginId && open.has(r.state) && r.parts.length === parts.length && r.parts.every((p, n) => p.name === parts[n]!.name && p.bytes === parts[n]!.bytes) && r.parts.some((p) => p.received < p.bytes));
}

/** Tells what came of it; throws unless everything that could come in did. */
export async function finish({ api, terminal, json }: Context, options: RunOptions, run: ImportRun): Promise<void> {
  if (options.report !== undefined) await saveReport(api, run, options.report);
  if (options.dryRun && run.state === 'ready') {
    await api.post('imports.cancel', `/imports/${run.id}/cancel`);
    if (json) print(terminal, JSON.stringify(run));
    else for (const line of run.preview ? previewLines(run.preview) : []) print(terminal, line);
    return;
  }
  if (json) print(terminal, JSON.stringify(run));
  else await tell(api, terminal, run);
  if (options.wait && run.state === 'done' && run.options.previews !== false) await waitForPreviews(api, terminal, () => broughtIn(api, run));
  judge(run);
  if (options.report !== undefined && !json) note(terminal, `The whole list is in ${options.report}.`);
}
