import type { CheckResult } from '@mantel/contracts/models/source.ts';
import { hostname, networkInterfaces } from 'node:os';
import type { Api } from '../api/client.ts';
import { ApiError, Failure } from '../failure.ts';
import { openToAll, type Place } from './paths.ts';

/** Whether this Mantel runs on the machine of the command line, as far as its address tells. */
export function sameMachine(url: string): boolean {
  const name = new URL(url).hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const own = hostname().toLowerCase();
  return name === 'localhost' || name.startsWith('127.') || name === '::1' || name === own || name === `${own}.local` || Object.values(networkInterfaces()).flat().some((i) => i?.address.toLowerCase() === name);
}

/** Who reads the files: the house where they lie, or this command, which sends them; then `why`. */
export type Reader = { by: 'house'; summary: string | null } | { by: 'sender'; why: string };

/**
 * The house reads what it can: that is faster, and nothing is stored twice. Where it runs elsewhere, may not read, or does not take paths from this person, the files are sent.
 * Throws what is wrong with the source itself, and what is not here to be sent.
 */
export async function whoReads(api: Api, pluginId: string, config: Record<string, unknown>, all: readonly Place[]): Promise<Reader> {
  const missing = all.find((p) => p.folder === null);
  if (!sameMachine(api.url) && !missing) return { by: 'sender', why: 'Mantel runs on another machine' };
  let said: CheckResult;
  try {
    said = await api.post('sources.check', '/sources/check', { pluginId, config });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (pluginId === 'folder' && ['not_found', 'plugin_off', 'plugin_failed', 'plugin_invalid', 'plugin_unsupported'].includes(error.code)) return { by: 'sender', why: error.message.replace(/\.$/, '') };
    if (error.code !== 'forbidden' && error.code !== 'source_invalid') throw error;
    said = { ok: false, problems: [{ message: error.code === 'forbidden' ? 'only admins may name folders of the machine of Mantel' : error.message }] };
    if (error.code === 'forbidden' && !missing) return { by: 'sender', why: said.problems[0]!.message };
  }
  const unread = /no file or folder|not there|cannot be read|may not (be )?read/i;
  if (said.ok) {
    const locked = missing || !said.problems.some((p) => unread.test(p.message)) ? [] : (await Promise.all(all.map(async (p) => ((await openToAll(p.path)) ? null : p)))).filter((p) => p !== null);
    return locked.length ? { by: 'sender', why: `Mantel may not read ${locked.length === 1 ? locked[0]!.path : `${locked.length} of them`}` } : { by: 'house', summary: [said.summary, ...said.problems.map((p) => p.message)].filter(Boolean).join('\n') || null };
  }
  const words = said.problems.map((p) => p.message).join(' ') || 'The source cannot be read.';
  if (missing) throw new Failure(`${missing.path}: ${missing.why ?? 'it is not there'}. ${words}`, 2);
  if (said.problems.some((p) => p.field === 'anyway')) throw new Failure(`${words} Here: --options anyway=yes`); // sending the files would only go around it
  const open = (await Promise.all(all.map((p) => openToAll(p.path)))).every(Boolean);
  if (open && !unread.test(words) && pluginId !== 'folder') throw new Failure(words);
  return { by: 'sender', why: 'Mantel cannot read it where it lies' };
}
