// nats-server writes a line for everything that it refuses, as fast as somebody asks for it: 65,000 a second, 13 MB. An hour of that fills a disk.
// The log is looked at every few seconds: whose key makes the noise is shut out, and what is too much is cut away, as scripts/config/rotate-logs does once an hour.
import { open, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';

const EVERY_MS = 3000;
/** A quiet house writes a few lines an hour. */
const NOISE = 1 << 20;
const TAIL = 64 << 10;
const MOST = 20 << 20;

/** The key that most of these lines are about. */
export function loudest(lines: string): string | undefined {
  const counts = new Map<string, number>();
  for (const [, nkey] of lines.matchAll(/Violation - Nkey "(U[A-Z2-7]{55})"/g)) counts.set(nkey!, (counts.get(nkey!) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
}

async function tailOf(file: string, size: number): Promise<string> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(TAIL), 0, TAIL, Math.max(0, size - TAIL));
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await handle.close();
  }
}

export interface NoiseDeps { state: string; noisy: (nkey: string) => void; background: (what: string, work: Promise<unknown>) => void }
/** The writer appends, so a file may be cut under it. */
export function watchNatsLog({ state, noisy, background }: NoiseDeps): { look: () => Promise<void>; stop: () => void } {
  const file = join(state, 'logs', 'nats.log');
  let last: number | undefined;
  const look = async (): Promise<void> => {
    const size = await stat(file).then((s) => s.size, () => undefined);
    const grown = size === undefined || last === undefined ? 0 : size - last;
    last = size;
    if (size === undefined) return;
    if (grown > NOISE) {
      const nkey = loudest(await tailOf(file, size));
      if (nkey) noisy(nkey);
    }
    if (size > MOST) {
      await truncate(file, 0);
      last = 0;
    }
  };
  const timer = setInterval(() => background('looking at the log of nats-server', look()), EVERY_MS);
  timer.unref();
  return { look, stop: () => clearInterval(timer) };
}
