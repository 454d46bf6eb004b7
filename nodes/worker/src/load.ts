// How this computer is at the moment.
import { readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { cpus, totalmem, freemem } from 'node:os';
import type { NodeLoad } from '@mantel/contracts/models/node.ts';

interface Ticks { busy: number; all: number }

/** Busy and all time of all cores since boot: /proc/stat, and what node knows where that is not there. */
export function cpuTicks(stat?: string): Ticks {
  const line = (stat ?? readStat()).split('\n', 1)[0] ?? '';
  // user nice system idle iowait irq softirq steal; guest time is part of user
  const n = line.startsWith('cpu ') ? line.trim().split(/\s+/).slice(1, 9).map(Number) : [];
  if (n.length >= 5 && n.every(Number.isFinite)) {
    const all = n.reduce((a, b) => a + b, 0);
    return { busy: all - n[3]! - n[4]!, all };
  }
  const times = cpus().map((c) => c.times);
  const all = times.reduce((sum, t) => sum + t.user + t.nice + t.sys + t.idle + t.irq, 0);
  return { busy: all - times.reduce((sum, t) => sum + t.idle, 0), all };
}
const readStat = (): string => { try { return readFileSync('/proc/stat', 'utf8'); } catch { return ''; } };

function memoryUsed(): number {
  let free = freemem();
  try { free = Number(/^MemAvailable:\s+(\d+) kB/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]) * 1024 || free; } catch { /* not Linux */ }
  return Math.max(0, totalmem() - free);
}

export const freeBytes = (folder: string): Promise<number | null> => statfs(folder).then((s) => s.bavail * s.bsize, () => null);

/** Each call tells of the time since the one before. */
export function loadMeter(folder: string, owner: () => NodeLoad['owner'], free = freeBytes): () => Promise<NodeLoad> {
  let last = cpuTicks();
  return async () => {
    const now = cpuTicks();
    const all = now.all - last.all;
    const cpu = all > 0 ? Math.min(1, Math.max(0, (now.busy - last.busy) / all)) : 0;
    last = now;
    return { cpu: Math.round(cpu * 1000) / 1000, memoryBytes: memoryUsed(), freeDiskBytes: await free(folder), owner: owner() };
  };
}
