// One transfer on a host of the LAN, in a process of its own. MANTEL_TASK says which; the last line is what it took.
import { createHash } from 'node:crypto';
import { createReadStream, rmSync } from 'node:fs';
import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import { connect, createServer } from 'node:tls';
import { ByteClient, type Peer } from '@mantel/runtime/bytes.ts';
import { inputOptions } from '@mantel/worker/executors/preview/ffmpeg.ts';
import { runProgram } from '@mantel/worker/run-program.ts';

export type Task =
  | { do: 'get' | 'put'; peer: Peer; path: string; file: string; /** Times before the one that counts: a worker runs for weeks. */ warm?: number }
  /** Reads from a bare TLS server to its end; nothing is written. */
  | { do: 'raw-get'; peer: Peer; warm?: number }
  /** That server: `bytes` to everybody who connects. */
  | { do: 'raw-serve'; key: string; cert: string; port: number; bytes: number }
  /** Every frame of a video, as the worker's ffmpeg reads it. */
  | { do: 'frames'; url: string; ca?: { file: string; name: string } };
/** `sum`: SHA-256 of the file, or of all frames. `peakMb`: of this process. */
export interface Took { ms: number; peakMb: number; sum?: string; code?: number | null; error?: string }

const task = JSON.parse(process.env.MANTEL_TASK ?? '') as Task;
const sumOf = async (file: string): Promise<string> => {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
};

async function transfer(): Promise<Omit<Took, 'peakMb'>> {
  let began = performance.now();
  const ms = (): number => performance.now() - began;
  switch (task.do) {
    case 'get':
    case 'put': {
      const client = new ByteClient(task.peer);
      for (let left = task.warm ?? 0; left >= 0; left--) {
        began = performance.now();
        await (task.do === 'get' ? client.getToFile(task.path, task.file) : client.putFile(task.path, task.file));
        if (left > 0 && task.do === 'get') rmSync(task.file);
      }
      const took = ms();
      client.close();
      return { ms: took, sum: await sumOf(task.file) };
    }
    case 'raw-get': {
      const { host, port, cert: ca } = task.peer;
      for (let left = task.warm ?? 0; left >= 0; left--) {
        const socket = connect({ host, port, ca, checkServerIdentity: () => undefined });
        await once(socket, 'secureConnect');
        began = performance.now();
        socket.resume();
        await once(socket, 'end');
      }
      return { ms: ms() };
    }
    case 'raw-serve': {
      const block = Buffer.alloc(1 << 20, 'raw');
      createServer({ key: task.key, cert: task.cert }, (socket) => {
        socket.on('error', () => undefined);
        let left = task.bytes;
        const more = (): void => {
          for (let room = true; room && left > 0; left -= block.length) room = socket.write(left < block.length ? block.subarray(0, left) : block);
          if (left <= 0) socket.end();
        };
        socket.on('drain', more);
        more();
      }).listen(task.port, () => console.log('listening'));
      await once(process, 'SIGTERM');
      return { ms: 0 };
    }
    case 'frames': {
      const { code, stdout, stderr } = await runProgram('ffmpeg', ['-nostdin', '-v', 'error', ...inputOptions(task), '-map', '0:v', '-f', 'framemd5', 'pipe:1'], { signal: new AbortController().signal, limitMs: 60_000, maxBytes: 8 << 20 });
      return { ms: ms(), code, sum: createHash('sha256').update(stdout).digest('hex'), ...(stderr ? { error: stderr.slice(-500) } : {}) };
    }
  }
}
const took = await transfer().catch((e: unknown): Omit<Took, 'peakMb'> => ({ ms: 0, error: String(e) }));
console.log(`took ${JSON.stringify({ ...took, peakMb: process.resourceUsage().maxRSS / 1000 } satisfies Took)}`);
