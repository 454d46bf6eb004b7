import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MantelError } from '@mantel/contracts/errors.ts';
import { runProgram, type Ran } from '../../run-program.ts';
import { TIME_LIMIT_MS } from './limits.ts';

/** Where decoders that are programs of their own may write, and when they must stop. */
export interface Desk { temp: string; signal: AbortSignal }

/** Address space of a decoder that reads whole pictures; with the worker beside it this stays below 1 GB. */
const MEMORY_BYTES = 800 * 2 ** 20;
const OUTPUT_BYTES = 300 * 2 ** 20;

const PACKAGES: Record<string, string> = { djxl: 'libjxl-tools', dcraw_emu: 'libraw-bin', ffmpeg: 'ffmpeg', ffprobe: 'ffmpeg' };

/** Runs a decoder with limits on its memory, processor time and files: old decoders meet files from anywhere. */
export async function runBounded(program: 'djxl' | 'dcraw_emu' | 'ffmpeg' | 'ffprobe', args: readonly string[], signal: AbortSignal, { memoryBytes = MEMORY_BYTES, limitMs = TIME_LIMIT_MS, maxBytes = OUTPUT_BYTES } = {}): Promise<Ran> {
  const limits = [`--as=${memoryBytes}`, `--cpu=${TIME_LIMIT_MS / 1000}`, `--fsize=${OUTPUT_BYTES}`, '--core=0'];
  const ran = await runProgram('prlimit', [...limits, program, ...args], { signal, limitMs, maxBytes });
  if (ran.code === 127 || /failed to execute/.test(ran.stderr)) throw new MantelError('internal', `${program} is not installed on this computer. Install ${PACKAGES[program]} and start again.`);
  return ran;
}

/** Calls `work` with a private folder in which the picture lies as a file, and removes the folder. */
export async function asFile<T>(source: Buffer | string, { temp, signal }: Desk, work: (file: string, folder: string) => Promise<T>): Promise<T> {
  const folder = join(temp, randomUUID());
  await mkdir(folder, { mode: 0o700 });
  try {
    const file = typeof source === 'string' ? source : join(folder, 'picture');
    if (typeof source !== 'string') await writeFile(file, source, { signal });
    return await work(file, folder);
  } finally { await rm(folder, { recursive: true, force: true }); }
}
