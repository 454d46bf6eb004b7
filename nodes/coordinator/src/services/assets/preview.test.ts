import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { STAGING, stagedPath } from '../../library/derived.ts';
import { type House, insertAsset, openHouse } from '../../testing/house.ts';
import { gatewayHandlers } from '../jobs/gateway.service.ts';
import { heldJob, insertJob } from '../jobs/queue.repository.ts';
import { createQueue, type Queue } from '../jobs/queue.ts';
import { createPreview, previewKey, type PreviewJob } from './preview.ts';

const RESULT = { width: 48, height: 32, thumbhash: 'AAAA', dhash: '0'.repeat(16), durationMs: null, problems: [] };
const nothing = { done: () => undefined, failed: () => undefined };
let house: House;
let queue: Queue;
let gateway: ReturnType<typeof gatewayHandlers>;
let assetId: number;
/** Between the look at a result and the moment when it counts. */
let between: () => Promise<unknown>;
beforeEach(async () => {
  between = () => Promise.resolve();
  house = await openHouse();
  const preview = createPreview({ data: house.data, ratioByte: () => 64, enqueue: insertJob });
  queue = createQueue({ db: house.db, ends: { preview: preview.end, probe: nothing } });
  const gate = { outputs: ['preview', 'thumb'], offer: () => ({ payload: {} as never, path: '/x' }), accept: async (job: { payload: string; token: string }, result: unknown) => {
    const made = await preview.accept(JSON.parse(job.payload) as PreviewJob, job.token, result);
    await between();
    return { ...(result as object), ...made };
  }, discard: preview.discard };
  gateway = gatewayHandlers({ queue, nodes: {} as never, secret: 's', gates: { preview: gate, probe: gate }, heldJob: (held) => heldJob(house.db.sql, held), requireStorage: () => undefined, log: { warn: () => undefined } });
  assetId = await house.db.writeSql((sql) => {
    const { id } = insertAsset(sql, { libraryId: house.libraryId('Family'), local: '2024-01-01T00:00:00' });
    sql.run(`update asset set preview = 'waiting' where id = ?`, id);
    sql.run('update file set shown = 1 where asset_id = ?', id);
    const fileId = sql.get<{ uuid: string }>('select uuid from file where asset_id = ?', id)!.uuid;
    insertJob(sql, { kind: 'preview', key: previewKey(id), libraryId: house.libraryId('Family'), payload: { assetId: id, fileId, mime: 'image/jpeg', bytes: 1, name: 'x.jpg' } });
    return id;
  });
});
afterEach(async () => {
  queue.stop();
  await house.close();
});

const files = (): string[] => readdirSync(join(house.data, 'derived'), { recursive: true, withFileTypes: true }).filter((e) => e.isFile()).map((e) => e.name);
const shown = (): unknown => house.db.sql.get<{ preview: string }>('select preview from asset where id = ?', assetId)!.preview;
/** A lease, with pictures sent for it. */
async function sent(red: number): Promise<{ id: number; token: string }> {
  const { id, token } = (await queue.lease('w', ['preview'], 0))!;
  const picture = sharp({ create: { width: 48, height: 32, channels: 3, background: { r: red, g: 0, b: 0 } } });
  mkdirSync(join(house.data, STAGING), { recursive: true });
  writeFileSync(join(house.data, stagedPath(token, 'preview')), await picture.clone().jpeg().toBuffer());
  writeFileSync(join(house.data, stagedPath(token, 'thumb')), await picture.clone().webp().toBuffer());
  return { id, token };
}
const done = (held: { id: number; token: string }) => gateway['jobs.done']({ auth: '', ...held, result: RESULT } as never, 'w');

test('pictures of a result that counts are in their place, and nothing else is left', async () => {
  expect(await done(await sent(1))).toEqual({ ok: true });
  const { version } = house.db.sql.get<{ version: string }>('select preview_version version from asset where id = ?', assetId)!;
  const at = house.db.sql.get<{ uuid: string }>('select uuid from file where asset_id = ?', assetId)!.uuid;
  expect(files().sort()).toEqual([`${at}-${version}-preview.jpg`, `${at}-${version}-thumb.webp`]);
});

test('a worker that hands in and gives back at once, again and again, leaves no pictures that nobody owns', async () => {
  for (let i = 0; i < 5; i++) {
    const held = await sent(i);
    between = async () => (i === 0 ? queue.gone('w') : gateway['jobs.release']({ auth: '', ...held } as never, 'w'));
    expect(await done(held)).toEqual({ ok: false });
    expect(files(), `round ${i}`).toEqual([]);
  }
  expect(shown()).toBe('waiting');
  between = () => Promise.resolve();
  expect(await done(await sent(9))).toEqual({ ok: true });
  expect(shown()).toBe('ready');
});
