// What crashes leave behind: processes whose keeper is gone, and folders of a start that came to nothing.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, openAsBlob, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { CHECKOUT, freePort, healthy, house, pidOf, processes, root, script, until } from './scripts/commands.ts';

const home = house();
afterAll(() => home.close());
const ADMIN = { MANTEL_ADMIN_EMAIL: 'ada@example.org', MANTEL_ADMIN_PASSWORD: 'only for this test' };
const kill = (pid: number | undefined): void => { expect(pid).toBeGreaterThan(1); process.kill(pid!, 'SIGKILL'); };
const alive = (pid: number): boolean => existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
const childrenOf = (pid: number): number[] => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);

/** A photo that only exiftool reads completely: the coordinator keeps its process afterwards. */
async function wakeExiftool(port: number): Promise<void> {
  const json = { 'content-type': 'application/json' };
  const login = await fetch(`http://127.0.0.1:${port}/api/v1/auth/login`, { method: 'POST', headers: json, body: JSON.stringify({ email: ADMIN.MANTEL_ADMIN_EMAIL, password: ADMIN.MANTEL_ADMIN_PASSWORD }) });
  const { token } = (await login.json()) as { token: string };
  const form = new FormData();
  form.set('file', await openAsBlob(join(CHECKOUT, 'nodes/coordinator/fixtures/apple-creationdate.mov')), 'film.mov');
  const sent = await fetch(`http://127.0.0.1:${port}/api/v1/assets`, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body: form });
  expect(sent.ok, await sent.text()).toBe(true);
}

it('exiftool goes with a coordinator that is killed', async () => {
  const data = home.folder('exiftool'), state = `${data}/state`, port = await freePort();
  const said = await home.start(['--data', data, '--port', String(port)], { env: ADMIN });
  expect(said, said.err).toMatchObject({ code: 0 });
  await wakeExiftool(port);
  const dead = pidOf(state, 'coordinator/src/main.ts')!;
  const exiftool = childrenOf(dead);
  expect(exiftool.length).toBeGreaterThan(0);
  kill(dead);
  await until('the coordinator is back', async () => pidOf(state, 'coordinator/src/main.ts') !== dead && healthy(port));
  expect(exiftool.filter(alive)).toEqual([]);
  const stopped = await script('stop', ['--data', data]);
  expect(stopped).toMatchObject({ code: 0, err: 'Mantel is stopped.\n' });
  expect(processes(state)).toEqual([]);
});

it('after the death of pm2 start ends what is left and starts again, and stop says what it ended', async () => {
  const data = home.folder('keeper'), state = `${data}/state`, port = await freePort();
  const first = await home.start(['--data', data, '--port', String(port)]);
  expect(first, first.err).toMatchObject({ code: 0 });
  const pids = (): number[] => processes(state).map((p) => p.pid);
  const before = pids();
  kill(pidOf(state, 'God Daemon'));
  expect(await healthy(port)).toBe(true);
  const again = await script('start', ['--data', data]);
  expect(again, again.err).toMatchObject({ code: 0, out: first.out });
  expect(again.err).toContain('left behind were ended first: 3.');
  expect(await healthy(port)).toBe(true);
  expect(pids().filter((pid) => before.includes(pid))).toEqual([]);
  for (const part of ['God Daemon', 'nats-server', 'coordinator/src/main.ts', 'worker/src/main.ts']) expect(processes(state).filter((p) => p.command.includes(part)), part).toHaveLength(1);

  kill(pidOf(state, 'God Daemon'));
  const stopped = await script('stop', ['--data', data]);
  expect(stopped).toMatchObject({ code: 0, err: 'Mantel is stopped. Its keeper (pm2) was gone; processes that it had left behind and that were ended: 3.\n' });
  expect(processes(state)).toEqual([]);
  expect(await script('stop', ['--data', data])).toMatchObject({ code: 0, err: 'Nothing runs there.\n' });
});

it('a start that comes to nothing takes the folders away that it made, and no others', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  try {
    const top = home.folder('fails');
    mkdirSync(join(top, 'mine'), { recursive: true });
    if (root) execFileSync('chmod', ['0755', top]);
    const taken = ['--port', String(port)];
    for (const args of [['--data', join(top, 'new/deep'), ...taken], ['--data', join(top, 'new'), '--state', join(top, 'elsewhere/state'), ...taken], ['--data', join(top, 'mine'), ...taken], ['--data', join(top, 'new'), '--user', 'nobody-of-that-name'], ['--data', join(top, 'new'), '--group', 'no-group-of-that-name']]) {
      const said = await script('start', args);
      expect(said, said.err).toMatchObject({ code: 1, out: '' });
      expect(said.err).toMatch(/is used by another program|There is no (user|such group)|need root/);
      expect(said.err).not.toContain('stopped at line');
      expect(execFileSync('find', ['.', '-mindepth', '1'], { cwd: top, encoding: 'utf8' })).toBe('./mine\n');
    }
  } finally {
    other.close();
  }
});
