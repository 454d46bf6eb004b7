// Who may work for this house. The one owner of workers.json in a running coordinator: it changes the file, the list, the NATS configuration and the server that runs, one change after the other.
import { randomBytes } from 'node:crypto';
import { MantelError } from '@mantel/contracts/errors.ts';
import { nodeIdOf } from '@mantel/runtime/keys.ts';
import { type Cluster, saveWorkers, type WorkerEntry } from './cluster.ts';
import { prepareNatsConf, reloadNatsAndWait } from './nats-conf.ts';

/** More than any house has. */
export const MAX_WORKERS = 200;

const AGAIN_MS = 1000;
const AGAIN_MAX_MS = 60_000;

/** Each change resolves when the running server knows of it. */
export function createMembers(cluster: Cluster, { reload = reloadNatsAndWait, againMs = AGAIN_MS }: { reload?: (c: Cluster, o?: { ifOld?: boolean }) => Promise<void>; againMs?: number } = {}) {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = last.then(work, work);
    last = mine.catch(() => undefined);
    return mine;
  };
  const barred = new Set<string>();
  let again: NodeJS.Timeout | undefined;
  /** The server did not hear of a change: it is told until it has. */
  const tellLater = (ms: number): void => {
    again ??= setTimeout(() => {
      again = undefined;
      void inTurn(() => reload(cluster)).catch(() => tellLater(Math.min(ms * 2, AGAIN_MAX_MS)));
    }, ms);
    again.unref();
  };
  const write = async (workers: WorkerEntry[]): Promise<void> => {
    const use = await prepareNatsConf(cluster, workers.filter((w) => !barred.has(w.id))); // what nats-server would not read changes nothing
    saveWorkers(cluster, workers);
    cluster.workers.splice(0, cluster.workers.length, ...workers); // in its place: others hold this list
    use();
  };
  const become = async (workers: WorkerEntry[], ifOld = false): Promise<void> => {
    await write(workers);
    try { await reload(cluster, { ifOld }); } catch (e) {
      tellLater(againMs);
      throw e;
    }
  };
  return {
    list: (): readonly WorkerEntry[] => cluster.workers,
    /** Lets a worker in, or back in: a key that is known keeps its token. */
    admit: ({ nkey, name, claim }: { nkey: string; name: string; claim?: NonNullable<WorkerEntry['claim']> }): Promise<WorkerEntry> => inTurn(async () => {
      const id = nodeIdOf(nkey);
      const known = cluster.workers.find((w) => w.id === id);
      if (known && known.nkey !== nkey) throw new MantelError('conflict', 'Another computer has this id already. Let that computer make a new key.');
      if (!known && cluster.workers.length >= MAX_WORKERS) throw new MantelError('too_many_workers');
      const entry: WorkerEntry = { ...(known ?? { id, nkey, token: randomBytes(24).toString('base64url'), name, local: false }), ...(claim ? { claim } : {}) };
      const before = [...cluster.workers];
      try { await become(known ? before.map((w) => (w.id === id ? entry : w)) : [...before, entry]); } catch (e) {
        await write(before); // the admin heard that it failed: then nobody is in
        throw e;
      }
      return entry;
    }),
    /** Its key and its token are worth nothing any more, and its connection is closed. undefined: there was none. Throws when the server does not listen: it is out all the same, and the server is told later. */
    revoke: (id: string): Promise<WorkerEntry | undefined> => inTurn(async () => {
      const entry = cluster.workers.find((w) => w.id === id);
      if (entry?.local) throw new MantelError('own_worker');
      if (entry) await become(cluster.workers.filter((w) => w.id !== id));
      return entry;
    }),
    /** nats-server knows keys only, so it need not hear of this. */
    rename: (id: string, name: string): Promise<void> => inTurn(async () => {
      const workers = cluster.workers.map((w) => (w.id === id ? { ...w, name } : w));
      saveWorkers(cluster, workers);
      cluster.workers.splice(0, cluster.workers.length, ...workers);
    }),
    /** Its key is worth nothing, for now; its token stays. Ends with a restart of the house. */
    bar: (id: string, on: boolean): Promise<void> => inTurn(async () => {
      if (on) barred.add(id);
      else barred.delete(id);
      await become([...cluster.workers]);
    }),
    /** At the start: a stop between the file and the server is made good. */
    mend: (): Promise<void> => inTurn(() => become([...cluster.workers], true)),
  };
}
export type Members = ReturnType<typeof createMembers>;
