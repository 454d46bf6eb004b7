// What this computer is: shown to the admin before it is let in, and sent with every hello.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, networkInterfaces, release, totalmem, type } from 'node:os';
import type { NodeCaps } from '@mantel/contracts/models/node.ts';
import { isVirtual } from '@mantel/runtime/network-cards.ts';
import { runProgram } from './run-program.ts';

const SPEED_MS = 100;
const BLOCK = Buffer.alloc(1 << 20, 'mantel');
const VENDORS: Record<string, string> = { '0x8086': 'Intel', '0x1002': 'AMD', '0x10de': 'NVIDIA' };

const read = (path: string): string => { try { return readFileSync(path, 'utf8'); } catch { return ''; } };
const short = (text: string, max = 100): string => text.replace(/\s+/g, ' ').trim().slice(0, max);

export const osName = (release_ = read('/etc/os-release')): string => short(/^PRETTY_NAME="?([^"\n]+)/m.exec(release_)?.[1] ?? `${type()} ${release()}`) || 'unknown';

/** MB/s of SHA-256 on one core: the best of a few short runs, because a busy moment says little about the machine. */
export function hashSpeed(limitMs = SPEED_MS): number {
  let best = 0;
  const until = performance.now() + limitMs;
  do {
    const began = performance.now();
    for (let i = 0; i < 4; i++) createHash('sha256').update(BLOCK).digest();
    best = Math.max(best, (4 * BLOCK.length) / 1e6 / ((performance.now() - began) / 1000));
  } while (performance.now() < until);
  return Math.round(best);
}

/** The exit code decides: a driver that is listed may still not run. */
async function gpu(): Promise<string | null> {
  const nvidia = await runProgram('nvidia-smi', ['--query-gpu=name', '--format=csv,noheader'], { signal: new AbortController().signal, limitMs: 10_000, maxBytes: 64 << 10 }).catch(() => undefined);
  const name = short(nvidia?.stdout.toString().split('\n')[0] ?? '');
  if (nvidia?.code === 0 && name) return name;
  let nodes: string[] = [];
  try { nodes = readdirSync('/dev/dri').filter((n) => n.startsWith('renderD')).sort(); } catch { /* no graphics here */ }
  const [first] = nodes;
  return first ? `${VENDORS[read(`/sys/class/drm/${first}/device/vendor`).trim()] ?? 'Unknown'} graphics (/dev/dri/${first})` : null;
}

/** Addresses of the network cards, to wake this computer by. A bridge or a container's cable has none that wakes anything; where there are only such, they are better than nothing. */
export function macs(interfaces = networkInterfaces(), isCard = (name: string): boolean => !isVirtual(name)): string[] {
  const found = Object.entries(interfaces).flatMap(([name, list]) => (list ?? []).filter((i) => !i.internal && !/^(00:){5}00$/.test(i.mac)).map((i) => ({ name, mac: i.mac.toLowerCase() })));
  const cards = found.filter((f) => isCard(f.name));
  return [...new Set((cards.length ? cards : found).map((f) => f.mac))].filter((m) => /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(m)).slice(0, 8);
}

/** Takes a tenth of a second of one core. `missing`: sentences for the person who runs it. */
export async function machineCaps({ slots, missing }: { slots: number; missing: string[] }): Promise<NodeCaps> {
  return {
    os: osName(), arch: short(arch(), 20), cpu: short(cpus()[0]?.model ?? '') || 'unknown', cores: Math.max(1, availableParallelism()), memoryBytes: totalmem(), gpu: await gpu(), speed: hashSpeed(), slots,
    macs: macs(), missing: missing.slice(0, 20).map((m) => m.slice(0, 300)),
  };
}
