import type { Command } from 'commander';
import { withContext } from '../context.ts';
import { saveReport, tell } from '../runs/ending.ts';
import { follow, oneRun } from '../runs/follow.ts';
import { nowLine, previewLines, runsTable } from '../runs/words.ts';
import { note, print, type Terminal } from '../terminal.ts';

const STEPS = {
  start: 'bring in what the preview shows', pause: 'stop after the files that are being read', resume: 'go on, also after a failure', cancel: 'end it; what came in stays', retry: 'try again what ended as a problem', undo: 'move what it brought in to the trash',
} as const;

export function addImports(program: Command, terminal: Terminal): void {
  const imports = program.command('imports').description('imports that run, wait or are done');
  const list = (_options: object, command: Command): Promise<void> => withContext(terminal, command, async ({ api, json }) => {
    const all = await api.get('imports.list', '/imports');
    print(terminal, json ? JSON.stringify(all) : all.length === 0 ? 'Nothing was imported yet.' : runsTable(all));
  });
  imports.action(list);
  imports.command('list').description('newest first').action(list);
  imports.command('show').description('what it found, and how far it is').argument('<id>').option('--report <file>', 'what became of every entry (.json or .csv)')
    .action((id: string, options: { report?: string }, command: Command) => withContext(terminal, command, async ({ api, json }) => {
      const run = await oneRun(api, id);
      if (options.report !== undefined) await saveReport(api, run, options.report);
      if (json) return print(terminal, JSON.stringify(run));
      print(terminal, `${run.name}, of ${run.ownerName}, into ${run.libraryName}: ${run.state}${run.trouble ? `. ${run.trouble}` : ''}`);
      for (const line of run.preview ? previewLines(run.preview) : []) print(terminal, line);
      if (run.state === 'ready') return print(terminal, `Nothing was brought in yet. Begin with: mantel imports start ${run.id}`);
      print(terminal, nowLine(run));
      await tell(api, terminal, run);
    }));
  for (const [name, what] of Object.entries(STEPS) as [keyof typeof STEPS, string][]) {
    imports.command(name).description(what).argument('<id>').option('--follow', 'until it stands still')
      .action((id: string, options: { follow?: boolean }, command: Command) => withContext(terminal, command, async ({ api, json }) => {
        let run = await api.post(`imports.${name}`, `/imports/${encodeURIComponent(id)}/${name}`);
        if (options.follow) run = await follow(api, terminal, id);
        if (json) return print(terminal, JSON.stringify(run));
        note(terminal, `${run.name}: ${run.state}${run.trouble ? `. ${run.trouble}` : ''}`);
      }));
  }
}
