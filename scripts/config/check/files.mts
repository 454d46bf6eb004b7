// The files of the project, as a clone would have them: what git tracks or would track. Without git, everything that is not made by a build.
import { execFileSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';

let known: string[] | undefined;
export function projectFiles(): string[] {
  known ??= list().filter((f) => existsSync(f)).toSorted();
  return known;
}
function list(): string[] {
  try {
    return execFileSync('git', ['-c', 'safe.directory=*', 'ls-files', '-z', '--cached', '--others', '--exclude-standard'], { encoding: 'utf8', maxBuffer: 32 << 20, stdio: ['ignore', 'pipe', 'ignore'] }).split('\0').filter(Boolean);
  } catch {
    return globSync('**/*.*', { exclude: (f) => /(^|\/)(node_modules|dist|data|\.git|\.cache)$/.test(f) });
  }
}
export const sources = (): string[] => projectFiles().filter((f) => /\.(ts|mts)$/.test(f) && !f.endsWith('.d.ts') && !f.includes('/fixtures/')); // .mts is a kind of video too
