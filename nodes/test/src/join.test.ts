// A PC that has never heard of Mantel, joined with the one line, in a LAN without internet: it needs nothing but its house.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Discovered, JoinInfo, Node } from '@mantel/contracts/models/node.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBarePc } from './rig/bare-pc.ts';
import { ADDRESS, noLan } from './rig/lan.ts';
import { type LanHouse, openLanHouse } from './rig/lan-house.ts';

const why = noLan();
if (why) console.warn(`SKIPPED: joining a PC for real: ${why}.`);
describe.skipIf(why)('a bare PC joins', { timeout: 180_000 }, () => {
  let house: LanHouse;
  let pc: Awaited<ReturnType<typeof openBarePc>>;
  let token: string;
  const root = mkdtempSync(join(tmpdir(), 'mantel-pc-'));
  beforeAll(async () => {
    house = await openLanHouse({ leaseMs: 10_000, spares: [] });
    token = await house.signIn();
    pc = await openBarePc(house.lan, 'pc1', root);
  }, 120_000);
  afterAll(async () => {
    await pc?.off();
    await house?.close();
    rmSync(root, { recursive: true, force: true });
  });
  const api = async (method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<unknown> => (await house.ask('api', { method, path, token, ...(body === undefined ? {} : { body }) })).json;
  const nodes = async (): Promise<Node[]> => (await api('GET', '/nodes')) as Node[];
  const line = (j: JoinInfo, file = 'join.sh'): string => `curl -fsSk --pinnedpubkey sha256//${j.pin} https://${ADDRESS.nas}:${j.port}/${file}`;
  const worked = (key: string): boolean => house.sql<{ state: string }>('select state from job where key = ?', `probe:${key}`)[0]?.state === 'done';

  it('is refused under another key, installs with the right one, shows its code, works, comes back after a kill and a reboot, and leaves', async () => {
    const j = (await api('GET', '/nodes/join')) as JoinInfo;
    expect(j.command).toMatch(/^curl -fsSk --pinnedpubkey sha256\/\/[\w+/]{43}= https:\/\/[\d.]+:\d+\/join\.sh \| sudo sh$/);
    expect((await pc.run(`${line({ ...j, pin: `${j.pin[0] === 'A' ? 'B' : 'A'}${j.pin.slice(1)}` })} >/tmp/got; echo "curl $?"; wc -c </tmp/got`)).text).toMatch(/curl 90\n0/);
    expect((await pc.run('ls /work /root/.npmrc 2>&1; command -v mantel; timeout 3 bash -c "</dev/tcp/1.1.1.1/443" 2>/dev/null; echo "internet $?"')).text).toMatch(/internet (1|124)$/);

    // on its way to the PC the program changes
    expect((await pc.run(`${line(j)} -o /tmp/join.sh; grep -c "^SHA_X64='[0-9a-f]\\{64\\}'" /tmp/join.sh`)).text).toBe('1');
    const folder = join(house.state, 'cache', 'bundles');
    const bundle = join(folder, readdirSync(folder).find((n) => n.endsWith('.tar.gz'))!);
    const good = readFileSync(bundle);
    writeFileSync(bundle, good.map((byte, i) => (i === 1_000_000 ? byte ^ 1 : byte)));
    expect(await pc.run('sh /tmp/join.sh')).toMatchObject({ code: 1, text: expect.stringContaining('its checksum is wrong. Nothing was installed') });
    expect((await pc.run('ls -A /opt/mantel-worker/versions; ls -d /opt/mantel-worker/launcher /usr/local/bin/mantel 2>/dev/null; pgrep -u mantel-worker; true')).text).toBe('');
    writeFileSync(bundle, good);

    const joining = pc.shell(`${line(j)} | sh`); // stdin is the script
    await joining.line((l) => l.includes('press Add'), 90_000);
    const [card] = (await api('GET', '/nodes/discovered')) as Discovered[];
    await api('POST', `/nodes/discovered/${card!.id}/add`);
    const shown = (await joining.line((l) => l.includes('The code is'), 20_000)).replace(/\D/g, '');
    expect(shown).toMatch(/^\d{6}$/);
    expect((await pc.run('mantel worker status')).text).toContain(`Code: ${shown.slice(0, 3)} ${shown.slice(3)}`);
    await expect.poll(async () => ((await api('GET', '/nodes/discovered')) as Discovered[])[0]?.code).toBe(shown);
    expect(await api('POST', `/nodes/discovered/${card!.id}/approve`, { code: shown })).toEqual({ ok: true });
    await joining.line((l) => l.startsWith('Done.'), 20_000);
    expect(await joining.exited).toBe(0);
    await expect.poll(async () => (await nodes())[0]?.state, { timeout: 10_000 }).toBe('online');
    await house.ask('probes', { keys: ['first'], holdMs: 0 });
    await expect.poll(() => worked('first'), { timeout: 10_000 }).toBe(true);

    // who may do what there
    const who = (await pc.run('stat -c "%U %a" /opt/mantel-worker /opt/mantel-worker/launcher /usr/local/bin/mantel /opt/mantel-worker/versions /var/lib/mantel-worker /var/lib/mantel-worker/paired.json /var/lib/mantel-worker/control.sock; ps -o user:20= -p $(pgrep -f "[w]orker/src/main.ts")')).text.split('\n').map((l) => l.trim());
    expect(who).toEqual(['root 755', 'root 755', 'root 755', 'mantel-worker 755', 'mantel-worker 700', 'mantel-worker 600', 'mantel-worker 600', 'mantel-worker']);

    // drain and resume
    expect((await pc.run('mantel worker drain; mantel worker status')).text).toContain('takes no more work');
    await house.ask('probes', { keys: ['held'], holdMs: 0 });
    await expect(expect.poll(() => worked('held'), { timeout: 6000 }).toBe(true)).rejects.toThrow();
    await pc.run('mantel worker resume');
    await expect.poll(() => worked('held'), { timeout: 15_000 }).toBe(true);

    // killed, and the whole PC switched off
    const before = (await pc.run('pgrep -f "[w]orker/src/main.ts"')).text;
    await pc.run('kill -9 $(pgrep -f "[w]orker/src/main.ts")');
    await expect.poll(async () => (await pc.run('pgrep -f "[w]orker/src/main.ts"')).text, { timeout: 10_000 }).toMatch(new RegExp(`^(?!${before}$)\\d+$`));
    await house.ask('probes', { keys: ['after kill'], holdMs: 0 });
    await expect.poll(() => worked('after kill'), { timeout: 20_000 }).toBe(true);
    await pc.reboot();
    await house.ask('probes', { keys: ['after reboot'], holdMs: 0 });
    await expect.poll(() => worked('after reboot'), { timeout: 20_000 }).toBe(true);

    // again: repairs, and needs no second approval
    await pc.run('rm -rf /opt/mantel-worker/versions/*/nodes/worker /usr/local/bin/mantel');
    const again = await pc.run(`${line(j)} | sh`);
    expect(again.text).toContain('Fetching the program');
    expect(again).toMatchObject({ code: 0, text: expect.stringContaining('Done.') });
    await house.ask('probes', { keys: ['after repair'], holdMs: 0 });
    await expect.poll(() => worked('after repair'), { timeout: 20_000 }).toBe(true);

    // gone without a trace
    for (const typo of ['leave --help', 'leave --purg', 'stop --help']) expect(await pc.run(`mantel worker ${typo}`), typo).toMatchObject({ code: 2, text: expect.stringContaining('Nothing was done.') });
    expect(await pc.run('mantel worker leave --purge')).toMatchObject({ code: 0, text: expect.stringContaining('everything of the worker is removed') });
    expect((await pc.run('ls -d /opt/mantel-worker /var/lib/mantel-worker /etc/cron.d/mantel-worker /etc/mantel-worker.conf /usr/local/bin/mantel 2>/dev/null; id mantel-worker 2>/dev/null; pgrep -f "[m]antel-worker/"; true')).text).toBe('');
    await expect.poll(nodes, { timeout: 10_000 }).toEqual([]); // and its key opens nothing any more
  });
});
