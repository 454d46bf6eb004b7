// A coordinator process is killed at random moments of a flood of uploads, again and again. What was acknowledged must be there, and nothing twice.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Asset, UploadResult } from '@mantel/contracts/models/asset.ts';
import { afterAll, expect, test } from 'vitest';
import { must } from './rig.ts';
import { ask, form, MULTIPART } from './rig/ask.ts';
import { openMortalHouse } from './rig/mortal-house.ts';
import { picture, random } from './rig/pictures.ts';

const ROUNDS = 10;
const PER_ROUND = 16;
const house = await openMortalHouse('crash');
const { data, port } = house;
afterAll(house.close);

const sha256 = (b: Buffer): string => createHash('sha256').update(b).digest('hex');
const next = random(77);
const originals = (): string[] => readdirSync(join(data, 'library'), { recursive: true, withFileTypes: true }).filter((f) => f.isFile() && !f.parentPath.includes('.mantel') && !f.name.endsWith('.xmp')).map((f) => join(f.parentPath, f.name));

interface Item { name: string; bytes: Buffer; ack?: UploadResult }

test(`${ROUNDS} kills in a flood of uploads lose nothing that was acknowledged and double nothing`, async () => {
  const items: Item[] = await Promise.all(Array.from({ length: ROUNDS * PER_ROUND }, async (_v, i) => ({
    name: `IMG_${i}.jpg`, bytes: Buffer.concat([await picture(1000 + i), Buffer.alloc(Math.floor(next() ** 3 * 2_000_000), i)]), // bytes behind the end of a JPEG are allowed
  })));
  await house.boot();
  const authorization = `Bearer ${await house.login()}`;
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
    const arm = (): void => { kill ??= setTimeout(() => house.process().process.kill('SIGKILL'), 10 + next() * 350); };
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
    await house.process().exited;
    clearTimeout(kill);
    await house.boot();
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
  expect(house.process().lines.filter((l) => /"level":"(error|fatal)"/.test(l))).toEqual([]);
});
