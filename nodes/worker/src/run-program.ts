import { spawn } from 'node:child_process';
import { MantelError } from '@mantel/contracts/errors.ts';

export interface Ran { code: number | null; stdout: Buffer; stderr: string }

const STDERR_BYTES = 16 * 1024;

/**
 * Runs a program to its end, with a nearly empty environment and no stdin. It is killed when `signal` aborts (throws the signal's reason),
 * after `limitMs` (throws `timeout`), or when it writes more than `maxBytes` (throws `too_large`). A program that is not installed throws `internal`.
 */
export function runProgram(program: string, args: readonly string[], options: { signal: AbortSignal; limitMs: number; maxBytes: number }): Promise<Ran> {
  const { signal, limitMs, maxBytes } = options;
  return new Promise((resolve, reject) => {
    if (signal.aborted) { reject(signal.reason as Error); return; }
    // PM2_HOME marks the instance: scripts/stop finds by it what a killed worker left behind
    const env = { PATH: process.env.PATH, LANG: 'C.UTF-8', ...(process.env.PM2_HOME ? { PM2_HOME: process.env.PM2_HOME } : {}) };
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
    const chunks: Buffer[] = [];
    let bytes = 0;
    let stderr = '';
    let failure: unknown;
    const kill = (why: unknown): void => { failure ??= why; child.kill('SIGKILL'); };
    const abort = (): void => kill(signal.reason);
    const limit = setTimeout(() => kill(new MantelError('timeout', 'This file took too long to open.')), limitMs);
    signal.addEventListener('abort', abort, { once: true });
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxBytes) kill(new MantelError('too_large', 'A program wrote more than it should.'));
      else chunks.push(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => { if (stderr.length < STDERR_BYTES) stderr += chunk.toString(); });
    child.on('error', (e: NodeJS.ErrnoException) => { failure ??= e.code === 'ENOENT' ? new MantelError('internal', `${program} is not installed on this computer. Install it and start again.`) : e; });
    child.on('close', (code) => {
      clearTimeout(limit);
      signal.removeEventListener('abort', abort);
      if (failure) reject(failure as Error); else resolve({ code, stdout: Buffer.concat(chunks), stderr });
    });
  });
}
