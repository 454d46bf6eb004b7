// A reader thread: its own read-only handle, statements prepared once. Only named reads can be asked; no SQL text crosses the border.
import { parentPort, workerData } from 'node:worker_threads';
import Native from 'better-sqlite3';
import { READS, type ReadName } from './reads.ts';
import { statementsOf } from './statements.ts';

const db = new Native((workerData as { file: string }).file, { readonly: true });
db.pragma('query_only = ON');
db.pragma('mmap_size = 1073741824');
const prepare = statementsOf(db);

parentPort?.on('message', (m: { id: number; name: ReadName; args: never }) => {
  try {
    const value = READS[m.name](prepare, m.args) as unknown;
    parentPort?.postMessage({ id: m.id, value }, value instanceof Uint8Array ? [value.buffer as ArrayBuffer] : []);
  } catch (e) {
    parentPort?.postMessage({ id: m.id, error: e instanceof Error ? e.message : String(e) });
  }
});
