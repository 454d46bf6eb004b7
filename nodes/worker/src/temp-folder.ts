import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const NAME = /^mantel-worker-(\d+)-/;

function alive(pid: number): boolean {
  try { process.kill(pid, 0); return true; } catch (e) { return (e as NodeJS.ErrnoException).code === 'EPERM'; }
}

/** Folders of workers of this user that did not end by themselves (power cut, kill): nothing in them is needed again. */
function sweep(root: string): void {
  for (const name of readdirSync(root)) {
    const pid = NAME.exec(name)?.[1];
    if (!pid || alive(Number(pid))) continue;
    try { if (statSync(join(root, name)).uid === process.getuid?.()) rmSync(join(root, name), { recursive: true, force: true }); } catch { /* another worker was faster */ }
  }
}

/** A private folder (0700) of this process, on this machine's own disk; the worker shares none with the coordinator. */
export function openTempFolder(root = tmpdir()): { path: string; remove(): void } {
  sweep(root);
  const path = mkdtempSync(join(root, `mantel-worker-${process.pid}-`));
  return { path, remove: () => { rmSync(path, { recursive: true, force: true }); } };
}
