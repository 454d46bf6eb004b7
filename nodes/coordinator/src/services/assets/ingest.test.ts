import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFacts, type FactsReader } from '../../library/facts/facts.ts';
import { openMarker } from '../../library/marker.ts';
import { INCOMING, receive } from '../../library/receive.ts';
import { type House, openHouse, type Person } from '../../testing/house.ts';
import { counted, enterTimeline, nextOrd } from '../timeline/counters.repository.ts';
import { localSeconds, monthOf, ratioByte } from '../timeline/ord.ts';
import { createIngest, type Ingest, type IngestDeps } from './ingest.ts';
import { createExiftool, type Exiftool } from '../../library/exiftool.ts';
import { settleArrivals } from './settle.ts';

let house: House;
let ann: Person;
let bob: Person;
let ingest: Ingest;
let exiftool: Exiftool;
let facts: FactsReader;
const arrivals: string[] = [];
const arrived: IngestDeps['arrived'] = (sql, a) => {
  arrivals.push(a.assetUuid);
  enterTimeline(sql, counted(sql, a.assetId)!);
  return { assetUuid: a.assetUuid };
};

beforeEach(async () => {
  house = await openHouse();
  ann = await house.addPerson('Ann');
  bob = await house.addPerson('Bob');
  exiftool = createExiftool();
  facts = createFacts({ log: { warn: () => undefined }, exiftool });
  arrivals.length = 0;
  ingest = createIngest({
    db: house.db, data: house.data, facts, marker: await openMarker(house.db, house.data), arrived, readSidecar: () => Promise.resolve(null), afterArrival: () => undefined,
    position: (sql, local, w, h) => ({ ord: nextOrd(sql, localSeconds(local)), month: monthOf(localSeconds(local)), ratio: ratioByte(w, h) }),
  });
});
afterEach(async () => {
  await exiftool.close();
  await house.close();
});

const picture = (red: number): Promise<Buffer> => sharp({ create: { width: 40, height: 30, channels: 3, background: { r: red * 8, g: 9, b: 9 } } }).withExif({ IFD2: { DateTimeOriginal: '2021:07:08 09:10:11' } }).jpeg().toBuffer();
const send = async (who: Person, bytes: Buffer, name: string, more: { libraryId?: string; device?: string } = {}) => ingest.ingest(who.id, { ...(await receive(house.data, Readable.from([bytes]))), name, ...more });
const paths = (): string[] => house.db.sql.all<{ path: string }>('select path from file order by id').map((r) => r.path);
const temps = (): Promise<string[]> => readdir(join(house.data, INCOMING));

test('a photo lies byte for byte in its month, read-only, and nothing else stays', async () => {
  const bytes = await picture(1);
  const result = await send(ann, bytes, 'IMG_1.JPG', { device: 'phone' });
  expect(result).toMatchObject({ outcome: 'created', trashed: false, problems: [] });
  expect(paths()).toEqual([join('library', 'Family', '2021', '2021-07', 'IMG_1.JPG')]);
  const file = join(house.data, paths()[0]!);
  expect(readFileSync(file).equals(bytes)).toBe(true);
  expect(statSync(file).mode & 0o777).toBe(0o444);
  expect(await temps()).toEqual([]);
  expect(arrivals).toEqual([result.assetId]);
});

test('the same bytes from two people are one file with two contributions', async () => {
  const bytes = await picture(2);
  const first = await send(ann, bytes, 'a.jpg', { device: 'phone' });
  const second = await send(bob, bytes, 'b.jpg', { device: 'tablet' });
  await send(bob, bytes, 'b.jpg', { device: 'tablet' });
  expect(second).toMatchObject({ outcome: 'duplicate', assetId: first.assetId });
  expect(house.db.sql.all('select u.name who, c.device, c.original_name name from contribution c join user u on u.id = c.user_id order by c.id')).toEqual([{ who: 'Ann', device: 'phone', name: 'a.jpg' }, { who: 'Bob', device: 'tablet', name: 'b.jpg' }]);
  expect(paths()).toHaveLength(1);
});

test('ten times the same bytes at once: one is created', async () => {
  const bytes = await picture(3);
  const results = await Promise.all(Array.from({ length: 10 }, (_, i) => send(ann, bytes, `x${i}.jpg`)));
  expect(results.filter((r) => r.outcome === 'created')).toHaveLength(1);
  expect(paths()).toHaveLength(1);
});

test('names that some disk would take for one get numbers; a stranger\'s file is never overwritten', async () => {
  await send(ann, await picture(4), 'IMG.JPG');
  await send(ann, await picture(5), 'img.jpg');
  await send(ann, await picture(6), 'caf\u00e9.jpg');
  await send(ann, await picture(7), 'cafe\u0301.jpg');
  const stranger = join(house.data, 'library/Family/2021/2021-07/mine.jpg');
  writeFileSync(stranger, 'not ours');
  await send(ann, await picture(8), 'mine.jpg');
  expect(paths().map((p) => p.split('/').at(-1))).toEqual(['IMG.JPG', 'img (2).jpg', 'café.jpg', 'café (2).jpg', 'mine (2).jpg']);
  expect(readFileSync(stranger, 'utf8')).toBe('not ours');
});

test('refusals leave nothing behind', async () => {
  await expect(send(ann, Buffer.alloc(0), 'empty.txt')).rejects.toMatchObject({ type: 'empty_file' });
  await expect(send(ann, Buffer.from('<html><body>hi</body></html>'), 'page.html')).rejects.toMatchObject({ type: 'unsupported_type' });
  await expect(send(ann, await picture(9), 'a.jpg', { libraryId: randomUUID() })).rejects.toMatchObject({ type: 'not_found' });
  await house.db.writeSql((sql) => sql.run(`update membership set role = 'viewer' where user_id = ? and library_id = ?`, bob.id, house.libraryId('Family')));
  await expect(send(bob, await picture(9), 'a.jpg')).rejects.toMatchObject({ type: 'forbidden' });
  expect(paths()).toEqual([]);
  expect(await temps()).toEqual([]);
});

test('what carries the name of a photo is kept, whatever is in it; all empty files are one asset with many names', async () => {
  const page = Buffer.from('<html><body>hi</body></html>');
  const kept = await send(ann, page, 'page.jpg');
  expect(kept).toMatchObject({ outcome: 'created', problems: ['undecodable', 'no_date'] });
  expect(readFileSync(join(house.data, paths()[0]!)).equals(page)).toBe(true);
  expect(house.db.sql.get('select mime, type from file join asset on asset.id = asset_id')).toEqual({ mime: 'application/octet-stream', type: 'image' });
  const empty = await send(ann, Buffer.alloc(0), 'IMG_1.JPG');
  expect(empty).toMatchObject({ outcome: 'created', problems: ['empty', 'no_date'] });
  expect(await send(bob, Buffer.alloc(0), 'IMG_2.MOV')).toMatchObject({ outcome: 'duplicate', assetId: empty.assetId, problems: ['empty', 'no_date'] });
  expect(house.db.sql.all('select original_name name from contribution order by id')).toEqual([{ name: 'page.jpg' }, { name: 'IMG_1.JPG' }, { name: 'IMG_2.MOV' }]);
  expect(statSync(join(house.data, paths()[1]!)).size).toBe(0);
});

test('a stream that breaks leaves no temporary file', async () => {
  const broken = new Readable({ read() {
    this.push(Buffer.alloc(5000));
    this.destroy(Object.assign(new Error('gone'), { code: 'ECONNRESET' }));
  } });
  await expect(receive(house.data, broken)).rejects.toMatchObject({ type: 'incomplete' });
  expect(await temps()).toEqual([]);
});

test('without its marker the disk is not the disk: refused, and the marker is not made again', async () => {
  const marker = join(house.data, 'library/.mantel/root.json');
  rmSync(marker);
  await expect(send(ann, await picture(10), 'a.jpg')).rejects.toMatchObject({ type: 'storage_missing' });
  expect(existsSync(marker)).toBe(false);
  expect((await openMarker(house.db, house.data)).present()).toBe(false);
  expect(existsSync(marker)).toBe(false);
});

// What each step of the write order leaves behind when the power goes right after it.
async function interrupted(at: 'reserved' | 'named' | 'renamed' | 'lost', red: number): Promise<{ bytes: Buffer; path: string }> {
  const bytes = await picture(red);
  const done = await send(ann, bytes, `crash-${at}.jpg`);
  const row = house.db.sql.get<{ path: string; id: number; assetId: number }>('select path, id, asset_id assetId from file where uuid = ?', done.fileId)!;
  const temp = join(INCOMING, `${randomUUID()}.part`);
  await house.db.writeSql((sql) => {
    sql.run(`update file set state = 'arriving', temp = ? where id = ?`, temp, row.id);
    sql.run('update asset set vis = 0 where id = ?', row.assetId);
    sql.run('delete from month_count');
  });
  if (at !== 'renamed') rmSync(join(house.data, row.path));
  if (at === 'reserved' || at === 'named') writeFileSync(join(house.data, temp), bytes);
  if (at === 'named') writeFileSync(join(house.data, row.path), '');
  if (at === 'lost') writeFileSync(join(house.data, temp), bytes.subarray(0, 100));
  return { bytes, path: row.path };
}

test.each(['reserved', 'named', 'renamed', 'lost'] as const)('a crash after "%s" is settled at boot, and a retry makes no second copy', async (at) => {
  const { bytes, path } = await interrupted(at, 20);
  const settled = await settleArrivals({ db: house.db, data: house.data, arrived }, { error: () => undefined });
  expect(settled).toMatchObject(at === 'lost' ? { finished: 0, dropped: 1 } : { finished: 1, dropped: 0 });
  expect(await temps()).toEqual([]);
  const again = await send(ann, bytes, `crash-${at}.jpg`);
  expect(again.outcome).toBe(at === 'lost' ? 'created' : 'duplicate');
  expect(paths()).toEqual([path]);
  expect(readFileSync(join(house.data, path)).equals(bytes)).toBe(true);
});

test('a file that a stranger put in the reserved place keeps its place at boot; ours gets the next name', async () => {
  const { bytes, path } = await interrupted('reserved', 21);
  writeFileSync(join(house.data, path), 'a stranger');
  mkdirSync(join(house.data, INCOMING, '@eaDir'));
  expect(await settleArrivals({ db: house.db, data: house.data, arrived }, { error: () => undefined })).toMatchObject({ finished: 1, dropped: 0 });
  expect(readFileSync(join(house.data, path), 'utf8')).toBe('a stranger');
  expect(paths()).toEqual([path.replace('.jpg', ' (2).jpg')]);
  expect(readFileSync(join(house.data, paths()[0]!)).equals(bytes)).toBe(true);
  expect(await temps()).toEqual(['@eaDir']);
});

test('an arrival that stands half-way is no duplicate: the same bytes again finish it', async () => {
  for (const [at, outcome] of [['lost', 'created'], ['renamed', 'duplicate']] as const) {
    const { bytes, path } = await interrupted(at, 22);
    expect((await send(ann, bytes, `crash-${at}.jpg`)).outcome).toBe(outcome);
    expect(readFileSync(join(house.data, path)).equals(bytes)).toBe(true);
    expect(house.db.sql.get(`select 1 from file where state = 'arriving'`)).toBeUndefined();
    await house.db.writeSql((sql) => sql.run('delete from asset'));
  }
});

test('when the move fails the upload is refused, and the same bytes are taken in the next time', async () => {
  const bytes = await picture(23);
  const month = join(house.data, 'library/Family/2021/2021-07');
  mkdirSync(join(house.data, 'library/Family/2021'), { recursive: true });
  writeFileSync(month, 'a file where the folder should be');
  await expect(send(ann, bytes, 'x.jpg')).rejects.toBeDefined();
  expect(await temps()).toEqual([]);
  rmSync(month);
  expect((await send(ann, bytes, 'x.jpg')).outcome).toBe('created');
  expect(house.db.sql.all('select state from file')).toEqual([{ state: 'live' }]);
});
