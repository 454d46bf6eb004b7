import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

// Below what the kernel hands out to outgoing connections (32768 and up): there, a port that is kept could be somebody's for a while at any start.
const FROM = 20_000;
const BELOW = 32_768;
const TRIES = 200;

/** Whether a server could listen there now, on all IPv4 addresses as nats-server does. */
export function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer().once('error', () => resolve(false)).listen(port, '0.0.0.0', () => probe.close(() => resolve(true)));
  });
}

/** A port for nats-server that nobody uses now, 20000 to 32767. Throws when 200 tries found none. */
export async function choosePort(): Promise<number> {
  for (let i = 0; i < TRIES; i++) {
    const port = randomInt(FROM, BELOW);
    if (await canListen(port)) return port;
  }
  throw new Error(`No free port between ${FROM} and ${BELOW - 1} was found for the message server. End other programs that hold ports there, then start again.`);
}

/** Whether this house's own nats-server runs. A process number alone proves nothing: after a crash it may be another program's. */
export function natsRuns(state: string): boolean {
  try {
    const pid = readFileSync(join(state, 'nats', 'nats.pid'), 'utf8').trim();
    if (!/^[1-9]\d*$/.test(pid)) return false;
    const [program = '', ...args] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return /(^|\/)nats-server$/.test(program) && args.includes(join(state, 'nats', 'nats.conf'));
  } catch {
    return false; // no such file, or no such process
  }
}
