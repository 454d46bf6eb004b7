// A coordinator process of its own, to be killed and started again over the same folders, with the nats-server that outlives it.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCluster } from '@mantel/coordinator/cluster/cluster.ts';
import { writeNatsConf } from '@mantel/coordinator/cluster/nats-conf.ts';
import { ADMIN, must } from '../rig.ts';
import { type Answer, ask } from './ask.ts';
import { type Child, node, startNats } from './children.ts';

export interface MortalHouse {
  /** Everything of this house lies here; tests may put more into it. */
  dir: string;
  data: string;
  port: number;
  /** Starts it (again) and waits until it answers. */
  boot: () => Promise<void>;
  /** SIGKILL, and the end of the process. */
  kill: () => Promise<void>;
  /** The process of this moment. */
  process: () => Child;
  /** The admin's session, good over all kills. */
  login: () => Promise<string>;
  close: () => Promise<void>;
}

const JSON_BODY = { 'content-type': 'application/json' };
const freePort = (): Promise<number> => new Promise((resolve) => {
  const probe = createServer().listen(0, '127.0.0.1', () => {
    const found = (probe.address() as { port: number }).port;
    probe.close(() => resolve(found));
  });
});

export async function openMortalHouse(name: string): Promise<MortalHouse> {
  const dir = mkdtempSync(join(tmpdir(), `mantel-${name}-`));
  const [data, state] = [join(dir, 'data'), join(dir, 'state')];
  writeNatsConf(await openCluster(state));
  const nats = await startNats(state);
  const port = await freePort();
  let child: Child | undefined;
  const kill = async (): Promise<void> => { await child?.kill('SIGKILL'); };
  return {
    dir, data, port, kill,
    process: () => child!,
    async boot() {
      child = node('@mantel/coordinator/main.ts', { MANTEL_DATA: data, MANTEL_STATE: state, MANTEL_PORT: String(port), MANTEL_LOG: 'info', MANTEL_ADMIN_EMAIL: ADMIN.email, MANTEL_ADMIN_PASSWORD: ADMIN.password });
      await child.line((l) => l.includes('Server listening'));
    },
    async login() {
      const answer = must(await ask(port, { method: 'POST', path: '/api/v1/auth/login', headers: JSON_BODY, body: JSON.stringify(ADMIN) }), 200);
      return answer.json.token as string;
    },
    async close() {
      await kill();
      await nats.kill();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Requests of one session. */
export const apiOf = (port: number, token: string) => (method: string, path: string, body?: object): Promise<Answer> =>
  ask(port, { method, path: `/api/v1${path}`, headers: { authorization: `Bearer ${token}`, ...(body ? JSON_BODY : {}) }, ...(body ? { body: JSON.stringify(body) } : {}) });
