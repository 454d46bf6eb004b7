// A house whose coordinator is a process of its own, so that what a rogue does to it can be measured: its memory, its answers, its number. On loopback.
import { appendFileSync, readFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addWorker, openCluster, pairedFile } from '@mantel/coordinator/cluster/cluster.ts';
import { choosePort } from '@mantel/coordinator/cluster/nats-port.ts';
import { writeNatsConf } from '@mantel/coordinator/cluster/nats-conf.ts';
import { newSeed, publicKey } from '@mantel/runtime/keys.ts';
import type { Paired } from '@mantel/runtime/paired.ts';
import { type Answer, ask } from './ask.ts';
import { type Child, child, node, startNats } from './children.ts';
import type { Door, DoorOptions } from './coordinator-process.ts';

const ADMIN = { email: 'ann@example.com', password: 'correct horse battery' };

export async function openRogueHouse({ workers, leaseMs = 30_000 }: { workers: string[]; leaseMs?: number }) {
  const dir = mkdtempSync(join(tmpdir(), 'mantel-rogue-'));
  const [data, state, temp, door] = ['data', 'state', 'tmp', 'door'].map((n) => join(dir, n)) as [string, string, string, string];
  mkdirSync(temp);
  const cluster = await openCluster(state);
  const seeds = workers.map(newSeed);
  const entries = workers.map((name, i) => addWorker(cluster, publicKey(seeds[i]!), name));
  writeNatsConf(cluster);
  const port = await choosePort();
  const children: Child[] = [];
  const nats = await startNats(state);
  const log = join(state, 'logs', 'nats.log');
  mkdirSync(join(state, 'logs'));
  nats.process.stderr!.on('data', (text: string) => { appendFileSync(log, text); }); // as pm2 does
  const options: DoorOptions = { data, state, port, uiDist: join(dir, 'no-ui'), leaseMs, discovery: false, admin: ADMIN, door };
  const coordinator = child(process.execPath, ['--disable-warning=ExperimentalWarning', fileURLToPath(import.meta.resolve('./coordinator-process.ts'))], { MANTEL_RIG: JSON.stringify(options), TMPDIR: dir });
  const stop = async (): Promise<void> => {
    await Promise.all([...children, coordinator, nats].map((c) => c.kill()));
    rmSync(dir, { recursive: true, force: true });
  };
  await coordinator.line((l) => l.includes('the door is open'), 60_000).catch(async (e: unknown) => {
    await stop();
    throw e;
  });
  const paired = (i: number): Paired => pairedFile(cluster, entries[i]!, seeds[i]!, { host: '127.0.0.1', port });
  const at = <N extends keyof Door>(name: N, body: Parameters<Door[N]>[0]): Promise<Awaited<ReturnType<Door[N]>>> => new Promise((resolve, reject) => {
    const req = request({ socketPath: door, path: `/${name}`, method: 'POST', agent: false }, (res) => {
      let text = '';
      res.setEncoding('utf8').on('data', (part: string) => { text += part; }).on('error', reject).on('end', () => resolve(JSON.parse(text || 'null') as never));
    });
    req.on('error', reject).end(JSON.stringify(body));
  });
  const memory = (c: Child): number => Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${c.process.pid}/status`, 'utf8'))![1]) / 1024;
  return {
    dir, data, state, cluster, port, coordinator, nats, paired, at,
    api: (method: string, path: string, token?: string, body?: unknown): Promise<Answer> => {
      const text = body === undefined ? undefined : JSON.stringify(body);
      return ask(port, { method, path: `/api/v1${path}`, headers: { ...(token ? { authorization: `Bearer ${token}` } : {}), ...(text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }) }, ...(text === undefined ? {} : { body: text }) });
    },
    admin: async (): Promise<string> => (await ask(port, { method: 'POST', path: '/api/v1/auth/login', headers: { 'content-type': 'application/json' }, body: JSON.stringify(ADMIN) })).json.token as string,
    /** MB that a process holds at the moment. */
    memoryMb: { coordinator: (): number => memory(coordinator), nats: (): number => memory(nats) },
    async spawnWorker(i: number, slots = 1): Promise<Child> {
      const file = join(dir, `paired-${i}.json`);
      writeFileSync(file, JSON.stringify(paired(i)), { mode: 0o600 });
      const worker = node('@mantel/worker/main.ts', { MANTEL_PAIRED: file, MANTEL_SLOTS: String(slots), TMPDIR: temp });
      children.push(worker);
      await worker.line((l) => l.includes('"at work"'));
      return worker;
    },
    stop,
  };
}
export type RogueHouse = Awaited<ReturnType<typeof openRogueHouse>>;
