// The folder of versions that the launcher runs from (appliance/worker/launcher): what is current, what is on trial, what did not start.
import { readdirSync, readFileSync, readlinkSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const read = (file: string): string => { try { return readFileSync(file, 'utf8'); } catch { return ''; } };
export const BUILD = /^[0-9a-f]{16}$/;

export function openVersions(folder: string) {
  const at = (name: string): string => join(folder, name);
  const replace = (name: string, make: (temp: string) => void): void => {
    const temp = at(`${name}.${process.pid}`);
    rmSync(temp, { force: true });
    make(temp);
    renameSync(temp, at(name));
  };
  const current = (): string | undefined => { try { return readlinkSync(at('current')); } catch { return undefined; } };
  return {
    folder, at, current,
    bad: (build: string): boolean => read(at('bad')).split('\n').includes(build),
    forgive(build: string): void { replace('bad', (temp) => { writeFileSync(temp, read(at('bad')).split('\n').filter((b) => b !== build && b !== '').map((b) => `${b}\n`).join('')); }); },
    /** The trial is written first: between the two the launcher sees a trial of something that is not current, and drops it. */
    switchTo(build: string): void {
      const old = current();
      if (old === undefined || old === build) throw new Error('The version that runs is not known.');
      replace('trial', (temp) => { writeFileSync(temp, `${build} ${old} 0\n`, { flush: true }); });
      replace('current', (temp) => { symlinkSync(build, temp); });
    },
    /** This version has spoken with the house: the trial is over; only it and the one before are kept. */
    proven(build: string): void {
      if (current() !== build) return;
      const [, old] = read(at('trial')).split(' ');
      const keep = new Set([build, old ?? '']);
      rmSync(at('trial'), { force: true });
      if (old === undefined) return;
      for (const name of readdirSync(folder)) if (BUILD.test(name) && !keep.has(name)) rmSync(at(name), { recursive: true, force: true });
    },
    /** What an interrupted update left. */
    tidy(): void { for (const name of readdirSync(folder)) if (name.startsWith('.update-')) rmSync(at(name), { recursive: true, force: true }); },
  };
}
export type Versions = ReturnType<typeof openVersions>;
