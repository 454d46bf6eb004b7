// A coordinator process is killed at random moments of a flood of uploads, again and again. What was acknowledged must be there, and nothing twice.
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Asset, UploadResult } from '@mantel/contracts/models/asset.ts';
import { openCluster } from '@mantel/coordinator/cluster/cluster.ts';
import { writeNatsConf } from '@mantel/coordinator/cluster/nats-conf.ts';
import { afterAll, expect, test } from 'vitest';
import { ADMIN, must } from './rig.ts';
import { ask, form, MULTIPART } from './rig/ask.ts';
import { type Child, node, startNats } from './rig/children.ts';
import { picture, random } from './rig/pictures.ts';

const ROUNDS = 10;
const PER_ROUND = 16;
const dir = mkdtempSync(join(tmpdir(), 'mantel-crash-'));
const [data, state] = [join(dir, 'data'), join(dir, 'state')];
writeNatsConf(await openCluster(state));
const nats = await startNats(state);
const port = await new Promise<number>((resolve) => {
  const probe = createServer().listen(0, '127.0.0.1', () => {
    const found = (probe.address() as { port: number }).port;
    probe.close(() => resolve(found));
  });
});
let coordinator: Child | undefined;
afterAll(async () => {
  await coordinator?.kill();
  await nats.kill();
  rmSync(dir, { recursive: true, force: true });
});

const sha256 = (b: Buffer): string => createHash('sha256').update(b).digest('hex');
const next = random(77);
const boot = async (): Promise<Child> => {
  const child = node('@mantel/coordinator/main.ts', { MANTEL_DATA: data, MANTEL_STATE: state, MANTEL_PORT: String(port), MANTEL_LOG: 'info', MANTEL_ADMIN_EMAIL: ADMIN.email, MANTEL_ADMIN_PASSWORD: ADMIN.password });
  await child.line((l) => l.includes('Server listening'));
  return child;
};
const originals = (): string[] => readdirSync(join(data, 'library'), { recursive: true, withFileTypes: true }).filter((f) => f.isFile() && !f.parentPath.includes('.mantel') && !f.name.endsWith('.xmp')).map((f) => join(f.parentPath, f.name));

interface Item { name: string; bytes: Buffer; ack?: UploadResult }

test(`${ROUNDS} kills in a flood of uploads lose nothing that was acknowledged and double nothing`, async () => {
  const items: Item[] = await Promise.all(Array.from({ length: ROUNDS * PER_ROUND }, async (_v, i) => ({
    name: `IMG_${i}.jpg`, bytes: Buffer.concat([await picture(1000 + i), Buffer.alloc(Math.floor(next() ** 3 * 2_000_000), i)]), // bytes behind the end of a JPEG are allowed
  })));
  coordinator = await boot();
  const login = must(await ask(port, { method: 'POST', path: '/api/v1/auth/login', headers: { 'content-type': 'application/json' }, body: JSON.stringify(ADMIN) }), 200);
  const authorization = `Bearer ${login.json.token as string}`;
  const get = (path: string) => ask(port, { method: 'GET', path: `/api/v1${path}`, headers: { authorization } });
  const send = async (item: Item): Promise<UploadResult> => {
    const body = form(item.name, item.bytes);
    const a = await ask(port, { method: 'POST', path: '/api/v1/assets', headers: { ...MULTIPART, authorization, 'content-length': body.length }, body });
    if (a.status !== 200 && a.status !== 201) throw new Error(`${a.status} ${a.bytes.toString()}`);
    return a.json as unknown as UploadResult;
  };
  const check = async (item: Item): Promise<void> => {
    const asset = must(await get(`/assets/${item.ack!.assetId}`), 200).json as unknown as Asset;
    expect(sha256(readFileSync(join(data, asset.files[0]!.path))), item.name).toBe(sha256(item.bytes));
    expect(must(await get(`/files/${item.ack!.fileId}/original`), 200).bytes.equals(item.bytes), item.name).toBe(true);
  };

  let cut = 0;
  let acknowledged = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const mine = items.slice(0, (round + 1) * PER_ROUND).filter((i) => !i.ack); // the clients retry what was not answered
    const queue = [...mine];
    let kill: NodeJS.Timeout | undefined;
    const arm = (): void => { kill ??= setTimeout(() => coordinator!.process.kill('SIGKILL'), 10 + next() * 350); };
    let answered = 0;
    if (round % 2 === 0) arm(); // in the middle of the first ones; else when some were answered, however busy this machine is
    await Promise.all(Array.from({ length: 6 }, async () => {
      for (let item = queue.shift(); item; item = queue.shift()) {
        try {
          item.ack = await send(item);
          if (++answered === 3) arm();
        } catch (e) {
          if ((e as NodeJS.ErrnoException).code === 'ECONNREFUSED') return; // dead by now
          cut++;
        }
      }
    }));
    await coordinator.exited;
    clearTimeout(kill);
    coordinator = await boot();
    expect(readdirSync(join(data, 'library', '.mantel', 'incoming'))).toEqual([]);
    const fresh = mine.filter((i) => i.ack);
    acknowledged += fresh.length;
    for (const item of fresh) await check(item);
    for (const file of originals()) expect(statSync(file).size, file).toBeGreaterThan(0); // no reservation is left
  }
  expect(cut).toBeGreaterThanOrEqual(ROUNDS); // uploads that were under way at a kill; else nothing was tried
  expect(acknowledged).toBeGreaterThanOrEqual(ROUNDS);

  for (const item of items) if (!item.ack) item.ack = await send(item);
  for (const item of items) expect((await send(item)).outcome).toBe('duplicate');
  for (const item of items) await check(item);
  expect(new Set(items.map((i) => i.ack!.assetId)).size).toBe(items.length);
  expect(originals().map((f) => f.split('/').at(-1)!).sort()).toEqual(items.map((i) => i.name).sort());
  expect(((await get('/timeline/months')).json as { total: number }).total).toBe(items.length);
  expect(coordinator.lines.filter((l) => /"level":"(error|fatal)"/.test(l))).toEqual([]);
});
