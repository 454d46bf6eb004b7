import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { Failure } from './failure.ts';

/** Tokens by address: a token is only ever sent to the Mantel that gave it. `last` is where a command goes that names no address. */
export interface Logins { last: string | null; servers: Record<string, { token: string; email: string }> }

const fileOf = (env: Record<string, string | undefined>): string => path.join(env.XDG_CONFIG_HOME || path.join(env.HOME || homedir(), '.config'), 'mantel', 'cli.json');

export async function readLogins(env: Record<string, string | undefined>): Promise<Logins> {
  const file = fileOf(env);
  try {
    const { last, servers } = JSON.parse(await readFile(file, 'utf8')) as Partial<Logins>;
    return { last: typeof last === 'string' ? last : null, servers: typeof servers === 'object' && servers ? servers : {} };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { last: null, servers: {} };
    throw new Failure(`The file with your logins cannot be read (${(error as Error).message}). Remove ${file} and sign in again.`);
  }
}

/** Readable by its owner only, from the first byte on; never half written. */
export async function writeLogins(env: Record<string, string | undefined>, logins: Logins): Promise<void> {
  const file = fileOf(env);
  const temp = `${file}.${process.pid}`;
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(temp, `${JSON.stringify(logins, null, 2)}\n`, { mode: 0o600 });
  await rename(temp, file);
}
