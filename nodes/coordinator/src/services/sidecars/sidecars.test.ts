import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createExiftool, type Exiftool } from '../../library/exiftool.ts';
import { createFacts } from '../../library/facts/facts.ts';
import { openMarker } from '../../library/marker.ts';
import { INCOMING, receive } from '../../library/receive.ts';
import { createSidecarReader, type SidecarReader } from '../../library/sidecar/read.ts';
import { createSidecarWriter, setAside, tempOf } from '../../library/sidecar/write.ts';
import { type House, openHouse, type Person } from '../../testing/house.ts';
import { createEdits } from '../assets/edit.ts';
import { setConflicts } from '../assets/edit.repository.ts';
import { createIngest, type Ingest } from '../assets/ingest.ts';
import { counted, enterTimeline, leaveTimeline, nextOrd, setLocalTime } from '../timeline/counters.repository.ts';
import { localSeconds, monthOf, ratioByte } from '../timeline/ord.ts';
import { createAttach } from './attach.ts';
import { writeHouseFiles } from './house-files.ts';
import { favouritesDue, joinSidecars, sidecarDue, splitSidecar } from './sidecars.repository.ts';
import { createSidecars, type Sidecars } from './sidecars.ts';

const FIXTURES = new URL('../../../fixtures/', import.meta.url).pathname;
const EXIFTOOL = new URL('../../../../../node_modules/exiftool-vendored.pl/bin/exiftool', import.meta.url).pathname;
const run = promisify(execFile);
/** Plain exiftool, as anybody has it: no configuration of ours. */
const plain = async (file: string): Promise<Record<string, unknown>> => lists((JSON.parse((await run('perl', [EXIFTOOL, '-config', '', '-j', '-G1', '-n', file], { env: { PATH: process.env.PATH, TZ: 'UTC' } })).stdout) as Record<string, unknown>[])[0]!);
/** exiftool prints a list of one as its one value. */
const LISTS = /Subject|TagsList|PersonInImage|Region(Name|Area)|mantel:(Album|Favourites|Files)/;
const lists = (t: Record<string, unknown>): Record<string, unknown> => Object.fromEntries(Object.entries(t).map(([k, v]) => [k, LISTS.test(k) && !Array.isArray(v) ? [v] : v]));
/** Another program changes a sidecar: with its own exiftool, some time later. */
const elsewhere = async (file: string, ...args: string[]): Promise<void> => {
  await run('perl', [EXIFTOOL, '-config', '', '-q', '-overwrite_original', '-n', ...args, file]);
  clock += 60_000;
  await utimes(file, clock / 1000, clock / 1000);
};

let house: House;
let ann: Person;
let exiftool: Exiftool;
let ingest: Ingest;
let sidecars: Sidecars;
let clock: number;
let busy: boolean;
let dead: boolean; // the reader fails
const edits = createEdits({ enter: (sql, id) => enterTimeline(sql, counted(sql, id)!), leave: (sql, id) => leaveTimeline(sql, counted(sql, id)!), setLocalTime: (sql, id, local) => setLocalTime(sql, id, localSeconds(local)), sidecarDue });
const logged: string[] = [];

beforeEach(async () => {
  house = await openHouse();
  ann = await house.addPerson('Ann');
  exiftool = createExiftool();
  clock = Date.now() + 3600_000; // after every debounce, however slow the machine
  busy = false;
  dead = false;
  logged.length = 0;
  const log = { warn: (_d: object, m: string) => void logged.push(m), error: (_d: object, m: string) => void logged.push(m) };
  const marker = await openMarker(house.db, house.data);
  const reader = createSidecarReader(exiftool, log);
  const read: SidecarReader = (path) => (dead ? Promise.reject(new Error('exiftool was killed')) : reader(path));
  const writer = createSidecarWriter(exiftool);
  sidecars = createSidecars({ db: house.db, data: house.data, read, writer, log, present: marker.present, setConflicts, busy: () => busy, now: () => clock, apply: (sql, id, change, at) => edits.apply(sql, id, change, 'sidecar', at) });
  ingest = createIngest({
    db: house.db, data: house.data, facts: createFacts({ log, exiftool }), marker, afterArrival: () => undefined, readSidecar: async (path) => (await read(path))?.facts ?? null,
    arrived: (sql, a) => { enterTimeline(sql, counted(sql, a.assetId)!); sidecarDue(sql, a.assetId); return { assetUuid: a.assetUuid }; },
    position: (sql, local, w, h) => ({ ord: nextOrd(sql, localSeconds(local)), month: monthOf(localSeconds(local)), ratio: ratioByte(w, h) }),
    sidecars: { place: (from, path) => writer.place(from, path, null), aside: setAside, kept: sidecars.kept, came: sidecars.came, attach: createAttach(house.db.sql, sidecars.came) },
  });
});
afterEach(async () => {
  await sidecars.stop();
  await exiftool.close();
  await chmod(join(house.data, 'library'), 0o755).catch(() => undefined);
  await house.close();
});

const receiveBytes = async (bytes: Buffer): ReturnType<typeof receive> => receive(house.data, (async function* () { yield bytes; })());
const sidecarTemp = async (bytes: Buffer | string): Promise<string> => (await receiveBytes(Buffer.from(bytes))).temp;
interface Added { id: number; uuid: string; path: string; xmp: string; outcome: string; sidecar?: string | undefined }
const added = (uuid: string): Added => {
  const row = house.db.sql.get<{ id: number; path: string }>(`select a.id, f.path from asset a join file f on f.asset_id = a.id and f.shown = 1 where a.uuid = ?`, uuid)!;
  return { id: row.id, uuid, path: join(house.data, row.path), xmp: join(house.data, `${row.path}.xmp`), outcome: '' };
};
const add = async (bytes: Buffer, name: string, sidecar?: Buffer | string): Promise<Added> => {
  const result = await ingest.ingest(ann.id, { ...(await receiveBytes(bytes)), name, ...(sidecar === undefined ? {} : { sidecar: await sidecarTemp(sidecar) }) });
  return { ...added(result.assetId), outcome: result.outcome, sidecar: result.sidecar };
};
const fixture = (name: string): Promise<Buffer> => readFile(join(FIXTURES, name));
const addFixture = async (name: string, sidecar?: string): Promise<Added> => add(await fixture(name), name, sidecar && (await fixture(sidecar)));
const edit = (a: Added, change: Parameters<typeof edits.apply>[2], at = clock): Promise<unknown> => house.db.writeSql((sql) => edits.apply(sql, a.id, change, 'user', at));
const row = (a: Added): Record<string, unknown> => house.db.sql.get('select * from asset where id = ?', a.id)!;
const fileOf = (sql: Pick<typeof house.db.sql, 'get'>, assetId: number): number => sql.get<{ id: number }>(`select id from file where asset_id = ? and role = 'original'`, assetId)!.id;
const state = (a: Added): { state: string; error: string | null; tries: number } => house.db.sql.get('select state, error, tries from sidecar where asset_id = ?', a.id)!;
const tagsOf = (a: Added): string[] => house.db.sql.all<{ path: string }>('select path from asset_tag x join tag t on t.id = x.tag_id where asset_id = ? order by path', a.id).map((t) => t.path);
const conflictsOf = (a: Added): unknown[] => JSON.parse(row(a).conflicts as string) as unknown[];
const hash = async (file: string): Promise<string> => createHash('sha256').update(await readFile(file)).digest('hex');

describe('writing', () => {
  test('exiftool alone finds date, place, words, tags, people, albums and ids', async () => {
    const a = await addFixture('side-dt.jpg');
    await house.db.writeSql((sql) => {
      const album = Number(sql.run(`insert into album(uuid, name, owner_id, created_at, updated_at) values('a1', 'Summer, {2019}', ?, 0, 0)`, ann.id).lastInsertRowid);
      const second = Number(sql.run(`insert into album(uuid, name, owner_id, created_at, updated_at) values('a2', 'Ümläute', ?, 0, 0)`, ann.id).lastInsertRowid);
      for (const id of [album, second]) sql.run('insert into album_asset(album_id, ord, asset_id, added_by, added_at) values(?, 0, ?, ?, 0)', id, a.id, ann.id);
      sql.run('insert into asset_user(user_id, asset_id, ord, favourite) values(?, ?, 0, 1)', ann.id, a.id);
    });
    await edit(a, { takenAtLocal: '2003-04-05T06:07:08', offsetMinutes: -210, gps: { lat: -54.801912, lon: 0.5, altitude: -3.5 }, title: 'Käse & <Brot> &amp; "x"', description: 'one\ntwo', rating: -1, tags: ['Places/Süd, West', 'c|d'], people: [{ name: 'Ana, {Silva}', region: { x: 0.1, y: 0.2, w: 0.3, h: 0.4 } }, { name: 'Bob', region: null }] });
    expect(await sidecars.writeDue()).toBe(1);
    const t = await plain(a.xmp);
    expect(t).toMatchObject({
      'XMP-exif:DateTimeOriginal': '2003:04:05 06:07:08-03:30', 'XMP-photoshop:DateCreated': '2003:04:05 06:07:08-03:30', 'XMP-exif:GPSLongitude': 0.5, 'XMP-exif:GPSAltitude': 3.5, 'XMP-exif:GPSAltitudeRef': 1,
      'XMP-dc:Title': 'Käse & <Brot> &amp; "x"', 'XMP-dc:Description': 'one\ntwo', 'XMP-xmp:Rating': -1, 'XMP-dc:Subject': ['Süd, West', 'c|d'], 'XMP-digiKam:TagsList': ['Places/Süd, West', 'c|d'],
      'XMP-iptcExt:PersonInImage': ['Bob', 'Ana, {Silva}'], 'XMP-mwg-rs:RegionName': ['Ana, {Silva}'], 'XMP-mwg-rs:RegionAreaX': [0.25], 'XMP-mwg-rs:RegionAreaH': [0.4], 'XMP-lr:HierarchicalSubject': ['Places|Süd, West', 'c∣d'], 'XMP-mwg-rs:RegionAppliedToDimensionsUnit': 'pixel',
      'XMP-mantel:AlbumNames': ['Summer, {2019}', 'Ümläute'], 'XMP-mantel:FavouritesName': ['Ann'], 'XMP-mantel:AssetId': a.uuid, 'XMP-mantel:FilesRole': ['original'], 'XMP-mantel:FilesSha256': [await hash(a.path)], 'XMP-mantel:DateSource': 'user',
    });
    expect(t['XMP-exif:GPSLatitude']).toBeCloseTo(-54.801912, 7);
    expect((await stat(a.xmp)).mode & 0o777).toBe(0o644);
    expect(state(a)).toMatchObject({ state: 'written', error: null });
  });
  test('200 photos: all written, originals untouched in bytes and time, nothing left over; a second round has nothing to do', async () => {
    const jpeg = await fixture('create-only.jpg');
    const all: Added[] = [];
    for (let i = 0; i < 200; i++) all.push(await add(Buffer.concat([jpeg, Buffer.from(`${i}`)]), `p${i}.jpg`));
    const before = await Promise.all(all.map(async (a) => [await hash(a.path), (await stat(a.path)).mtimeMs]));
    const perl = (await exiftool.tool()).pids[0]!;
    const cpu = async (): Promise<number> => {
      const [, own, system] = /\) (?:\S+ ){11}(\d+) (\d+)/.exec(await readFile(`/proc/${perl}/stat`, 'utf8'))!;
      const me = process.cpuUsage();
      return (me.user + me.system) / 1000 + (Number(own) + Number(system)) * 10; // ticks of 10 ms
    };
    const from = await cpu();
    expect(await sidecars.writeDue()).toBe(200);
    expect((await cpu() - from) / 200, 'CPU ms per sidecar, of both processes').toBeLessThan(15);
    expect(await Promise.all(all.map(async (a) => [await hash(a.path), (await stat(a.path)).mtimeMs]))).toEqual(before);
    const names = await readdir(dirname(all[0]!.path));
    expect(names.filter((n) => n.endsWith('.jpg.xmp'))).toHaveLength(200);
    expect(names.filter((n) => n.startsWith('.'))).toEqual([]);
    expect(await sidecars.writeDue()).toBe(0);
    expect(await sidecars.lookAround()).toBe(0);
  }, 60_000);
  test('while the house is busy only much, or what waits long, is written', async () => {
    const a = await addFixture('create-only.jpg');
    await house.db.writeSql((sql) => sidecarDue(sql, a.id, clock - 1));
    busy = true;
    expect(await sidecars.writeDue()).toBe(0);
    clock += 61_000;
    expect(await sidecars.writeDue()).toBe(1);
    expect(existsSync(a.xmp)).toBe(true);
  });
  test('what a crash left between the temporary file and the rename is replaced; what it left after is taken for what it is', async () => {
    const a = await addFixture('create-only.jpg');
    await writeFile(tempOf(a.xmp), 'half');
    await sidecars.writeDue();
    expect(await readdir(dirname(a.path))).toEqual(expect.not.arrayContaining([basename(tempOf(a.xmp))]));
    // the rename happened, the row does not know it
    await house.db.writeSql((sql) => sql.run(`update sidecar set state = 'due', due_at = 0, base = '{}', mtime_ms = null, bytes = null`));
    const bytes = await readFile(a.xmp);
    await sidecars.writeDue();
    expect(await readFile(a.xmp)).toEqual(bytes);
    expect(state(a).state).toBe('written');
    expect(conflictsOf(a)).toEqual([]);
  });
  test('assets without a row get one at the start', async () => {
    const a = await addFixture('create-only.jpg');
    await house.db.writeSql((sql) => sql.run('delete from sidecar'));
    expect(await sidecars.repair()).toBe(1);
    expect(await sidecars.writeDue()).toBe(1);
    expect(existsSync(a.xmp)).toBe(true);
    expect(await sidecars.repair()).toBe(0);
  });
  test('a folder that is gone: failed with words, tried again later and later, for ever, and at the next start at once', async () => {
    const a = await addFixture('create-only.jpg');
    const other = await add(Buffer.concat([await fixture('create-only.jpg'), Buffer.from('2')]), 'second.jpg');
    const dir = dirname(a.path);
    await rm(dir, { recursive: true });
    await sidecars.writeDue();
    expect(state(a)).toMatchObject({ state: 'failed', error: 'The folder of this photo is not there.', tries: 1 });
    expect(state(other)).toEqual(state(a)); // one failure for the folder
    expect(logged).toHaveLength(1);
    for (let i = 0; i < 20; i++) {
      clock += 24 * 3600_000;
      await sidecars.writeDue();
    }
    expect(state(a).tries).toBe(21);
    expect(logged).toHaveLength(2); // once more when it does not pass
    clock += 5 * 3600_000;
    expect(await sidecars.writeDue()).toBe(0); // every six hours
    await mkdir(dir);
    await sidecars.repair();
    await sidecars.writeDue();
    expect(state(a)).toMatchObject({ state: 'written', error: null, tries: 0 });
    expect(existsSync(a.xmp)).toBe(true);
  });
  test('a file that becomes a photo of its own, and one that becomes part of another: each sidecar is that of the photo that its file shows', async () => {
    const [a, b] = [await addFixture('create-only.jpg'), await addFixture('side-lr.jpg')];
    await edit(a, { title: 'of a' });
    await edit(b, { title: 'of b' });
    await sidecars.writeDue();
    // the two become one: b's file is part of a
    await house.db.writeSql((sql) => {
      joinSidecars(sql, a.id, [b.id], fileOf(sql, a.id));
      sql.run(`update file set asset_id = ?, shown = 0, role = 'edited' where asset_id = ?`, a.id, b.id);
      leaveTimeline(sql, counted(sql, b.id)!);
      sql.run('delete from asset where id = ?', b.id);
      sidecarDue(sql, a.id, 0);
    });
    await sidecars.writeDue();
    expect(existsSync(b.xmp)).toBe(false);
    expect(await readFile(a.xmp, 'utf8')).toContain('<mantel:Name>side-lr.jpg</mantel:Name>');
    // and a is shown by b's file, while its own becomes a photo of its own, before anything is written
    const uuid = '00000000-0000-4000-8000-000000000001';
    await house.db.writeSql((sql) => {
      const id = Number(sql.run(`insert into asset(uuid, library_id, type, vis, ord, month, sha256, taken_at, taken_at_local, taken_at_source, original_name, created_at, updated_at) select ?, library_id, type, 1, ord + 1, month, 'x', taken_at, taken_at_local, 'exif', 'y', 0, 0 from asset where id = ?`, uuid, a.id).lastInsertRowid);
      splitSidecar(sql, a.id, id, fileOf(sql, a.id));
      sql.run(`update file set asset_id = ?, role = 'original' where asset_id = ? and shown = 1`, id, a.id);
      sql.run(`update file set shown = 1, role = 'original' where asset_id = ?`, a.id);
      sidecarDue(sql, id, 0);
      sidecarDue(sql, a.id, 0);
    });
    await sidecars.writeDue();
    expect((await plain(a.xmp))['XMP-mantel:AssetId']).toBe(uuid);
    expect(await plain(b.xmp)).toMatchObject({ 'XMP-mantel:AssetId': a.uuid, 'XMP-dc:Title': 'of a' });
    expect(house.db.sql.get('select title from asset where uuid = ?', uuid)).toEqual({ title: null }); // what the file said was of the other one
  });
  test('another shown file: the sidecar goes with it, and the old one keeps only what others wrote', async () => {
    const a = await addFixture('create-only.jpg');
    await sidecars.writeDue();
    const move = (from: string, to: string): Promise<unknown> => house.db.writeSql((sql) => {
      sql.run('update file set path = ?, path_key = ? where path = ?', to, to, from);
      sidecarDue(sql, a.id, 0);
    });
    const rel = a.path.slice(house.data.length + 1);
    await copyFile(a.path, join(dirname(a.path), 'other.jpg'));
    await move(rel, join(dirname(rel), 'other.jpg'));
    await sidecars.writeDue();
    expect(existsSync(a.xmp)).toBe(false);
    expect((await plain(join(dirname(a.path), 'other.jpg.xmp')))['XMP-mantel:AssetId']).toBe(a.uuid);
    await elsewhere(join(dirname(a.path), 'other.jpg.xmp'), '-XMP-crs:Exposure2012=+0.5');
    await move(join(dirname(rel), 'other.jpg'), rel);
    await sidecars.writeDue();
    const left = await plain(join(dirname(a.path), 'other.jpg.xmp'));
    expect([left['XMP-crs:Exposure2012'], left['XMP-mantel:AssetId']]).toEqual(['+0.5', undefined]);
    expect((await plain(a.xmp))['XMP-mantel:AssetId']).toBe(a.uuid);
  });
});

describe('another program', () => {
  test('changes everything: taken over, with the place in time, counters and tags', async () => {
    const a = await addFixture('side-dt.jpg', 'side-dt.jpg.xmp');
    await sidecars.writeDue();
    expect(tagsOf(a)).toEqual(['a/b/c']);
    await elsewhere(a.xmp, '-XMP-exif:DateTimeOriginal=1999:12:31 23:59:59+01:00', '-XMP-dc:Title=New', '-XMP-dc:Description=Words', '-XMP-xmp:Rating=1', '-XMP-exif:GPSLatitude=10.5', '-XMP-exif:GPSLongitude=20.25', '-XMP-dc:Subject+=fresh');
    expect(await sidecars.lookAround()).toBe(1);
    expect(row(a)).toMatchObject({ taken_at_local: '1999-12-31T23:59:59', taken_at: Date.UTC(1999, 11, 31, 22, 59, 59), offset_minutes: 60, taken_at_source: 'sidecar', month: 199912, title: 'New', description: 'Words', rating: 1, lat: 10.5, lon: 20.25 });
    expect(Math.floor((row(a).ord as number) / 2 ** 20)).toBe(localSeconds('1999-12-31T23:59:59'));
    expect(tagsOf(a)).toEqual(['a/b/c', 'fresh']);
    expect(JSON.parse(row(a).sources as string)).toMatchObject({ takenAt: 'sidecar', title: 'sidecar', gps: 'sidecar', tags: 'sidecar' });
    expect(house.db.sql.all('select month, n from month_count')).toEqual([{ month: 199912, n: 1 }]);
    expect(house.db.sql.get('select op from change order by seq desc limit 1')).toEqual({ op: 'update' });
    expect(conflictsOf(a)).toEqual([]);
    await sidecars.writeDue();
    expect((await plain(a.xmp))['XMP-photoshop:DateCreated']).toBe('1999:12:31 23:59:59+01:00'); // where the two dates differed, ours follows
    expect(await sidecars.lookAround()).toBe(0);
  });
  test('a height that comes with a place is taken, and stays in the file', async () => {
    const a = await addFixture('create-only.jpg');
    await sidecars.writeDue();
    await elsewhere(a.xmp, '-XMP-exif:GPSLatitude=47.1', '-XMP-exif:GPSLongitude=11.2', '-XMP-exif:GPSAltitude=1234', '-XMP-exif:GPSAltitudeRef=0');
    await sidecars.lookAround();
    expect(row(a)).toMatchObject({ lat: 47.1, lon: 11.2, altitude: 1234 });
    clock += 10_000;
    await sidecars.writeDue();
    expect((await plain(a.xmp))['XMP-exif:GPSAltitude']).toBe(1234);
  });
  test('takes facts away', async () => {
    const a = await addFixture('create-only.jpg');
    await edit(a, { title: 'T', description: 'D', rating: 3, gps: { lat: 1, lon: 2 }, tags: ['x/y', 'z'], people: [{ name: 'Ana', region: { x: 0.1, y: 0.1, w: 0.1, h: 0.1 } }, { name: 'Bob', region: null }] });
    await sidecars.writeDue();
    await elsewhere(a.xmp, '-XMP-dc:Title=', '-XMP-dc:Description=', '-XMP-xmp:Rating=', '-XMP-exif:GPS*=', '-XMP-lr:HierarchicalSubject-=x|y', '-XMP-mwg-rs:all=');
    await sidecars.lookAround();
    expect(row(a)).toMatchObject({ title: null, description: null, rating: null, lat: null, lon: null });
    expect(tagsOf(a)).toEqual(['z']); // Lightroom knows its own list only
    expect(house.db.sql.all('select p.name from face f join person p on p.id = f.person_id')).toEqual([{ name: 'Bob' }]);
  });
  test('changed on both sides: the newer one holds, the other is kept to choose', async () => {
    const a = await addFixture('create-only.jpg');
    await edit(a, { title: 'first', rating: 1 });
    await sidecars.writeDue();
    await edit(a, { title: 'ours, older' });
    await elsewhere(a.xmp, '-XMP-dc:Title=theirs, newer', '-XMP-xmp:Rating=2');
    clock += 60_000;
    await edit(a, { rating: 5 }); // ours is newer than the file
    await house.db.writeSql((sql) => sidecarDue(sql, a.id, 0));
    await sidecars.writeDue();
    expect(row(a)).toMatchObject({ title: 'theirs, newer', rating: 5 });
    expect(conflictsOf(a)).toEqual([
      { fact: 'rating', lost: '2', lostFrom: 'sidecar', at: expect.any(String) as string }, { fact: 'title', lost: 'ours, older', lostFrom: 'here', at: expect.any(String) as string },
    ]);
    expect(await plain(a.xmp)).toMatchObject({ 'XMP-dc:Title': 'theirs, newer', 'XMP-xmp:Rating': 5 });
    // another look at the same file says nothing new, and an edit settles it
    await sidecars.lookAround();
    await edit(a, { title: 'mine' });
    expect(conflictsOf(a)).toHaveLength(1);
  });
  test('writes at the very moment when we do: theirs is not overwritten', async () => {
    const a = await addFixture('create-only.jpg');
    await sidecars.writeDue();
    await edit(a, { description: 'ours' });
    await elsewhere(a.xmp, '-XMP-crs:Exposure2012=+1.5', '-XMP-dc:Title=theirs');
    clock += 10_000;
    await sidecars.writeDue();
    expect(await plain(a.xmp)).toMatchObject({ 'XMP-crs:Exposure2012': '+1.5', 'XMP-dc:Title': 'theirs', 'XMP-dc:Description': 'ours' });
    expect(row(a)).toMatchObject({ title: 'theirs', description: 'ours' });
  });
  test('deletes the sidecar: it is written again', async () => {
    const a = await addFixture('create-only.jpg');
    await sidecars.writeDue();
    await rm(a.xmp);
    await sidecars.look(a.id);
    clock += 1;
    await sidecars.writeDue();
    expect(existsSync(a.xmp)).toBe(true);
  });
  test('changes a sidecar while the reader is dead: nothing is written over it until it was read', async () => {
    const a = await addFixture('create-only.jpg');
    await edit(a, { description: 'ours' });
    await sidecars.writeDue();
    await elsewhere(a.xmp, '-XMP-dc:Description=theirs, newer');
    await edit(a, { rating: 3 });
    clock += 10_000;
    dead = true;
    await sidecars.writeDue();
    expect([(await plain(a.xmp))['XMP-dc:Description'], row(a).description, state(a).state]).toEqual(['theirs, newer', 'ours', 'failed']);
    dead = false;
    await sidecars.lookAround(); // failed ones are looked at, too
    expect(row(a).description).toBe('theirs, newer');
    await sidecars.writeDue();
    expect(await plain(a.xmp)).toMatchObject({ 'XMP-dc:Description': 'theirs, newer', 'XMP-xmp:Rating': 3 });
  });
  test('changes the sidecars of two photos that become one: both are taken over, and then only one is left', async () => {
    const [a, b] = [await addFixture('create-only.jpg'), await addFixture('side-lr.jpg')];
    await sidecars.writeDue();
    await elsewhere(a.xmp, '-XMP-dc:Title=into a');
    await elsewhere(b.xmp, '-XMP-dc:Description=into b', '-XMP-photoshop:Urgency=3');
    await house.db.writeSql((sql) => {
      joinSidecars(sql, a.id, [b.id], fileOf(sql, a.id));
      sql.run(`update file set asset_id = ?, shown = 0, role = 'edited' where asset_id = ?`, a.id, b.id);
      leaveTimeline(sql, counted(sql, b.id)!);
      sql.run('delete from asset where id = ?', b.id);
    });
    await sidecars.writeDue();
    clock += 10_000;
    await sidecars.writeDue();
    expect(row(a)).toMatchObject({ title: 'into a', description: 'into b' });
    expect(await plain(a.xmp)).toMatchObject({ 'XMP-dc:Title': 'into a', 'XMP-dc:Description': 'into b' });
    expect(await plain(b.xmp)).toMatchObject({ 'XMP-photoshop:Urgency': 3 }); // what is not ours stays
    expect((await plain(b.xmp))['XMP-mantel:AssetId']).toBeUndefined();
    expect(house.db.sql.get('select old from sidecar')).toEqual({ old: '[]' });
  });
  test('writes at the same moment, again and again: that is no failure', async () => {
    const a = await addFixture('create-only.jpg');
    await sidecars.writeDue();
    await edit(a, { title: 'T' });
    await writeFile(a.xmp, 'half'); // so young that its program may be about to write the rest
    for (let i = 0; i < 12; i++) {
      clock += 3000;
      await utimes(a.xmp, clock / 1000, clock / 1000);
      await sidecars.writeDue();
    }
    expect([state(a).tries, existsSync(`${a.xmp}.damaged`)]).toEqual([0, false]);
  });
  test('leaves half a file: nothing is taken from it; when it must be written it is kept aside', async () => {
    const a = await addFixture('create-only.jpg');
    await edit(a, { title: 'T' });
    await sidecars.writeDue();
    const whole = await readFile(a.xmp, 'utf8');
    await writeFile(a.xmp, whole.slice(0, 600));
    await sidecars.lookAround();
    expect(row(a).title).toBe('T');
    await edit(a, { title: 'U' });
    clock += 10_000;
    await sidecars.writeDue();
    expect(await readFile(`${a.xmp}.damaged`, 'utf8')).toBe(whole.slice(0, 600));
    expect((await plain(a.xmp))['XMP-dc:Title']).toBe('U');
  });
  test('damages one: it is set aside and written anew although nobody edits anything', async () => {
    const a = await addFixture('create-only.jpg');
    await edit(a, { title: 'T' });
    await sidecars.writeDue();
    await writeFile(a.xmp, '<x:xmpmeta broken');
    await sidecars.lookAround();
    clock += 120_000;
    await sidecars.writeDue();
    expect([(await plain(a.xmp))['XMP-dc:Title'], await readFile(`${a.xmp}.damaged`, 'utf8')]).toEqual(['T', '<x:xmpmeta broken']);
  });
});

describe('arriving', () => {
  test('with its photo: the facts go before the file\'s, the file is kept with everything in it, ours is written into it', async () => {
    const foreign = (await fixture('side-lr.xmp')).toString().replace('<xmp:Rating>', '<xmp:Label>Red</xmp:Label><xmp:Rating>');
    const a = await add(await fixture('side-lr.jpg'), 'side-lr.jpg', foreign);
    expect(row(a)).toMatchObject({ taken_at_local: '2019-01-02T03:04:05', offset_minutes: 60, rating: 5, taken_at_source: 'sidecar' });
    expect(a.path).toContain(join('2019', '2019-01'));
    expect(await readFile(a.xmp, 'utf8')).toBe(foreign);
    await sidecars.writeDue();
    expect(await plain(a.xmp)).toMatchObject({ 'XMP-xmp:Label': 'Red', 'XMP-xmp:Rating': 5, 'XMP-dc:Subject': ['sidecar'], 'XMP-mantel:AssetId': a.uuid });
    expect(conflictsOf(a)).toEqual([]);
    expect(await readdir(join(house.data, INCOMING))).toEqual([]);
  });
  test('one that cannot be read spoils nothing', async () => {
    const a = await add(await fixture('side-lr.jpg'), 'side-lr.jpg', '<x:xmpmeta broken');
    expect(a).toMatchObject({ outcome: 'created', sidecar: 'damaged' });
    expect(existsSync(a.xmp)).toBe(false);
    expect(logged.join()).toContain('sidecar');
    for (const said of ['<x:xmpmeta broken', '<x:xmpmeta another', '<x:xmpmeta another']) expect(await add(await fixture('side-lr.jpg'), 'side-lr.jpg', said)).toMatchObject({ outcome: 'duplicate', sidecar: 'damaged' });
    // nothing is dropped, and the same one again is not kept twice
    expect([await readFile(`${a.xmp}.damaged`, 'utf8'), await readFile(`${a.xmp}.damaged-2`, 'utf8'), existsSync(`${a.xmp}.damaged-3`)]).toEqual(['<x:xmpmeta broken', '<x:xmpmeta another', false]);
    expect((await stat(`${a.xmp}.damaged`)).mode & 0o777).toBe(0o644);
    await sidecars.writeDue();
    expect(state(a).state).toBe('written');
  });
  test('with a photo that is here: merged once; the same one again changes nothing any more', async () => {
    const a = await addFixture('side-lr.jpg');
    await sidecars.writeDue();
    expect((await addFixture('side-lr.jpg', 'side-lr.xmp')).outcome).toBe('duplicate');
    expect(row(a)).toMatchObject({ rating: 5, taken_at_local: '2019-01-02T03:04:05' });
    expect(tagsOf(a)).toContain('sidecar');
    await edit(a, { rating: 2 });
    clock += 10_000;
    await sidecars.writeDue();
    await addFixture('side-lr.jpg', 'side-lr.xmp');
    expect(row(a).rating).toBe(2);
  });
  test('with a photo that is here, carrying develop settings: they are kept', async () => {
    const a = await addFixture('side-lr.jpg');
    await sidecars.writeDue();
    const said = (await fixture('side-lr.xmp')).toString().replace('<xmp:Rating>', '<xmp:Label>Red</xmp:Label><xmp:Rating>');
    await add(await fixture('side-lr.jpg'), 'side-lr.jpg', said);
    clock += 10_000;
    await sidecars.writeDue();
    expect(await plain(a.xmp)).toMatchObject({ 'XMP-xmp:Label': 'Red', 'XMP-mantel:AssetId': a.uuid, 'XMP-xmp:Rating': 5 });
  });
  test('alone: found by its name, refused when there is none or more than one', async () => {
    const a = await addFixture('side-lr.jpg');
    const xmp = await fixture('side-lr.xmp');
    const send = async (name: string): Promise<unknown> => ingest.ingest(ann.id, { ...(await receiveBytes(xmp)), name });
    expect(await send('SIDE-LR.XMP')).toMatchObject({ outcome: 'duplicate', assetId: a.uuid });
    expect(row(a).rating).toBe(5);
    expect(await send('side-lr.jpg.xmp')).toMatchObject({ assetId: a.uuid });
    await expect(send('other.xmp')).rejects.toMatchObject({ type: 'no_photo' });
    await add(await fixture('create-only.jpg'), 'side-lr.png');
    await expect(send('side-lr.xmp')).rejects.toMatchObject({ type: 'no_photo', message: expect.stringContaining('Several') as string });
    await expect(ingest.ingest(ann.id, { ...(await receiveBytes(Buffer.from('no xmp at all'))), name: 'side-lr.jpg.xmp' })).rejects.toMatchObject({ type: 'bad_sidecar' });
    await expect(ingest.ingest(ann.id, { ...(await receiveBytes(Buffer.alloc(5 * 1024 * 1024 + 1, ' '))), name: 'side-lr.jpg.xmp' })).rejects.toMatchObject({ type: 'too_large' });
    expect(await readdir(join(house.data, INCOMING))).toEqual([]);
  });
  test('an old one without a date of change, or one from the future, does not beat what a person wrote', async () => {
    const a = await addFixture('create-only.jpg');
    await edit(a, { title: 'typed' }, clock);
    const says = (title: string, more = ''): string => `<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description rdf:about='' xmlns:xmp='http://ns.adobe.com/xap/1.0/' xmlns:dc='http://purl.org/dc/elements/1.1/' ${more}><dc:title><rdf:Alt><rdf:li xml:lang='x-default'>${title}</rdf:li></rdf:Alt></dc:title></rdf:Description></rdf:RDF></x:xmpmeta>`;
    await add(await fixture('create-only.jpg'), 'create-only.jpg', says('old words'));
    expect(row(a).title).toBe('typed');
    expect(conflictsOf(a)).toEqual([expect.objectContaining({ fact: 'title', lost: 'old words', lostFrom: 'sidecar' })]);
    clock += 1000;
    await edit(a, { title: 'typed again' }, clock + 1); // this very moment
    await add(await fixture('create-only.jpg'), 'create-only.jpg', says('from 2099', `xmp:MetadataDate='2099-01-01T00:00:00Z'`));
    expect(row(a).title).toBe('typed again');
    await ingest.ingest(ann.id, { ...(await receiveBytes(Buffer.from(says('alone, newer')))), name: 'create-only.jpg.xmp', modifiedAt: clock += 60_000 });
    expect(row(a).title).toBe('alone, newer');
  });
  test('while the reader is dead: the photo is taken in, its sidecar is kept beside it and read later', async () => {
    dead = true;
    const a = await addFixture('side-lr.jpg', 'side-lr.xmp');
    expect(a.outcome).toBe('created');
    expect(row(a).rating).not.toBe(5);
    await expect(add(await fixture('side-lr.jpg'), 'side-lr.jpg', await fixture('side-dt.jpg.xmp'))).rejects.toThrow('killed'); // to be sent again
    dead = false;
    await sidecars.writeDue();
    clock += 10_000;
    await sidecars.writeDue();
    expect([row(a).rating, state(a).state]).toEqual([5, 'written']);
  });
});

test('an edited rendition is shown: the sidecar lies beside the original', async () => {
  const a = await addFixture('create-only.jpg');
  await house.db.writeSql((sql) => {
    sql.run('update file set shown = 0 where asset_id = ?', a.id);
    sql.run(`insert into file(uuid, asset_id, library_id, role, shown, state, path, path_key, name, bytes, mime, sha256, sha1, created_at, facts, stem, taken_at) select 'e', asset_id, library_id, 'edited', 1, 'live', path || '-e', path_key || '-e', name, bytes, mime, 'e', 'e', 0, facts, stem, taken_at from file where asset_id = ?`, a.id);
    sidecarDue(sql, a.id, 0);
  });
  await sidecars.writeDue();
  expect([existsSync(a.xmp), existsSync(`${a.path}-e.xmp`)]).toEqual([true, false]);
  // a row of before, when it lay beside the shown one
  await house.db.writeSql((sql) => sql.run(`update sidecar set path = replace(path, '.xmp', '-e.xmp')`));
  await copyFile(a.xmp, `${a.path}-e.xmp`);
  await rm(a.xmp);
  expect(await sidecars.repair()).toBe(1);
  await sidecars.writeDue();
  expect([existsSync(a.xmp), existsSync(`${a.path}-e.xmp`), await sidecars.repair()]).toEqual([true, false, 0]);
});

test('who is called differently is called so in the sidecars of their favourites', async () => {
  const [a, b] = [await addFixture('create-only.jpg'), await addFixture('side-lr.jpg')];
  await house.db.writeSql((sql) => sql.run('insert into asset_user(user_id, asset_id, ord, favourite) values(?, ?, 0, 1)', ann.id, a.id));
  await sidecars.writeDue();
  await house.db.writeSql((sql) => favouritesDue(sql, ann.uuid, 0));
  expect([state(a).state, state(b).state]).toEqual(['due', 'written']);
});

test('users, albums and people lie beside the photos, rewritten when they change', async () => {
  const known = new Map<string, string>();
  expect(await writeHouseFiles(house.db.sql, house.data, known)).toBe(3);
  expect(JSON.parse(await readFile(join(house.data, 'library/.mantel/users.json'), 'utf8'))).toEqual([{ id: ann.uuid, name: 'Ann' }]);
  await house.addPerson('Bob');
  expect(await writeHouseFiles(house.db.sql, house.data, known)).toBe(1);
  expect(await writeHouseFiles(house.db.sql, house.data)).toBe(0);
});
