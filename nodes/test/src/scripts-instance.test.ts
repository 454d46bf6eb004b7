import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { foreground, freePort, healthy, house, library, pidOf, processes, root, script, until } from './scripts/commands.ts';

const home = house();
afterAll(() => home.close());

it('comes up, hands out a first-run address, survives a second start untouched, and stops without a trace', async () => {
  const data = home.folder('one'), port = await freePort();
  const first = await home.start(['--data', data, '--port', String(port)]);
  expect(first, first.err).toMatchObject({ code: 0 });
  const code = readFileSync(join(data, 'state/first-run.code'), 'utf8').trim();
  expect(first.out).toMatch(new RegExp(`^http://[^/]+:${port}/setup\\?code=`));
  expect(new URL(first.out.trim()).searchParams.get('code')).toBe(code);
  expect(await healthy(port)).toBe(true);

  const before = processes(`${data}/state`);
  for (const part of ['God Daemon', 'nats-server', 'coordinator/src/main.ts', 'worker/src/main.ts']) expect(before.some((p) => p.command.includes(part)), part).toBe(true);
  if (root) expect(before.filter((p) => p.uid === 0)).toEqual([]);
  expect(statSync(join(data, 'state')).mode & 0o077).toBe(0);

  const began = Date.now();
  const second = await script('start', ['--data', data]); // remembers its port
  expect(second).toMatchObject({ code: 0, out: first.out });
  expect(Date.now() - began).toBeLessThan(10_000);
  const main = ['God Daemon', 'nats-server', 'coordinator/src/main.ts', 'worker/src/main.ts'];
  expect(main.map((part) => pidOf(`${data}/state`, part))).toEqual(main.map((part) => before.find((p) => p.command.includes(part))?.pid));

  const moved = await script('start', ['--data', data, '--port', String(port === 65535 ? 1024 : port + 1)]);
  expect(moved.code).toBe(1);
  expect(moved.err).toContain(`runs already, on port ${port}`);

  expect(await script('stop', ['--data', data])).toMatchObject({ code: 0, err: 'Mantel is stopped.\n' });
  expect(processes(`${data}/state`)).toEqual([]);
  expect(await script('stop', ['--data', data])).toMatchObject({ code: 0, err: 'Nothing runs there.\n' });
});

it('two instances live side by side; stopping one leaves the other', async () => {
  const a = home.folder('a'), b = home.folder('b'), portA = await freePort();
  expect(await home.start(['--data', a, '--port', String(portA)])).toMatchObject({ code: 0 });
  const taken = await script('start', ['--data', b, '--port', String(portA)]);
  expect(taken.code).toBe(1);
  expect(taken.err).toContain('Another Mantel runs on port');
  const portB = await freePort();
  expect(await home.start(['--data', b, '--port', String(portB)])).toMatchObject({ code: 0 });
  expect(await Promise.all([healthy(portA), healthy(portB)])).toEqual([true, true]);
  await script('stop', ['--data', a]);
  expect(await Promise.all([healthy(portA), healthy(portB)])).toEqual([false, true]);
  expect(processes(`${a}/state`)).toEqual([]);
  await script('stop', ['--data', b]);
});

it('keeps its sockets short and its state elsewhere, and finds both again', async () => {
  const data = home.folder(`long-${'x'.repeat(120)}`), state = home.folder(`state-${'y'.repeat(120)}`), port = await freePort();
  const first = await home.start(['--data', data, '--state', state, '--port', String(port)]);
  expect(first, first.err).toMatchObject({ code: 0 });
  expect(existsSync(join(data, 'state'))).toBe(false);
  expect(existsSync(join(state, 'mantel.db'))).toBe(true);
  const pid = pidOf(state, 'coordinator/src/main.ts');
  expect(pid).toBeGreaterThan(0);
  const daemon = pidOf(state, 'God Daemon') ?? 0;
  const socket = /PM2_DAEMON_RPC_PORT=([^\0]+)/.exec(readFileSync(`/proc/${daemon}/environ`, 'utf8'))?.[1] ?? '';
  expect(statSync(socket).isSocket()).toBe(true);
  expect(statSync(dirname(dirname(socket))).uid).toBe(process.getuid?.()); // root mounts there: it is root's own
  if (root) { // what the service can write does not tell root where to go or whom to run as
    const other = home.folder('elsewhere');
    mkdirSync(other);
    writeFileSync(join(data, '.mantel-state'), `${other}\n`);
    writeFileSync(join(state, 'instance.conf'), `port=${port}\nuser=daemon\ngroup=daemon\n`);
    expect(library('choose_user; echo "$STATE $RUN_USER $RUN_GROUP"', ['--data', data]).out).toBe(`${state} mantel mantel\n`);
  }
  expect(await script('start', ['--data', data])).toMatchObject({ code: 0, out: first.out });
  expect(pidOf(state, 'coordinator/src/main.ts')).toBe(pid);
  expect(await script('stop', ['--data', data])).toMatchObject({ code: 0 });
  expect(processes(state)).toEqual([]);
});

it('makes the first admin from the environment, and keeps the password nowhere', async () => {
  const data = home.folder('admin'), port = await freePort(), password = 'only for this test "\'\\ é';
  const said = await home.start(['--data', data, '--port', String(port)], { env: { MANTEL_ADMIN_EMAIL: 'ada@example.org', MANTEL_ADMIN_PASSWORD: password } });
  expect(said, said.err).toMatchObject({ code: 0 });
  expect(said.out).not.toContain('setup');
  expect(existsSync(join(data, 'state/admin.json'))).toBe(false);
  for (const { pid } of processes(`${data}/state`)) expect(readFileSync(`/proc/${pid}/environ`, 'utf8')).not.toContain('MANTEL_ADMIN');
  const login = await fetch(`http://127.0.0.1:${port}/api/v1/auth/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ email: 'ada@example.org', password }) });
  expect(login.status).toBe(200);

  // killed processes come back; a killed pm2 leaves orphans, which stop ends all the same
  const dead = pidOf(`${data}/state`, 'coordinator/src/main.ts') ?? 0;
  process.kill(dead, 'SIGKILL');
  await until('the coordinator is back', async () => pidOf(`${data}/state`, 'coordinator/src/main.ts') !== dead && healthy(port));
  process.kill(pidOf(`${data}/state`, 'God Daemon') ?? 0, 'SIGKILL');
  expect(await script('stop', ['--data', data])).toMatchObject({ code: 0 });
  expect(processes(`${data}/state`)).toEqual([]);
});

it('--foreground stays, and SIGTERM ends everything', async () => {
  const data = home.folder('front'), port = await freePort();
  const front = foreground(['--data', data, '--port', String(port)]);
  try {
    await once(front.stdout!, 'data', { signal: AbortSignal.timeout(60_000) });
    expect(await healthy(port)).toBe(true);
    const ended = once(front, 'exit', { signal: AbortSignal.timeout(40_000) });
    front.kill('SIGTERM');
    expect((await ended)[0]).toBe(0);
    expect(processes(`${data}/state`)).toEqual([]);
  } finally {
    front.kill('SIGTERM');
    await script('stop', ['--data', data]);
  }
});
