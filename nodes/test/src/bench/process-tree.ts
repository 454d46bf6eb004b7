// CPU time and memory of a process with all its threads and children, from /proc. The kernel counts in ticks of 10 ms: measure seconds, not milliseconds.
import { readdirSync, readFileSync } from 'node:fs';

const TICK_MS = 10; // USER_HZ is 100 on every Linux that Mantel runs on

interface Stat { parent: number; cpuMs: number; endedMs: number }
/** The name in brackets may contain anything, so fields are counted from its end. `endedMs`: children that ended and were waited for. */
function stat(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const f = text.slice(text.lastIndexOf(')') + 2).split(' ').map(Number);
    return { parent: f[1]!, cpuMs: (f[11]! + f[12]!) * TICK_MS, endedMs: (f[13]! + f[14]!) * TICK_MS };
  } catch {
    return undefined; // it ended in this moment
  }
}

/** The process and all below it. */
export function tree(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const pid of readdirSync('/proc').map(Number).filter(Number.isInteger)) {
    const parent = stat(pid)?.parent;
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  const all = [root];
  for (let i = 0; i < all.length; i++) all.push(...(children.get(all[i]!) ?? []));
  return all;
}

/** User and system time in ms of a process, its threads, and its children, running or ended. */
export const cpuMs = (root: number): number => tree(root).reduce((ms, pid) => {
  const s = stat(pid);
  return ms + (s ? s.cpuMs + s.endedMs : 0);
}, 0);

/** Resident memory in MB (10^6) of a process and its running children; pages that they share count for each. */
export const residentMb = (root: number): number => tree(root).reduce((mb, pid) => {
  try {
    return mb + (Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024) / 1e6;
  } catch {
    return mb;
  }
}, 0);
