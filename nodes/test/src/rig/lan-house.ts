// A whole house on a LAN of its own: nats-server and coordinator on `nas`, workers on `pc1` and `pc2`, each a process that can be killed, stopped, or cut off.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { addWorker, openCluster, pairedFile, type WorkerEntry } from '@mantel/coordinator/cluster/cluster.ts';
import { writeNatsConf } from '@mantel/coordinator/cluster/nats-conf.ts';
import { newSeed, publicKey } from '@mantel/runtime/keys.ts';
import { databaseFile } from '@mantel/coordinator/db/database.ts';
import type { Child } from './children.ts';
import type { Door, DoorOptions } from './coordinator-process.ts';
import { ADDRESS, type Host, openLan } from './lan.ts';

const PORT = 2283;
const ADMIN = { email: 'ann@example.com', password: 'correct horse battery' };
const FLAGS = ['--disable-warning=ExperimentalWarning'];
const fileOf = (module: string): string => fileURLToPath(import.meta.resolve(module));

/** `module`: another program than the product's worker, told the same things. */
export interface Spare { host: Host; slots: number; module?: string; env?: NodeJS.ProcessEnv; flags?: string[]; /** Let in, but not there: the test speaks for it. */ absent?: boolean }
export interface LanWorker { host: Host; entry: WorkerEntry; /** The process of now. */ child: Child; /** All lines, of earlier processes too. */ lines(): string[] }
/** One step of one job: `became` is its state afterwards. `at`: ms since 1970. */
export interface Step { n: number; at: number; job: number; was: string; became: string; worker: string | null; attempt: number }

export async function openLanHouse({ leaseMs, spares, discovery = false }: { leaseMs: number; spares: Spare[]; discovery?: boolean }) {
  const dir = mkdtempSync(join(tmpdir(), 'mantel-lan-'));
  const [data, state] = [join(dir, 'data'), join(dir, 'state')];
  const door = join(dir, 'door');
  const cluster = await openCluster(state);
  const seeds = spares.map(newSeed);
  const entries = spares.map((s, i) => addWorker(cluster, publicKey(seeds[i]!), `${s.host} ${i}`));
  writeNatsConf(cluster);
  const lan = openLan();
  const stop = async (): Promise<void> => {
    await lan.close();
    rmSync(dir, { recursive: true, force: true });
  };

  const startNats = async (): Promise<Child> => {
    const nats = lan.on('nas', 'nats-server', ['-c', join(state, 'nats', 'nats.conf')]);
    await nats.line((l) => l.includes('Server is ready'));
    return nats;
  };
  const startCoordinator = async (): Promise<Child> => {
    rmSync(door, { force: true }); // a killed process leaves its socket
    const options: DoorOptions = { data, state, port: PORT, uiDist: join(dir, 'no-ui'), leaseMs, admin: ADMIN, door, discovery };
    const coordinator = lan.on('nas', process.execPath, [...FLAGS, fileOf('./coordinator-process.ts')], { MANTEL_RIG: JSON.stringify(options), TMPDIR: dir });
    await coordinator.line((l) => l.includes('the door is open'), 60_000);
    return coordinator;
  };
  const start = (i: number): Child => {
    const { host, slots, module = '@mantel/worker/main.ts', env, flags = [] } = spares[i]!;
    const temp = join(dir, `tmp-${i}`);
    mkdirSync(temp, { recursive: true });
    const paired = join(dir, `paired-${i}.json`);
    writeFileSync(paired, JSON.stringify(pairedFile(cluster, entries[i]!, seeds[i]!, { host: ADDRESS.nas, port: PORT })), { mode: 0o600 });
    return lan.on(host, process.execPath, [...FLAGS, ...flags, fileOf(module)], { MANTEL_PAIRED: paired, MANTEL_SLOTS: String(slots), MANTEL_LOG: 'info', TMPDIR: temp, ...env });
  };
  const atWork = (c: Child): Promise<string> => c.line((l) => l.includes('"at work"'), 60_000);

  const ask = <N extends keyof Door>(name: N, body: Parameters<Door[N]>[0]): Promise<Awaited<ReturnType<Door[N]>>> => new Promise((resolve, reject) => {
    const req = request({ socketPath: door, path: `/${name}`, method: 'POST', agent: false, timeout: 20_000 }, (res) => {
      let text = '';
      res.setEncoding('utf8').on('data', (part: string) => { text += part; }).on('error', reject).on('end', () => { if (res.statusCode === 200) resolve(JSON.parse(text) as never); else reject(new Error(text)); });
    });
    req.on('error', reject).on('timeout', () => req.destroy(new Error('nobody answers at the door'))).end(JSON.stringify(body));
  });

  try {
    let nats = await startNats();
    let coordinator = await startCoordinator();
    const workers = spares.map(({ host }, i): LanWorker => {
      const before: Child[] = [];
      let now = spares[i]!.absent ? lan.on(host, 'true', []) : start(i);
      return { host, entry: entries[i]!, get child() { return now; }, set child(c) { before.push(now); now = c; }, lines: () => [...before, now].flatMap((c) => c.lines) };
    });
    await Promise.all(workers.map((w, i) => (spares[i]!.absent ? undefined : atWork(w.child))));
    const db = new DatabaseSync(databaseFile(state), { readOnly: true });
    return {
      dir, state, cluster, lan, workers, ask, leaseMs,
      get nats() { return nats; },
      get coordinator() { return coordinator; },
      /** The state of things, read past all our code. */
      sql: <T>(query: string, ...args: (string | number)[]): T[] => db.prepare(query).all(...args) as T[],
      steps: (after = 0): Step[] => db.prepare('select * from rig_step where n > ? order by n').all(after) as unknown as Step[],
      /** The first step that fits, now or within `ms`. */
      async step(fits: (s: Step) => boolean, ms: number): Promise<Step> {
        for (const until = Date.now() + ms; ;) {
          const found = this.steps().find(fits);
          if (found) return found;
          if (Date.now() > until) throw new Error(`no job did this in ${ms} ms; the last steps: ${this.steps().slice(-12).map((s) => `${s.job}:${s.was}>${s.became}@${s.worker}`).join(' ')}`);
          await new Promise((r) => { setTimeout(r, 10); });
        }
      },
      worker: (id: string | null): LanWorker => workers.find((w) => w.entry.id === id)!,
      /** A new process in the place of one that ended. */
      async startWorker(i: number): Promise<void> {
        workers[i]!.child = start(i);
        await atWork(workers[i]!.child);
      },
      killNats: (): Promise<number | null> => nats.kill(),
      startNats: async (): Promise<void> => { nats = await startNats(); },
      killCoordinator: (): Promise<number | null> => coordinator.kill(),
      startCoordinator: async (): Promise<void> => { coordinator = await startCoordinator(); },
      async signIn(): Promise<string> {
        const { status, json } = await ask('api', { method: 'POST', path: '/auth/login', body: ADMIN });
        if (status !== 200) throw new Error(`signing in was answered with ${status}`);
        return (json as { token: string }).token;
      },
      async close(): Promise<void> {
        db.close();
        await stop();
      },
    };
  } catch (e) {
    await stop();
    throw e;
  }
}
export type LanHouse = Awaited<ReturnType<typeof openLanHouse>>;
