import type { Command } from 'commander';
import { withContext } from '../context.ts';
import { whoReads } from '../runs/choose.ts';
import { requireNamed, sendable } from '../runs/paths.ts';
import type { Terminal } from '../terminal.ts';
import { addFolder } from './import-folder.ts';
import { begin, beginSending, finish, wishOf, withRunOptions, type RunOptions } from './import-run.ts';

const SOURCES = [
  { command: 'google-takeout', pluginId: 'google-takeout', what: 'a Google Takeout: its .zip or .tgz parts, their folder, or where it was unpacked' },
  { command: 'icloud', pluginId: 'icloud-export', what: 'a copy of iCloud Photos from privacy.apple.com (.zip parts or unpacked), or folders of icloudpd' },
] as const;

export function addImport(program: Command, terminal: Terminal): void {
  const group = program.command('import').description('bring in photos and videos');
  addFolder(group, terminal);
  for (const { command, pluginId, what } of SOURCES) {
    withRunOptions(group.command(command).description(what).argument('<paths...>', 'files or folders'))
      .action((paths: string[], options: RunOptions, self: Command) => withContext(terminal, self, async (context) => {
        requireNamed(paths);
        await context.api.get('auth.me', '/auth/me'); // a missing login should be told before a long look
        const wish = await wishOf(context.api, pluginId, paths, options);
        const reader = options.send ? { by: 'sender' as const, why: 'as you wish' } : await whoReads(context.api, pluginId, wish.config, wish.all);
        if (reader.by === 'house') return finish(context, options, await begin(context, wish, options, reader.summary));
        const parts = await sendable(wish.all);
        return finish(context, options, await beginSending(context, wish, parts, options, reader.why));
      }));
  }
}
