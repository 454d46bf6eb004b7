import { fileURLToPath } from 'node:url';
import type { ExifTool } from 'exiftool-vendored';

const TASK_MS = 20_000;
/** It inflates what a file asks it to: a megabyte of PNG text to three gigabytes (measured). Fifty megabytes of text take 150. Beyond this it ends, in less than a second, and is started anew. */
const MEMORY = 512 << 20;
/** Teaches it our own tags: it must come first. */
const CONFIG = fileURLToPath(new URL('./sidecar/mantel.exiftool', import.meta.url));
export interface Exiftool {
  /** The one process, started with the first question. Rejects after `close`. */
  tool(): Promise<ExifTool>;
  close(): Promise<void>;
}

/** Owns the exiftool process of this house, for reading and writing: one task at a time with a time limit and one more try, replaced when it dies or has done 2000 tasks. */
export function createExiftool(): Exiftool {
  let tool: ExifTool | null = null;
  let closed = false;
  return {
    async tool() {
      if (tool) return tool;
      const { ExifTool: Tool, exiftoolPath } = await import('exiftool-vendored'); // 100 ms of loading that most starts do not need
      const program = await exiftoolPath(); // nothing is awaited between the look at `tool` and its setting: there must be one
      if (closed) throw new Error('exiftool was closed');
      return (tool ??= new Tool({
        maxProcs: 1, maxTasksPerProcess: 2000, taskTimeoutMillis: TASK_MS, spawnTimeoutMillis: TASK_MS, taskRetries: 1,
        // a program that is killed takes its exiftool with it: by itself it would wait for questions for ever
        exiftoolPath: 'setpriv', exiftoolArgs: ['--pdeathsig', 'KILL', 'prlimit', `--as=${MEMORY}`, program, '-config', CONFIG, '-stay_open', 'True', '-@', '-'],
        // PM2_HOME marks the instance that it belongs to: scripts/stop would find it by that if it were left behind all the same
        exiftoolEnv: { PATH: process.env.PATH ?? '/usr/bin:/bin', TZ: 'UTC', LC_ALL: 'C', ...(process.env.PM2_HOME ? { PM2_HOME: process.env.PM2_HOME } : {}) },
      }));
    },
    async close() {
      closed = true;
      await tool?.end(true);
      tool = null;
    },
  };
}
