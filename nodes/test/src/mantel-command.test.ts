// The mantel command and the waiting part of join.sh, on a PC whose worker was taken over: its files and links are traps for whoever types there.
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '@mantel/runtime/build.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const notRoot = process.getuid?.() !== 0;
if (notRoot) console.warn('SKIPPED: the mantel command of a PC: only root can be somebody else.');
const WHO = 'daemon'; // plays the worker: a user that is everywhere and owns nothing
const OWNER = 'nobody';

describe.skipIf(notRoot)('on a PC whose worker was taken over', () => {
  let dir: string, state: string, mantel: string, node: string;
  /** One of the two scripts, for the folders of this test. */
  const here = (file: string): string => readFileSync(join(ROOT, 'appliance', 'worker', file), 'utf8')
    .replaceAll('/opt/mantel-worker', join(dir, 'opt')).replaceAll('/var/lib/mantel-worker', state).replaceAll('WHO=mantel-worker', `WHO=${WHO}`).replaceAll('/run/systemd/system', join(dir, 'no-systemd'))
    .replaceAll('/etc/', `${join(dir, 'etc')}/`).replaceAll('/usr/local/bin/mantel', join(dir, 'mantel')).replaceAll('userdel', 'true');
  const put = (file: string, text: string): void => { rmSync(file, { force: true }); writeFileSync(file, text); chmodSync(file, 0o755); };
  const run = (args: string[], { as, env = {} }: { as?: string; env?: NodeJS.ProcessEnv } = {}): { code: number | null; text: string } => {
    const [program, ...rest] = [...(as ? ['setpriv', `--reuid=${as}`, '--clear-groups'] : []), mantel, ...args];
    const r = spawnSync(program!, rest, { encoding: 'utf8', timeout: 15_000, env: { PATH: `${join(dir, 'bin')}:${process.env.PATH}`, HOME: dir, MANTEL_TOKEN: 'the admin\'s own', ...env } });
    return { code: r.status, text: `${r.stdout}${r.stderr}` };
  };
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'mantel-command-'));
    chmodSync(dir, 0o755);
    state = join(dir, 'state');
    for (const d of ['state', 'bin', 'opt/versions/v/bin']) mkdirSync(join(dir, d), { recursive: true });
    chownSync(state, Number(execFileSync('id', ['-u', WHO])), Number(execFileSync('id', ['-g', WHO])));
    chmodSync(state, 0o700);
    symlinkSync('v', join(dir, 'opt/versions/current'));
    node = join(dir, 'opt/versions/v/bin/node');
    put(node, '#!/bin/sh\nid -un; env; exit ${RC:-0}\n');
    mantel = join(dir, 'mantel');
    put(mantel, here('mantel'));
  });
  afterEach(() => { rmSync(dir, { recursive: true, force: true }); });

  test('its program never runs as the person who types, and learns nothing of them', () => {
    put(join(dir, 'bin/sudo'), '#!/bin/sh\necho "sudo $*"\n');
    expect(run(['worker', 'status'], { as: OWNER })).toEqual({ code: 0, text: `sudo -- ${mantel} worker status\n` });
    const said = run(['worker', 'status']);
    expect(said.text.split('\n')[0]).toBe(WHO);
    expect(said.text).not.toMatch(/admin's own|HOME=(?!.*state)/);
    for (const other of [['status'], ['login'], []]) expect(run(other, { as: OWNER }).text).toMatch(/^On this computer: sudo mantel worker/);
    expect([run(['upload']).code, run([]).code, run(['--help']).code]).toEqual([2, 0, 0]);
  });

  test('what it prints cannot speak to the terminal, and it has none to type into', () => {
    put(node, '#!/bin/sh\nprintf "\\033]0;x\\007ok\\n"; cut -d" " -f 6 </proc/$$/stat; echo $$; tty || true\n');
    const [first, session, pid, tty] = run(['worker', 'status']).text.split('\n');
    expect([first, session, tty]).toEqual([']0;xok', pid, 'not a tty']);
  });

  test('root writes and reads nowhere that its links lead, and no pipe holds it up', () => {
    const secret = join(dir, 'secret');
    writeFileSync(secret, 'of root', { mode: 0o600 });
    execFileSync('mkfifo', [join(state, 'launcher.pid')]);
    for (const name of ['left', 'worker.log']) symlinkSync(secret, join(state, name));
    expect(run(['worker', 'log']).text).not.toContain('of root');
    run(['worker', 'stop']);
    expect(run(['worker', 'leave'])).toMatchObject({ code: 0, text: expect.stringContaining('has left') });
    expect(readFileSync(secret, 'utf8')).toBe('of root');
  });

  test('a house that did not hear the good-bye is named, and the exit code says so', () => {
    writeFileSync(join(state, 'paired.json'), '{}');
    put(node, '#!/bin/sh\necho "Remove it in Admin → Nodes too."; exit 3\n');
    expect(run(['worker', 'leave'])).toMatchObject({ code: 3, text: expect.stringMatching(/Remove it in Admin[^]*has left/) });
    expect([existsSync(join(state, 'paired.json')), existsSync(join(state, 'left'))]).toEqual([false, true]);
    rmSync(join(state, 'left'));
    put(node, '#!/bin/sh\necho "The worker does not run"; exit 1\n');
    expect(run(['worker', 'leave']).code).toBe(1);
    expect(existsSync(join(state, 'left'))).toBe(false);
  });

  test('a pairing from before is not the end of joining: a worker that was removed shows its code', () => {
    const script = here('join.sh').replace(/^main <\/dev\/null\nexit\n/m, '');
    const follow = (status: string, pairing: object): string => {
      put(join(dir, 'opt/mantel'), status);
      writeFileSync(join(state, 'pairing.json'), JSON.stringify(pairing));
      chmodSync(join(state, 'pairing.json'), 0o644);
      writeFileSync(join(state, 'paired.json'), '{}');
      return spawnSync('sh', ['-c', `${script}\npaired_before=1; follow`], { encoding: 'utf8', timeout: 15_000, env: { PATH: process.env.PATH, MANTEL_JOIN_WAIT: '2' } }).stdout;
    };
    expect(follow(`#!/bin/sh\necho '{"connected":true}'\n`, {})).toMatch(/^Done\./);
    const removed = follow(`#!/bin/sh\nrm -f ${state}/paired.json; exit 1\n`, { state: 'code', code: '123456', says: 'x\u001b[31m' });
    expect(removed).toContain('The code is  123 456');
    expect(removed).not.toContain('Done.');
  });
});
