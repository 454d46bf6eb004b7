import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openCluster, settlePort } from './cluster.ts';
import { canListen, choosePort, natsRuns } from './nats-port.ts';
import { writeNatsConf } from './nats-conf.ts';

let state: string;
const servers: Server[] = [];
beforeEach(() => { state = mkdtempSync(join(tmpdir(), 'mantel-port-')); });
afterEach(async () => {
  for (const s of servers.splice(0)) await new Promise((r) => { s.close(r); });
  rmSync(state, { recursive: true, force: true });
});
async function occupy(port: number): Promise<void> {
  const server = createServer().listen(port, '0.0.0.0');
  servers.push(server);
  await once(server, 'listening');
}
const kept = (): number => Number(readFileSync(join(state, 'cluster/nats.port'), 'utf8'));

it('chooses below the ports of outgoing connections, and not one that is taken', async () => {
  for (let i = 0; i < 20; i++) {
    const port = await choosePort();
    expect(port).toBeGreaterThanOrEqual(20_000);
    expect(port).toBeLessThan(32_768);
    expect(await canListen(port)).toBe(true);
  }
  const port = await choosePort();
  await occupy(port);
  expect(await canListen(port)).toBe(false);
});

it('keeps its port while it is free, and takes another when a foreign program has it', async () => {
  const cluster = await openCluster(state);
  expect((await settlePort(await openCluster(state))).natsPort).toBe(cluster.natsPort);
  await occupy(cluster.natsPort);
  const settled = await settlePort(await openCluster(state));
  expect(settled.natsPort).not.toBe(cluster.natsPort);
  expect(kept()).toBe(settled.natsPort);
  expect(await openCluster(state)).toEqual(settled);
});

it('leaves the port alone while its own nats-server holds it; a stale process number is no server', async () => {
  const cluster = await openCluster(state);
  writeNatsConf(cluster);
  const nats = spawn('nats-server', ['-c', join(state, 'nats/nats.conf')], { stdio: ['ignore', 'ignore', 'pipe'] });
  try {
    for await (const text of nats.stderr) if (String(text).includes('Server is ready')) break;
    expect(natsRuns(state)).toBe(true);
    expect((await settlePort(cluster)).natsPort).toBe(cluster.natsPort);
  } finally {
    const gone = once(nats, 'exit');
    nats.kill('SIGKILL');
    await gone;
  }
  expect(natsRuns(state)).toBe(false);
  for (const pid of [String(process.pid), '', '1/../self', 'nats-server']) {
    writeFileSync(join(state, 'nats/nats.pid'), pid);
    expect(natsRuns(state), pid).toBe(false);
  }
});

it('setup writes the new port into the configuration and the pairing of the own worker', async () => {
  const setup = (): void => void execFileSync(process.execPath, ['--disable-warning=ExperimentalWarning', fileURLToPath(new URL('setup.ts', import.meta.url))], { env: { PATH: process.env.PATH, MANTEL_DATA: join(state, 'data'), MANTEL_STATE: state, MANTEL_PORT: '2283' }, stdio: 'pipe', timeout: 20_000 });
  const paired = (): { natsPort: number; id: string } => JSON.parse(readFileSync(join(state, 'worker/paired.json'), 'utf8')) as { natsPort: number; id: string };
  mkdirSync(join(state, 'data'));
  setup();
  const first = paired();
  await occupy(first.natsPort);
  setup();
  expect(paired()).toMatchObject({ id: first.id, natsPort: kept() });
  expect(kept()).not.toBe(first.natsPort);
  expect(readFileSync(join(state, 'nats/nats.conf'), 'utf8')).toContain(`listen: "0.0.0.0:${kept()}"`);
});
