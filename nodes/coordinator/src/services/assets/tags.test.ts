import { chmodSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createExiftool, type Exiftool } from '../../library/exiftool.ts';
import { createFacts } from '../../library/facts/facts.ts';
import { openMarker } from '../../library/marker.ts';
import { receive } from '../../library/receive.ts';
import { type House, openHouse, type Person } from '../../testing/house.ts';
import { counted, enterTimeline, nextOrd } from '../timeline/counters.repository.ts';
import { localSeconds, monthOf, ratioByte } from '../timeline/ord.ts';
import { createIngest } from './ingest.ts';
import { type AssetTags, createTags, shown } from './tags.ts';

const fixtures = join(import.meta.dirname, '../../../fixtures');
let house: House;
let ann: Person;
let exiftool: Exiftool;
let tags: AssetTags;
let send: (name: string, bytes?: Buffer) => Promise<string>;

beforeEach(async () => {
  house = await openHouse();
  ann = await house.addPerson('Ann');
  exiftool = createExiftool();
  const marker = await openMarker(house.db, house.data);
  const ingest = createIngest({
    db: house.db, data: house.data, facts: createFacts({ log: { warn: () => undefined }, exiftool }), marker, arrived: (sql, a) => { enterTimeline(sql, counted(sql, a.assetId)!); return { assetUuid: a.assetUuid }; },
    readSidecar: () => Promise.resolve(null), afterArrival: () => undefined, position: (sql, local, w, h) => ({ ord: nextOrd(sql, localSeconds(local)), month: monthOf(localSeconds(local)), ratio: ratioByte(w, h) }),
  });
  tags = createTags({ db: house.db, data: house.data, exiftool, marker });
  send = async (name, bytes = readFileSync(join(fixtures, name))) => (await ingest.ingest(ann.id, { ...(await receive(house.data, Readable.from([bytes]))), name })).assetId;
});
afterEach(async () => {
  await exiftool.close();
  await house.close();
});
const pathOf = (asset: string): string => join(house.data, house.db.sql.get<{ path: string }>('select f.path from file f join asset a on a.id = f.asset_id where a.uuid = ?', asset)!.path);
const values = (list: { group: string; name: string; value: string }[], name: string): string[] => list.filter((t) => `${t.group}:${t.name}` === name).map((t) => t.value);

test('every tag of the original and of its sidecar, as they carry it, and no word about our folders', async () => {
  const id = await send('tags.jpg');
  writeFileSync(`${pathOf(id)}.xmp`, '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title><rdf:Alt><rdf:li xml:lang="x-default">Beside</rdf:li></rdf:Alt></dc:title></rdf:Description></rdf:RDF></x:xmpmeta>');
  const { files } = await tags(ann.id, id);
  expect(files.map((f) => [f.name, f.cut])).toEqual([['tags.jpg', false], ['tags.jpg.xmp', false]]);
  expect(values(files[0]!.tags, 'XMP-lr:HierarchicalSubject')).toEqual(['Places|Europe|Lisbon']);
  expect(values(files[0]!.tags, 'IPTC:Keywords')).toEqual(['beach, family']);
  expect(values(files[1]!.tags, 'XMP-dc:Title')).toEqual(['Beside']);
  expect(JSON.stringify(files)).not.toContain(house.data);
});
test.each(['apple-creationdate.mov', 'real.jxl', 'real.heic', 'plain.png'])('%s too', async (name) => {
  const [file] = (await tags(ann.id, await send(name))).files;
  expect(values(file!.tags, 'File:FileType')).toHaveLength(1);
});
test('a stranger sees nothing; a disk or a file that is away is said', async () => {
  const id = await send('tags.jpg');
  const bob = await house.addPerson('Bob');
  await house.db.writeSql((sql) => void sql.run('delete from membership where user_id = ?', bob.id));
  await expect(tags(bob.id, id)).rejects.toMatchObject({ type: 'not_found' });
  chmodSync(pathOf(id), 0o644);
  rmSync(pathOf(id));
  expect((await tags(ann.id, id)).files[0]!.tags).toEqual([{ group: 'ExifTool', name: 'Error', value: 'The file is not on the disk.' }]);
  renameSync(join(house.data, 'library'), join(house.data, 'away'));
  await expect(tags(ann.id, id)).rejects.toMatchObject({ type: 'storage_missing' });
});
test('bounded: number, length, binary values', () => {
  const many = shown(Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`IFD0:Tag${i}`, 'x'.repeat(i === 0 ? 5000 : 1)])));
  expect([many.tags.length, many.cut, many.tags[0]!.value.length]).toEqual([2000, true, 2048]);
  expect(shown({ SourceFile: '/secret', 'IFD0:Make': 'Canon\0', 'IFD0:Copy1:Make': 'Nikon', 'IFD1:ThumbnailImage': '(Binary data 5120 bytes, use -b option to extract)', 'XMP-mwg-rs:RegionType': ['Face', 'Pet'], 'QuickTime:Ok': true }))
    .toEqual({ cut: false, tags: [{ group: 'IFD0', name: 'Make', value: 'Canon' }, { group: 'IFD0', name: 'Make', value: 'Nikon' }, { group: 'IFD1', name: 'ThumbnailImage', value: '(5120 bytes)' }, { group: 'XMP-mwg-rs', name: 'RegionType', value: 'Face, Pet' }, { group: 'QuickTime', name: 'Ok', value: 'true' }] });
});
test('PNG, too: too much text is not read', async () => {
  const png = readFileSync(join(fixtures, 'plain.png'));
  const text = Buffer.alloc(12 + 3_000_000, 'a b\0');
  text.writeUInt32BE(3_000_000, 0);
  text.write('tEXt', 4, 'latin1');
  const id = await send('plain.png', Buffer.concat([png, Buffer.from('1')]));
  chmodSync(pathOf(id), 0o644);
  writeFileSync(pathOf(id), Buffer.concat([png.subarray(0, 33), text, text, text, png.subarray(33)]));
  expect((await tags(ann.id, id)).files[0]!.tags).toEqual([{ group: 'ExifTool', name: 'Error', value: 'There are too many tags to read them all.' }]);
});
test.each([['a document type of its own', '<!DOCTYPE x [<!ENTITY e "bomb">]><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">&e;</rdf:RDF></x:xmpmeta>', /damaged/], ['six megabytes', `<rdf:RDF>${' '.repeat(6 << 20)}</rdf:RDF>`, /too large/]])('a sidecar with %s is not handed to exiftool', async (_what, xmp, why) => {
  const id = await send('tags.jpg');
  writeFileSync(`${pathOf(id)}.xmp`, xmp);
  expect((await tags(ann.id, id)).files[1]!.tags).toEqual([{ group: 'ExifTool', name: 'Error', value: expect.stringMatching(why) as string }]);
});
test('one file at a time for the whole house, and an answer in time', async () => {
  const [a, b] = [await send('tags.jpg'), await send('plain.png')];
  let [open, most] = [0, 0];
  const held: (() => void)[] = [];
  let started = (): void => undefined;
  const first = new Promise<void>((resolve) => { started = resolve; });
  const readRaw = async (): Promise<object> => {
    most = Math.max(most, ++open);
    started();
    await new Promise<void>((resolve) => { held.push(resolve); });
    open--;
    return { 'File:FileType': 'X' };
  };
  const view = (limitMs: number): AssetTags => createTags({ db: house.db, data: house.data, exiftool: { tool: () => Promise.resolve({ readRaw } as never) }, marker: { present: () => true }, limitMs });
  const patient = view(60_000);
  const both = [patient(ann.id, a), patient(ann.id, b)];
  await first;
  expect([open, held.length]).toEqual([1, 1]);
  held[0]!();
  await both[0];
  await expect.poll(() => held.length).toBe(2);
  held[1]!();
  expect((await both[1]!).files[0]!.tags).toEqual([{ group: 'File', name: 'FileType', value: 'X' }]);
  expect(most).toBe(1);
  const hasty = view(30);
  const late = [{ group: 'ExifTool', name: 'Error', value: 'There was no time to read these tags. Try again in a moment.' }];
  expect((await Promise.all([hasty(ann.id, a), hasty(ann.id, b)])).map((r) => r.files[0]!.tags)).toEqual([late, late]);
  expect(held.length).toBeLessThanOrEqual(3); // the second was never begun
  held[2]?.();
});
test('a picture with a text of megabytes: what fits, and that it was cut', async () => {
  const base = readFileSync(join(fixtures, 'tags.jpg'));
  const comment = Buffer.alloc(65_000, 'word ');
  const segment = Buffer.concat([Buffer.from([0xff, 0xfe, (comment.length + 2) >> 8, (comment.length + 2) & 255]), comment]);
  const [some] = (await tags(ann.id, await send('some.jpg', Buffer.concat([base.subarray(0, 2), segment, base.subarray(2)])))).files;
  expect([values(some!.tags, 'File:Comment')[0]!.length <= 2048, some!.cut]).toEqual([true, true]);
  const [many] = (await tags(ann.id, await send('many.jpg', Buffer.concat([base.subarray(0, 2), ...Array(800).fill(segment) as Buffer[], base.subarray(2)])))).files;
  expect(many!.tags).toEqual([{ group: 'ExifTool', name: 'Error', value: 'There are too many tags to read them all.' }]);
});
