import type { Command } from 'commander';
import { normal, withContext } from '../context.ts';
import { readLogins, writeLogins } from '../logins.ts';
import { ask, askSecret, print, type Terminal } from '../terminal.ts';

export function addLogin(program: Command, terminal: Terminal): void {
  program.command('login').description('sign in and remember it on this machine').option('--email <address>', 'whose account (asked for when missing)')
    .addHelpText('after', '\nThe password is asked for, or taken from MANTEL_PASSWORD.')
    .action((options: { email?: string }, command: Command) => withContext(terminal, command, async ({ api, json }) => {
      const email = options.email ?? (await ask(terminal, 'E-mail: '));
      const password = terminal.env.MANTEL_PASSWORD ?? (await askSecret(terminal, 'Password: '));
      const { token, user } = await api.post('auth.login', '/auth/login', { email, password });
      const url = normal(api.url);
      const logins = await readLogins(terminal.env);
      await writeLogins(terminal.env, { last: url, servers: { ...logins.servers, [url]: { token, email: user.email } } });
      print(terminal, json ? JSON.stringify({ url, user }) : `Signed in at ${url} as ${user.name} (${user.role}).`);
    }));
}
