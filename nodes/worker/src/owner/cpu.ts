import { readdirSync, readFileSync } from 'node:fs';
import type { Sign } from './signs.ts';

const TICKS = 100; // USER_HZ, the same on every Linux
const WINDOW_MS = 600;
/** Cores. A page that scrolls takes more, a system that tidies up a little less. */
const MUCH = 0.5;

const read = (path: string): string | undefined => { try { return readFileSync(path, 'latin1'); } catch { return undefined; } };

/** Seconds of CPU that the whole machine used since its start. */
export function machineSeconds(stat = read('/proc/stat')): number | null {
  const n = stat?.split('\n', 1)[0]?.trim().split(/\s+/).slice(1, 9).map(Number) ?? [];
  if (n.length < 8 || !n.every(Number.isFinite)) return null;
  const [user, nice, system, , , irq, soft] = n as [number, number, number, number, number, number, number];
  return (user + nice + system + irq + soft) / TICKS;
}

/** Seconds of one process, and of the children that it has waited for. The name may hold spaces and brackets. */
export function secondsOf(pid: number, stat = read(`/proc/${pid}/stat`)): { own: number; parent: number } | undefined {
  const f = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (!f || f.length < 15) return undefined;
  return { parent: Number(f[1]), own: (Number(f[11]) + Number(f[12]) + Number(f[13]) + Number(f[14])) / TICKS };
}
function childrenOf(pid: number): number[] {
  const text = read(`/proc/${pid}/task/${pid}/children`);
  if (text !== undefined) return text.trim() === '' ? [] : text.trim().split(' ').map(Number);
  let all: string[] = [];
  try { all = readdirSync('/proc').filter((n) => /^\d+$/.test(n)); } catch { /* not Linux */ }
  return all.map(Number).filter((p) => secondsOf(p)?.parent === pid);
}
/** A process with everything below it, seconds each. */
export function tree(root: number, into = new Map<number, number>()): Map<number, number> {
  const s = secondsOf(root);
  if (!s || into.has(root)) return into;
  into.set(root, s.own);
  for (const child of childrenOf(root)) tree(child, into);
  return into;
}

/** Under pm2 the other programs of the house are our siblings: on the house's own machine they work because we do. */
export const ourRoot = (env: NodeJS.ProcessEnv = process.env, { pid, ppid }: { pid: number; ppid: number } = process): number => (env.pm_id === undefined ? pid : ppid);

export interface CpuOptions { machine?: () => number | null; own?: () => number; windowMs?: number; much?: number }

/** Work that others do here: what the machine used less what this process and its children did, over a sliding window. */
export function foreignWork({ machine = () => machineSeconds(), own = () => [...tree(ourRoot()).values()].reduce((a, b) => a + b, 0), windowMs = WINDOW_MS, much = MUCH }: CpuOptions = {}): Sign {
  const samples: { at: number; foreign: number }[] = [];
  let last: number | undefined;
  let before = 0;
  return {
    look(now) {
      const all = machine();
      if (all === null) return null;
      const mine = own();
      if (mine < before) samples.length = 0; // a child left without being waited for: its time would look like somebody else's
      before = mine;
      samples.push({ at: now, foreign: all - mine });
      while (samples.length > 2 && samples[1]!.at <= now - windowMs) samples.shift();
      const [first] = samples;
      const ms = now - first!.at;
      // a part of a window says little, except that the whole limit is used up already
      if (samples.at(-1)!.foreign - first!.foreign > (much * Math.max(ms, windowMs)) / 1000) last = now;
      return last;
    },
  };
}
