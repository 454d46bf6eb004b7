import { readdir, readFile } from 'node:fs/promises';

/** What an empty plugin-runner takes by itself; `memoryMb` of a manifest comes on top. */
const RUNNER_MB = 64;
const EVERY = 250, PROCESSES = 48;

async function childrenOf(pid: number): Promise<number[]> {
  const tasks = await readdir(`/proc/${pid}/task`).catch(() => []);
  const lists = await Promise.all(tasks.map((t) => readFile(`/proc/${pid}/task/${t}/children`, 'utf8').catch(() => '')));
  return lists.join(' ').split(/\s+/).filter(Boolean).map(Number);
}

/** `pid` and all its descendants (under bubblewrap the plugin is a grandchild). Stops counting where it would be too many anyway. */
export async function family(pid: number): Promise<number[]> {
  const all = [pid];
  for (let i = 0; i < all.length && all.length <= PROCESSES * 2; i++) all.push(...await childrenOf(all[i]!));
  return all;
}

/** MB that belong to these processes alone: heap, Buffers, shared memory; not the program's own pages. */
export async function memoryOf(pids: number[]): Promise<number> {
  const texts = await Promise.all(pids.map((p) => readFile(`/proc/${p}/status`, 'utf8').catch(() => '')));
  let kb = 0;
  for (const text of texts) for (const [, n] of text.matchAll(/^Rss(?:Anon|Shmem):\s+(\d+) kB/gm)) kb += Number(n);
  return kb / 1024;
}

/** Looks four times a second. Calls `tooMuch` once, with the reason in words. */
export function watchMemory(pid: number, memoryMb: number, tooMuch: (why: string) => void): () => void {
  let over = false;
  const look = async (): Promise<void> => {
    const pids = await family(pid);
    const used = await memoryOf(pids);
    if (over) return;
    if (pids.length > PROCESSES) tooMuch('It started too many processes.');
    else if (used > memoryMb + RUNNER_MB) tooMuch(`It used ${Math.round(used - RUNNER_MB)} MB of memory; it may use ${memoryMb} MB.`);
    else timer = setTimeout(() => void look(), EVERY).unref();
  };
  let timer = setTimeout(() => void look(), EVERY).unref();
  return () => {
    over = true;
    clearTimeout(timer);
  };
}
