// What plugins say: the last lines of each, in a file of its own, so that they can be read after a crash and a restart.
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

const KEEP = 500;
const MAX_LINE = 2000;
const WRITE_EVERY_MS = 1000;
/** A text without the secrets of a configuration, also as they look in an address or in JSON. */
export function blotted(text: string, secrets: Iterable<string>): string {
  for (const s of secrets) text = text.replaceAll(s, '•••').replaceAll(encodeURIComponent(s), '•••').replaceAll(JSON.stringify(s).slice(1, -1), '•••');
  return text;
}
interface Ring { lines: string[]; due: NodeJS.Timeout | undefined; writing: Promise<void> }

export interface LogsDeps { file: (id: string) => string; now?: () => number; trouble?: (err: unknown) => void }
export function createLogs({ file, now = Date.now, trouble = () => undefined }: LogsDeps) {
  const rings = new Map<string, Ring>();
  const ring = (id: string): Ring => {
    let r = rings.get(id);
    if (!r) rings.set(id, r = { lines: existsSync(file(id)) ? readFileSync(file(id), 'utf8').split('\n').filter(Boolean).slice(-KEEP) : [], due: undefined, writing: Promise.resolve() });
    return r;
  };
  const write = (id: string, r: Ring): Promise<void> => {
    clearTimeout(r.due);
    r.due = undefined;
    return r.writing = r.writing.then(async () => {
      if (rings.get(id) !== r) return; // forgotten meanwhile
      mkdirSync(dirname(file(id)), { recursive: true, mode: 0o700 });
      await writeFile(`${file(id)}.new`, `${r.lines.join('\n')}\n`, { mode: 0o600 });
      await rename(`${file(id)}.new`, file(id));
    }).catch(trouble);
  };
  return {
    /** `secrets` of its configuration are blotted out. */
    append(id: string, line: string, secrets: Iterable<string> = []): void {
      const text = blotted(line.slice(0, MAX_LINE * 4), secrets);
      const r = ring(id);
      for (const one of text.split(/\r?\n/).slice(0, 50)) if (one.trim()) r.lines.push(`${new Date(now()).toISOString()} ${one.replace(/[\p{Cc}]/gu, ' ').slice(0, MAX_LINE)}`);
      if (r.lines.length > KEEP) r.lines.splice(0, r.lines.length - KEEP);
      r.due ??= setTimeout(() => void write(id, r), WRITE_EVERY_MS).unref();
    },
    lines: (id: string): string[] => [...ring(id).lines],
    forget(id: string): void {
      clearTimeout(rings.get(id)?.due);
      rings.delete(id);
    },
    async stop(): Promise<void> {
      await Promise.all([...rings].map(([id, r]) => (r.due ? write(id, r) : r.writing)));
    },
  };
}
export type Logs = ReturnType<typeof createLogs>;
