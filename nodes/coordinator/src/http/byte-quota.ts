// What one lease and one worker may move at most. A good worker sends each output once, or a few times when the line breaks; what is beyond that only fills disk and line.
import { MantelError } from '@mantel/contracts/errors.ts';

const PUTS_PER_LEASE = 20;
/** Times the size of all outputs of that kind. */
const BYTES_PER_LEASE = 4;
const OPEN_PUTS = 32;
const OPEN_GETS = 128;
const MANY = 1000;
/** An output must come in this time, whatever its size, and not slower than this. */
const SLACK_MS = 30_000;
const SLOWEST = 50_000 / 1000; // bytes per ms

interface Spent { worker: string; puts: number; bytes: number }

export function createByteQuota(isLive: (worker: string, token: string) => boolean) {
  const spent = new Map<string, Spent>();
  const open = { put: new Map<string, number>(), get: new Map<string, number>() };
  const enter = (which: 'put' | 'get', worker: string, most: number): (() => void) => {
    const n = open[which].get(worker) ?? 0;
    if (n >= most) throw new MantelError('rate_limited', 'This worker moves too many files at once.');
    open[which].set(worker, n + 1);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const now = (open[which].get(worker) ?? 1) - 1;
      if (now > 0) open[which].set(worker, now);
      else open[which].delete(worker);
    };
  };
  return {
    /** Counts an output; the answer is to be called when it ended. `whole`: bytes of all outputs of such a job at most. Throws `rate_limited`. */
    put(worker: string, lease: string, length: number, whole: number): () => void {
      if (spent.size > MANY) for (const [token, s] of spent) if (!isLive(s.worker, token)) spent.delete(token);
      const s = spent.get(lease) ?? { worker, puts: 0, bytes: 0 };
      if (s.puts >= PUTS_PER_LEASE || s.bytes + length > whole * BYTES_PER_LEASE) throw new MantelError('rate_limited', 'This job has sent more than such a job may.');
      const leave = enter('put', worker, OPEN_PUTS);
      spent.set(lease, { worker, puts: s.puts + 1, bytes: s.bytes + length });
      return leave;
    },
    get: (worker: string): (() => void) => enter('get', worker, OPEN_GETS),
    limitMs: (length: number): number => SLACK_MS + length / SLOWEST,
  };
}
