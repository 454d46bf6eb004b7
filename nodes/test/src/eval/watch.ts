// What the processes of a house take while something is done: sampled, because a peak leaves no trace.
import { readFileSync } from 'node:fs';
import type { House } from '../bench/house.ts';
import { residentMb, tree } from '../bench/process-tree.ts';

const EVERY_MS = 50;
export interface Watched { workerPeakMb: number; coordinatorPeakMb: number; /** exiftool processes: at once, and one after the other. */ exiftoolAtOnce: number; exiftoolPids: number; /** Programs that ended by themselves. */ crashes: string[] }

const command = (pid: number): string => { try { return readFileSync(`/proc/${pid}/cmdline`, 'latin1'); } catch { return ''; } };

export function watch(house: House): () => Watched {
  const seen: Watched = { workerPeakMb: 0, coordinatorPeakMb: 0, exiftoolAtOnce: 0, exiftoolPids: 0, crashes: [] };
  const perls = new Set<number>();
  let stopped = false;
  for (const [name, c] of [['coordinator', house.coordinator], ['worker', house.worker]] as const) void c?.exited.then((code) => { if (!stopped) seen.crashes.push(`${name} ended with ${code}: ${c.lines.slice(-3).join(' | ')}`); });
  const sample = (): void => {
    if (house.worker) seen.workerPeakMb = Math.max(seen.workerPeakMb, residentMb(house.worker.process.pid!));
    seen.coordinatorPeakMb = Math.max(seen.coordinatorPeakMb, residentMb(house.coordinator.process.pid!));
    const now = tree(house.coordinator.process.pid!).filter((pid) => /perl.*exiftool|^[^\0]*exiftool/.test(command(pid)));
    seen.exiftoolAtOnce = Math.max(seen.exiftoolAtOnce, now.length);
    for (const pid of now) perls.add(pid);
    seen.exiftoolPids = perls.size;
  };
  const timer = setInterval(sample, EVERY_MS);
  return () => {
    sample();
    clearInterval(timer);
    stopped = true;
    return seen;
  };
}
