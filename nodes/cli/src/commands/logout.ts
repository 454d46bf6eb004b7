import type { Command } from 'commander';
import { withContext } from '../context.ts';
import { ApiError } from '../failure.ts';
import { readLogins, writeLogins } from '../logins.ts';
import { print, type Terminal } from '../terminal.ts';

export function addLogout(program: Command, terminal: Terminal): void {
  program.command('logout').description('end the session and forget it').action((_options: object, command: Command) => withContext(terminal, command, async ({ api, json }) => {
    await api.post('auth.logout', '/auth/logout').catch((error: unknown) => { if (!(error instanceof ApiError && error.status === 401)) throw error; });
    const { last, servers } = await readLogins(terminal.env);
    const { [api.url]: _gone, ...rest } = servers;
    await writeLogins(terminal.env, { last: last === api.url ? null : last, servers: rest });
    print(terminal, json ? JSON.stringify({ url: api.url }) : `Signed out at ${api.url}.`);
  }));
}
