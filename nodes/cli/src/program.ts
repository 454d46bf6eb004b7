import { Command, CommanderError } from 'commander';
import { addAssets } from './commands/assets-export.ts';
import { addImport } from './commands/import.ts';
import { addImports } from './commands/imports.ts';
import { addJobs } from './commands/jobs.ts';
import { addLogin } from './commands/login.ts';
import { addLogout } from './commands/logout.ts';
import { addNodes } from './commands/nodes.ts';
import { addStatus } from './commands/status.ts';
import { addUser } from './commands/user.ts';
import { DEFAULT_URL } from './context.ts';
import { addWorker } from './commands/worker.ts';
import { Failure } from './failure.ts';
import { note, type Terminal } from './terminal.ts';

/** Runs one command line (without the program's own name) and answers the exit code: 0, 1 when it did not work, 2 when it was used wrongly, 130 when stopped. */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const program = new Command('mantel').description("Mantel, the family's own photo library")
    .option('--url <address>', `which Mantel (MANTEL_URL, the last login, or ${DEFAULT_URL})`).option('--token <token>', 'instead of a login (better: MANTEL_TOKEN)')
    .option('--json', 'for programs').option('--cert <file>', 'trust exactly this certificate').option('--insecure', 'do not check the certificate')
    .exitOverride().configureOutput({ writeOut: (s) => void terminal.out.write(s), writeErr: (s) => void terminal.err.write(s) });
  for (const add of [addLogin, addLogout, addStatus, addUser, addImport, addImports, addAssets, addJobs, addNodes, addWorker]) add(program, terminal);
  for (const command of everyCommand(program)) command.exitOverride().configureOutput(program.configureOutput());
  try {
    await program.parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (!(error instanceof Failure)) throw error;
    if (terminal.live) terminal.err.write('\r\u001b[K');
    note(terminal, error.message);
    return error.exitCode;
  }
}

const everyCommand = (of: Command): Command[] => of.commands.flatMap((c) => [c, ...everyCommand(c)]);
