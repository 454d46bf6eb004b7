import type { Command } from 'commander';
import type { Library } from '@mantel/contracts/models/library.ts';
import { createApi, type Api } from './api/client.ts';
import { Failure } from './failure.ts';
import { readLogins } from './logins.ts';
import type { Terminal } from './terminal.ts';

export const DEFAULT_URL = 'http://127.0.0.1:2283';
export interface Globals { url?: string; token?: string; json?: boolean; insecure?: boolean; cert?: string }
/** What a command gets: the terminal, the server, and whether a program reads the output. */
export interface Context { terminal: Terminal; api: Api; json: boolean }

/** Address: `--url`, MANTEL_URL, the last login, this machine. Token: `--token`, MANTEL_TOKEN, the login at this address. */
export async function withContext(terminal: Terminal, command: Command, work: (context: Context) => Promise<void>): Promise<void> {
  const globals = command.optsWithGlobals<Globals>();
  const logins = await readLogins(terminal.env);
  const url = normal(globals.url ?? terminal.env.MANTEL_URL ?? logins.last ?? DEFAULT_URL);
  const token = globals.token ?? terminal.env.MANTEL_TOKEN ?? logins.servers[url]?.token ?? null;
  const api = createApi({ url, token, ...(globals.insecure ? { insecure: true } : {}), ...(globals.cert ? { cert: globals.cert } : {}) });
  try {
    await work({ terminal, api, json: globals.json === true });
  } finally {
    api.close();
  }
}

export const normal = (url: string): string => (URL.canParse(url) ? new URL(url).href.replace(/\/$/, '') : url);

/** A library by its name or its id; only those of which the caller is a member can be named. */
export async function findLibrary(api: Api, wanted: string): Promise<Library> {
  const all = await api.get('libraries.list', '/libraries');
  const found = all.filter((l) => l.id === wanted || l.name.toLocaleLowerCase() === wanted.toLocaleLowerCase());
  if (found.length === 1) return found[0]!;
  if (found.length > 1) throw new Failure(`Several libraries are called "${wanted}". Name one by its id: ${found.map((l) => l.id).join(', ')}`, 2);
  throw new Failure(`There is no library "${wanted}". You can use: ${all.map((l) => l.name).join(', ') || 'none'}.`, 2);
}
