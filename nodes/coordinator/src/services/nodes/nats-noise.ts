// nats-server writes a line for everything that it refuses, as fast as somebody asks for it: 65,000 a second, 13 MB. An hour of that fills a disk.
// The log is looked at every few seconds: whose key makes the noise is shut out, and what is too much is cut away but for its end, as scripts/config/rotate-logs does once an hour.
import { appendFile, open, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';

const EVERY_MS = 3000;
/** A quiet house writes a few lines an hour. */
const NOISE = 1 << 20;
const TAIL = 64 << 10;
const MOST = 20 << 20;

const most = (lines: string, what: RegExp): { name: string; lines: number } | undefined => {
  const counts = new Map<string, number>();
  for (const [, name] of lines.matchAll(what)) counts.set(name!, (counts.get(name!) ?? 0) + 1);
  const [top] = [...counts].sort((a, b) => b[1] - a[1]);
  return top && { name: top[0], lines: top[1] };
};
/** The key that most of these lines are about. */
export const loudest = (lines: string): string | undefined => most(lines, /Violation - Nkey "(U[A-Z2-7]{55})"/g)?.name;
/** The address that most errors come from: whoever has no key at all is known by it only. */
export const loudestAddress = (lines: string): { name: string; lines: number } | undefined => most(lines, /\[ERR\] (\S+):\d+ - cid:/g);

async function tailOf(file: string, size: number): Promise<string> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(TAIL), 0, TAIL, Math.max(0, size - TAIL));
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await handle.close();
  }
}

export interface NoiseDeps { state: string; noisy: (nkey: string) => void; log: { warn(fields: object, text: string): void }; background: (what: string, work: Promise<unknown>) => void }
/** The writer appends, so a file may be cut under it. */
export function watchNatsLog({ state, noisy, log, background }: NoiseDeps): { look: () => Promise<void>; stop: () => void } {
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
      const tail = await tailOf(file, size);
      const end = tail.slice(tail.indexOf('\n') + 1);
      const from = loudestAddress(end);
      await truncate(file, 0);
      await appendFile(file, end, 'latin1'); // appended: its writer did not wait
      last = await stat(file).then((s) => s.size);
      log.warn({ bytes: size, key: loudest(end), address: from?.name, share: from && from.lines / end.split('\n').length }, `the log of nats-server was longer than ${MOST >> 20} MB and was cut; its end is kept${from ? `. Most of it is about ${from.name}` : ''}`);
    }
  };
  const timer = setInterval(() => background('looking at the log of nats-server', look()), EVERY_MS);
  timer.unref();
  return { look, stop: () => clearInterval(timer) };
}
