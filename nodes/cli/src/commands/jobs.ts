import { Argument, type Command } from 'commander';
import type { Result } from '@mantel/contracts/actions/index.ts';
import { JOB_KINDS } from '@mantel/contracts/models/job.ts';
import { withContext } from '../context.ts';
import { count, duration } from '../format.ts';
import { print, table, type Terminal } from '../terminal.ts';

export const jobsTable = (jobs: Result<'jobs.status'>): string => table([
  ['Jobs', 'Waiting', 'Running', 'Failed', 'Done (24 h)', 'Per minute', 'Time left'],
  ...jobs.map((j) => [j.kind + (j.paused ? ' (paused)' : ''), count(j.queued), count(j.running), count(j.failed), count(j.done), j.perMinute.toFixed(0), j.etaSeconds === null ? '-' : duration(j.etaSeconds)]),
]);

const ACTIONS = { pause: 'no more are handed out', resume: 'goes on', retry: 'the failed ones wait again', cancel: 'the waiting ones are dropped' } as const;

export function addJobs(program: Command, terminal: Terminal): void {
  const jobs = program.command('jobs').description('work that waits, runs or failed');
  jobs.action((_options: object, command: Command) => withContext(terminal, command, async ({ api, json }) => {
    const [status, failed] = [await api.get('jobs.status', '/jobs'), await api.get('jobs.failed', '/jobs/failed')];
    if (json) return print(terminal, JSON.stringify({ jobs: status, failed }));
    print(terminal, jobsTable(status));
    if (failed.length) print(terminal, `\n${table([['Given up', 'File', 'Tries', 'Why'], ...failed.slice(0, 20).map((f) => [f.kind, f.name, String(f.attempts), f.error])])}`);
    if (failed.length > 20) print(terminal, `… and ${count(failed.length - 20)} more (--json shows all)`);
  }));
  for (const [name, what] of Object.entries(ACTIONS) as [keyof typeof ACTIONS, string][]) {
    jobs.command(name).description(what).addArgument(new Argument('<kind>', 'which jobs').choices(JOB_KINDS))
      .action((kind: string, _options: object, command: Command) => withContext(terminal, command, async ({ api, json }) => {
        const result = await api.post(`jobs.${name}`, `/jobs/${kind}/${name}`);
        print(terminal, json ? JSON.stringify(result) : `${kind}: ${'changed' in result ? `${count(result.changed)} ${name === 'retry' ? 'wait again' : 'dropped'}` : what}`);
      }));
  }
}
