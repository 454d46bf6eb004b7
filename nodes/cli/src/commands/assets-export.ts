import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { findLibrary, withContext } from '../context.ts';
import { Failure } from '../failure.ts';
import { note, type Terminal } from '../terminal.ts';

export function addAssets(program: Command, terminal: Terminal): void {
  program.command('assets').description('photos and videos').command('export').description('all facts, one asset per line (NDJSON)')
    .option('--library <library>', 'only this one (name or id)').option('--out <file>', 'write there instead of to the screen')
    .action((options: { library?: string; out?: string }, command: Command) => withContext(terminal, command, async ({ api }) => {
      const library = options.library === undefined ? null : await findLibrary(api, options.library);
      const lines = await api.stream(`/assets/export${library ? `?library=${encodeURIComponent(library.id)}` : ''}`);
      // An export that broke off must not look like a small library: the file gets its name only when it is whole.
      const temp = options.out === undefined ? null : `${options.out}.part`;
      try {
        await pipeline(lines, temp === null ? terminal.out : createWriteStream(temp), { end: temp !== null, signal: terminal.signal });
        if (temp !== null && options.out !== undefined) await rename(temp, options.out);
      } catch (error) {
        if (temp !== null) await rm(temp, { force: true });
        if ((error as NodeJS.ErrnoException).code === 'EPIPE') return; // the reader (head, less) has seen enough
        throw terminal.signal.aborted ? new Failure('Stopped.', 130) : new Failure(`The export broke off: ${(error as Error).message}. Nothing was written; run it again.`);
      }
      if (options.out !== undefined) note(terminal, `Written to ${options.out}.`);
    }));
}
