// A LAN of three hosts (nas 10.77.0.1, pc1 .11, pc2 .12) in network namespaces of its own: nothing of it is reachable from, or visible to, this machine's network. Needs root.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { type Child, child } from './children.ts';

export type Host = 'nas' | 'pc1' | 'pc2';
export const ADDRESS: Record<Host, string> = { nas: '10.77.0.1', pc1: '10.77.0.11', pc2: '10.77.0.12' };
const SCRIPT = fileURLToPath(new URL('lan.sh', import.meta.url));

/** Why no LAN can be built here, or undefined. Tests that need one say so loudly and are skipped. */
export function noLan(): string | undefined {
  if (process.getuid?.() !== 0) return 'network namespaces need root';
  try {
    execFileSync('unshare', ['-n', 'ip', 'link', 'add', 'type', 'veth'], { stdio: 'pipe', timeout: 10_000 });
    return undefined;
  } catch (e) {
    return `network namespaces cannot be made here (${(e as Error).message.split('\n')[0]})`;
  }
}

export function openLan() {
  const prefix = `m${randomBytes(3).toString('hex')}`; // several LANs side by side
  const lan = (...args: string[]): void => void execFileSync('bash', [SCRIPT, ...args], { env: { ...process.env, LAN_PREFIX: prefix }, stdio: 'pipe', timeout: 20_000 });
  const children: Child[] = [];
  lan('up');
  return {
    /** A program on a host; ended with the LAN. */
    on(host: Host, program: string, args: string[], env: NodeJS.ProcessEnv = {}): Child {
      const c = child('bash', [SCRIPT, 'x', host, program, ...args], { LAN_PREFIX: prefix, ...env });
      children.push(c);
      return c;
    },
    /** The cable is pulled: both ends see it. */
    cut: (host: Host): void => lan('cut', host),
    /** Every frame is dropped, and nobody is told. */
    drop: (host: Host): void => lan('drop', host),
    restore: (host: Host): void => lan('restore', host),
    slow: (host: Host, rate: string): void => lan('slow', host, rate),
    fast: (host: Host): void => lan('fast', host),
    /** A second network card on a network of its own, e.g. `10.78.0.1/24`. */
    addCard: (host: Host, cidr: string): void => lan('addif', host, cidr),
    namespace: (host: Host): string => prefix + host,
    async close(): Promise<void> {
      await Promise.all(children.map((c) => c.kill()));
      lan('down');
    },
  };
}
export type Lan = ReturnType<typeof openLan>;
