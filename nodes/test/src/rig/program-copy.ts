// A copy of what a bundle is made of, to be changed into another version; node_modules is the real one.
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT, workerFiles } from '@mantel/runtime/build.ts';

export function copyProgram() {
  const root = mkdtempSync(join(tmpdir(), 'mantel-program-'));
  for (const file of [...workerFiles(), 'package-lock.json']) cpSync(join(ROOT, file), join(root, file));
  cpSync(join(ROOT, 'appliance/worker'), join(root, 'appliance/worker'), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  for (const home of ['nodes/cli', 'nodes/worker', 'nodes/runtime']) if (existsSync(join(ROOT, home, 'node_modules'))) symlinkSync(join(ROOT, home, 'node_modules'), join(root, home, 'node_modules')); // what npm put beside them
  return {
    root,
    /** Another version: one of its files changed. */
    edit(file: string, change: (text: string) => string): void {
      const was = readFileSync(join(root, file), 'utf8');
      const now = change(was);
      if (now === was) throw new Error(`${file} was not changed`);
      writeFileSync(join(root, file), now);
    },
    remove: (): void => rmSync(root, { recursive: true, force: true }),
  };
}
