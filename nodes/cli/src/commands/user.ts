import { Option, type Command } from 'commander';
import { withContext } from '../context.ts';
import { Failure } from '../failure.ts';
import { askSecret, print, table, type Terminal } from '../terminal.ts';

export function addUser(program: Command, terminal: Terminal): void {
  const user = program.command('user').description('the people of this house');
  user.command('add').description('add a person, with a library of their own and a place in the shared one')
    .argument('<email>').requiredOption('--name <name>', 'how the family calls them').addOption(new Option('--role <role>', 'admins run this Mantel').choices(['member', 'admin']).default('member'))
    .addHelpText('after', '\nThe new password is asked for, or taken from MANTEL_USER_PASSWORD.')
    .action((email: string, options: { name: string; role: 'member' | 'admin' }, command: Command) => withContext(terminal, command, async ({ api, json }) => {
      const password = terminal.env.MANTEL_USER_PASSWORD ?? (await newPassword(terminal));
      const added = await api.post('users.create', '/users', { email, name: options.name, role: options.role, password });
      print(terminal, json ? JSON.stringify(added) : `${added.name} (${added.email}) can sign in now.`);
    }));
  user.command('list').description('all people').action((_options: object, command: Command) => withContext(terminal, command, async ({ api, json }) => {
    const people = await api.get('users.list', '/users');
    print(terminal, json ? JSON.stringify(people) : table([['Name', 'E-mail', 'Role', 'Since'], ...people.map((p) => [p.name, p.email, p.role + (p.disabled ? ' (switched off)' : ''), p.createdAt.slice(0, 10)])]));
  }));
}

async function newPassword(terminal: Terminal): Promise<string> {
  const first = await askSecret(terminal, 'Password of the new person: ');
  if (terminal.in.isTTY && (await askSecret(terminal, 'Once more: ')) !== first) throw new Failure('The two passwords differ. Nothing was changed.', 2);
  return first;
}
