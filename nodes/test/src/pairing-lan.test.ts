// A PC and a house that know nothing of each other, on a LAN: they find each other, and the PC comes in. And one that looks in the wrong place.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Discovered } from '@mantel/contracts/models/node.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Child } from './rig/children.ts';
import { ADDRESS, type Host, noLan } from './rig/lan.ts';
import { type LanHouse, openLanHouse } from './rig/lan-house.ts';

const why = noLan();
if (why) console.warn(`SKIPPED: pairing on a LAN of network namespaces: ${why}.`);
describe.skipIf(why)('pairing on a LAN', () => {
  let house: LanHouse;
  let token: string;
  beforeAll(async () => {
    house = await openLanHouse({ leaseMs: 10_000, spares: [], discovery: true });
    token = await house.signIn();
  });
  afterAll(() => house?.close());
  const api = async <T>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<T> => {
    const { status, json } = await house.ask('api', { method, path, token, ...(body ? { body } : {}) });
    if (status !== 200) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(json)}`);
    return json as T;
  };
  const start = (host: Host, env: NodeJS.ProcessEnv = {}): Child => house.lan.on(host, process.execPath, ['--disable-warning=ExperimentalWarning', fileURLToPath(import.meta.resolve('@mantel/worker/main.ts'))], { MANTEL_PAIRED: join(house.dir, host, 'paired.json'), MANTEL_NAME: host, MANTEL_SLOTS: '1', MANTEL_LOG: 'info', TMPDIR: house.dir, ...env });
  async function card(name: string, fits: (d: Discovered) => boolean, ms = 15_000): Promise<Discovered> {
    for (const until = Date.now() + ms; ;) {
      const found = (await api<Discovered[]>('GET', '/nodes/discovered')).find((d) => d.name === name && fits(d));
      if (found) return found;
      if (Date.now() > until) throw new Error(`no such card of ${name}: ${JSON.stringify(await api('GET', '/nodes/discovered'))}`);
      await new Promise((r) => { setTimeout(r, 25); });
    }
  }

  it('finds its house by itself: a card within 3 s, the first job within 2 s of the approval', async () => {
    await house.ask('probes', { keys: ['first'], holdMs: 0 });
    const started = Date.now();
    const pc = start('pc1');
    await card('pc1', () => true); // with its process, before it has found out what it can do
    const cardMs = Date.now() - started;
    const found = await card('pc1', (d) => d.caps !== null);
    const capsMs = Date.now() - started;
    expect(found).toMatchObject({ address: ADDRESS.pc1, state: 'new', trouble: null });
    await api('POST', `/nodes/discovered/${found.id}/add`);
    const { id, code } = await card('pc1', (d) => d.code !== null);
    await pc.line((l) => l.includes(`${code!.slice(0, 3)} ${code!.slice(3)}`));
    const approved = Date.now();
    await api('POST', `/nodes/discovered/${id}/approve`, { code });
    const { at } = await house.step((s) => s.became === 'done', 10_000);
    console.log(`card ${cardMs} ms after the start of the process (what it can do: ${capsMs} ms), first job done ${Math.round(at - approved)} ms after the approval`);
    expect(cardMs).toBeLessThan(3000);
    expect(at - approved).toBeLessThan(2000);
    expect(JSON.parse(readFileSync(join(house.dir, 'pc1', 'paired.json'), 'utf8'))).toMatchObject({ id, host: ADDRESS.nas, port: 2283 });
  });

  it('one that cannot see the house has a card as well, which says what to do', async () => {
    start('pc2', { MANTEL_COORDINATOR: '10.77.0.99:2283' });
    const found = await card('pc2', () => true);
    expect(found).toMatchObject({ address: ADDRESS.pc2, caps: null, state: 'new', trouble: expect.stringContaining('type the address') });
    await api('POST', `/nodes/discovered/${found.id}/add`);
    expect(await card('pc2', (d) => d.state === 'open')).toMatchObject({ code: null, trouble: expect.stringContaining('type the address') });
  });
});
