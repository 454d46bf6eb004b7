import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Asset } from '@mantel/contracts/models/asset.ts';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { codeOf, must, type Person, type Rig, startRig, uploaded } from './rig.ts';
import { type Answer, ask, field, fileHead, FORM_END, MULTIPART } from './rig/ask.ts';
import { picture } from './rig/pictures.ts';

const EXIFTOOL = new URL('../../../node_modules/exiftool-vendored.pl/bin/exiftool', import.meta.url).pathname;
const run = promisify(execFile);
const plain = async (file: string): Promise<Record<string, unknown>> => (JSON.parse((await run('perl', [EXIFTOOL, '-config', '', '-j', '-G1', '-n', file])).stdout) as Record<string, unknown>[])[0]!;
const XMP = Buffer.from(`<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/" xmp:Rating="4" crs:Exposure2012="+0.50"/></rdf:RDF></x:xmpmeta>`);

let rig: Rig;
let ann: Person;
let ahead = 0; // the house has no worker here, so it is busy: what waits long is written all the same
beforeAll(async () => {
  rig = await startRig({ now: () => Date.now() + ahead });
  ann = await rig.admin();
});
afterAll(async () => {
  expect(rig.log.filter((l) => l.level === 'error')).toEqual([]);
  await rig.stop();
});

const head = (name: string, fileName: string): Buffer => Buffer.from(fileHead(fileName).toString('latin1').replace('name="file"', `name="${name}"`), 'latin1');
const send = (...parts: Buffer[]): Promise<Answer> => {
  const body = Buffer.concat([...parts, FORM_END]);
  return ask(rig.port, { method: 'POST', path: '/api/v1/assets', headers: { ...MULTIPART, authorization: `Bearer ${ann.token}`, 'content-length': body.length }, body });
};
const file = (name: string, bytes: Buffer, part = 'file'): Buffer => Buffer.concat([head(part, name), bytes, Buffer.from(part === 'file' ? '' : '\r\n')]);
const asset = async (id: string): Promise<Asset> => must(await rig.api('GET', `/assets/${id}`, undefined, { token: ann.token }), 200).json as unknown as Asset;
const incoming = (): string[] => readdirSync(join(rig.data, 'library', '.mantel', 'incoming'));
const written = async (id: string, holds: (t: Record<string, unknown>) => void): Promise<string> => {
  const xmp = join(rig.data, `${(await asset(id)).files[0]!.path}.xmp`);
  ahead += 120_000;
  await vi.waitFor(async () => holds(await plain(xmp)), { timeout: 20_000, interval: 200 });
  return xmp;
};

test('a photo comes with its sidecar, is edited, is edited elsewhere, and a conflict is settled', async () => {
  const bytes = await picture(1);
  const up = must(await send(field('folder', 'Photos/1999 Summer'), file('IMG_1.xmp', XMP, 'sidecar'), file('IMG_1.jpg', bytes)), 201);
  const id = uploaded(up).assetId;
  expect(await asset(id)).toMatchObject({ rating: 4, sources: { rating: 'sidecar' } });
  expect(incoming()).toEqual([]);
  const xmp = await written(id, (t) => expect(t).toMatchObject({ 'XMP-crs:Exposure2012': '+0.50', 'XMP-xmp:Rating': 4, 'XMP-mantel:AssetId': id }));
  const original = xmp.slice(0, -4);
  expect(createHash('sha256').update(readFileSync(original)).digest('hex')).toBe(createHash('sha256').update(bytes).digest('hex'));

  must(await rig.api('PATCH', `/assets/${id}`, { title: 'Käse', takenAtLocal: '1999-08-07T06:05:04', offset: '+02:00', gps: [38.7, -9.1], tags: ['Places/Lisbon'] }, { token: ann.token }), 200);
  must(await rig.api('POST', '/assets/favourite', { ids: [id], value: true }, { token: ann.token }), 200);
  await written(id, (t) => expect(t).toMatchObject({ 'XMP-dc:Title': 'Käse', 'XMP-exif:DateTimeOriginal': '1999:08:07 06:05:04+02:00', 'XMP-digiKam:TagsList': 'Places/Lisbon', 'XMP-mantel:FavouritesId': ann.id, 'XMP-crs:Exposure2012': '+0.50' }));
  expect((await asset(id)).takenAt).toBe('1999-08-07T04:05:04.000Z');
  must(await rig.api('PATCH', '/auth/me', { name: 'Anna' }, { token: ann.token }), 200);
  await written(id, (t) => expect(t['XMP-mantel:FavouritesName']).toBe('Anna'));

  // ours first, then another program's, before ours was written
  must(await rig.api('PATCH', `/assets/${id}`, { title: 'ours' }, { token: ann.token }), 200);
  await run('perl', [EXIFTOOL, '-q', '-overwrite_original', '-XMP-dc:Title=theirs', xmp]);
  utimesSync(xmp, Date.now() / 1000 + 60, Date.now() / 1000 + 60);
  await written(id, (t) => expect(t['XMP-dc:Title']).toBe('theirs'));
  await vi.waitFor(async () => expect(await asset(id)).toMatchObject({ title: 'theirs', conflicts: [{ fact: 'title', lost: 'ours', lostFrom: 'here' }] }), { timeout: 10_000 });
  expect(must(await rig.api('POST', `/assets/${id}/settle`, { fact: 'title', take: 'lost' }, { token: ann.token }), 200).json).toMatchObject({ title: 'ours', conflicts: [] });
  expect(codeOf(await rig.api('POST', `/assets/${id}/settle`, { fact: 'title', take: 'held' }, { token: ann.token }))).toEqual([404, 'not_found']);
});

test('one that comes alone finds its photo, or is refused; too large and twice are refused; nothing stays', async () => {
  const id = uploaded(must(await send(file('IMG_2.jpg', await picture(2))), 201)).assetId;
  expect(must(await send(file('IMG_2.XMP', XMP)), 200).json).toMatchObject({ outcome: 'duplicate', assetId: id });
  expect((await asset(id)).rating).toBe(4);
  expect(codeOf(await send(file('nobody.xmp', XMP)))).toEqual([422, 'no_photo']);
  expect(codeOf(await send(file('IMG_2.xmp', Buffer.from('<x:xmpmeta half')))) ).toEqual([422, 'bad_sidecar']);
  expect(codeOf(await send(file('IMG_3.xmp', Buffer.alloc(5 * 1024 * 1024 + 1, ' '), 'sidecar'), file('IMG_3.jpg', await picture(3))))).toEqual([413, 'too_large']);
  expect(codeOf(await send(file('a.xmp', XMP, 'sidecar'), file('b.xmp', XMP, 'sidecar'), file('IMG_4.jpg', await picture(4))))).toEqual([400, 'bad_request']);
  expect(codeOf(await send(file('a.xmp', XMP, 'sidecar')))).toEqual([400, 'bad_request']);
  expect(incoming()).toEqual([]);
  // one that is broken does not keep its photo back
  const answer = must(await send(file('IMG_5.xmp', Buffer.from('<x:xmpmeta half'), 'sidecar'), file('IMG_5.jpg', await picture(5))), 201);
  expect(answer.json).toMatchObject({ sidecar: 'damaged' });
  const broken = uploaded(answer).assetId;
  const beside = join(rig.data, `${(await asset(broken)).files[0]!.path}.xmp`);
  expect(readFileSync(`${beside}.damaged`, 'utf8')).toBe('<x:xmpmeta half');
});

test('a sidecar that corrects the date of one part does not tear a photo apart', async () => {
  const shot = (shade: number): Promise<Buffer> => sharp({ create: { width: 64, height: 48, channels: 3, background: { r: shade, g: 90, b: 30 } } }).jpeg().withExif({ IFD0: { Make: 'Mantel', Model: 'One' }, IFD2: { DateTimeOriginal: '2016:05:05 10:00:00' } }).toBuffer();
  const dated = Buffer.from('<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:DateTimeOriginal="1999-01-01T00:00:00"/></rdf:RDF></x:xmpmeta>');
  const whole = uploaded(must(await send(file('IMG_7.xmp', dated, 'sidecar'), file('IMG_7.jpg', await shot(10))), 201));
  const edit = uploaded(must(await send(file('IMG_7-edited.jpg', await shot(20))), 201));
  expect(edit.assetId).toBe(whole.assetId);
  expect(await asset(whole.assetId)).toMatchObject({ takenAtLocal: '1999-01-01T00:00:00', takenAtSource: 'sidecar', files: [{ name: 'IMG_7-edited.jpg' }, { name: 'IMG_7.jpg' }] });
});
