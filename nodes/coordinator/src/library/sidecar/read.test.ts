import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createExiftool, type Exiftool } from '../exiftool.ts';
import type { Facts } from '../facts/facts.ts';
import { withSidecar } from './fields.ts';
import { displayed, stored } from './people.ts';
import { createSidecarReader, shapeTrouble, type SidecarRead, type SidecarReader } from './read.ts';

const FIXTURES = new URL('../../../fixtures/', import.meta.url).pathname;
let dir: string;
let exiftool: Exiftool;
let read: SidecarReader;
const logged: object[] = [];
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'mantel-sidecar-'));
  exiftool = createExiftool();
  read = createSidecarReader(exiftool, { warn: (d) => logged.push(d) });
});
afterAll(async () => {
  await exiftool.close();
  rmSync(dir, { recursive: true, force: true });
});

const NS = ['dc http://purl.org/dc/elements/1.1/', 'xmp http://ns.adobe.com/xap/1.0/', 'exif http://ns.adobe.com/exif/1.0/', 'photoshop http://ns.adobe.com/photoshop/1.0/', 'lr http://ns.adobe.com/lightroom/1.0/', 'digiKam http://www.digikam.org/ns/1.0/',
  'mwg-rs http://www.metadataworkinggroup.com/schemas/regions/', 'stArea http://ns.adobe.com/xmp/sType/Area#', 'stDim http://ns.adobe.com/xap/1.0/sType/Dimensions#', 'MP http://ns.microsoft.com/photo/1.2/', 'MPRI http://ns.microsoft.com/photo/1.2/t/RegionInfo#',
  'MPReg http://ns.microsoft.com/photo/1.2/t/Region#', 'Iptc4xmpExt http://iptc.org/std/Iptc4xmpExt/2008-02-29/'].map((n) => `xmlns:${n.replace(' ', '="')}"`).join(' ');
const xmp = (body: string, attributes = '', head = ''): string => `${head}<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" ${NS} ${attributes}>${body}</rdf:Description></rdf:RDF></x:xmpmeta>`;
const bag = (name: string, ...values: string[]): string => `<${name}><rdf:Bag>${values.map((v) => `<rdf:li>${v}</rdf:li>`).join('')}</rdf:Bag></${name}>`;
let n = 0;
const said = (text: string | Buffer): Promise<SidecarRead | null> => {
  const file = join(dir, `${n++}.xmp`);
  writeFileSync(file, text);
  return read(file);
};

describe('what programs write', () => {
  test('our fixtures', async () => {
    expect((await read(join(FIXTURES, 'side-lr.xmp')))?.facts).toMatchObject({ takenAtLocal: '2019-01-02T03:04:05', offsetMinutes: 60, rating: 5, tags: ['sidecar'] });
    const { facts } = (await read(join(FIXTURES, 'side-dt.jpg.xmp')))!;
    expect(facts).toMatchObject({ rating: 3, tags: ['a/b/c'], gps: { lat: expect.closeTo(38.7139, 6) as number, lon: expect.closeTo(-9.1394, 6) as number, altitude: null } });
    expect(facts).not.toHaveProperty('takenAtLocal');
    expect(facts).not.toHaveProperty('title');
  });
  test('digiKam: levels by /, people among the tags, nobody is nobody', async () => {
    const { facts } = (await said(xmp(`<digiKam:TagsList><rdf:Seq>${['Orte/Bremen', 'People/Ana Silva', 'People/Unknown', 'Orte'].map((t) => `<rdf:li>${t}</rdf:li>`).join('')}</rdf:Seq></digiKam:TagsList>${bag('lr:hierarchicalSubject', 'Orte|Bremen', 'People|Ana Silva', 'People|Unknown')}${bag('dc:subject', 'Bremen', 'Ana Silva', 'Unknown')}`)))!;
    expect(facts.tags).toEqual(['Orte/Bremen']);
    expect(facts.people).toEqual([{ name: 'Ana Silva', region: null }]);
  });
  test('Lightroom: every level is a flat word, too; what is no level stays', async () => {
    expect((await said(xmp(bag('lr:hierarchicalSubject', 'Places|Süd', 'Animals') + bag('dc:subject', 'places', 'Süd', 'Animals', 'loose'))))?.facts.tags).toEqual(['Places/Süd', 'Animals', 'loose']);
  });
  test('faces: MWG by their middle, Microsoft by their corner, names alone; focus points and pets are no people', async () => {
    const region = (name: string, type: string): string => `<rdf:li rdf:parseType="Resource"><mwg-rs:Area stArea:x="0.5" stArea:y="0.4" stArea:w="0.2" stArea:h="0.1" stArea:unit="normalized"/>${name && `<mwg-rs:Name>${name}</mwg-rs:Name>`}<mwg-rs:Type>${type}</mwg-rs:Type></rdf:li>`;
    const { facts } = (await said(xmp(`<mwg-rs:Regions rdf:parseType="Resource"><mwg-rs:AppliedToDimensions stDim:w="4000" stDim:h="3000" stDim:unit="pixel"/><mwg-rs:RegionList><rdf:Bag>${region('Ana', 'Face')}${region('Rex', 'Pet')}${region('', 'Focus')}</rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>
      <MP:RegionInfo rdf:parseType="Resource"><MPRI:Regions><rdf:Bag><rdf:li rdf:parseType="Resource"><MPReg:Rectangle>0.1, 0.2, 0.3, 0.4</MPReg:Rectangle><MPReg:PersonDisplayName>Ben</MPReg:PersonDisplayName></rdf:li></rdf:Bag></MPRI:Regions></MP:RegionInfo>${bag('Iptc4xmpExt:PersonInImage', 'ana', 'Cleo')}`)))!;
    expect(facts.people).toEqual([{ name: 'Ana', region: { x: 0.4, y: expect.closeTo(0.35, 9) as number, w: 0.2, h: 0.1 } }, { name: 'Ben', region: { x: 0.1, y: 0.2, w: 0.3, h: 0.4 } }, { name: 'Cleo', region: null }]);
    expect(facts.measured).toEqual({ width: 4000, height: 3000 });
  });
  test('darktable: rating and the date of the camera; a date of a scan and a bare day are weak', async () => {
    expect((await said(xmp('', 'exif:DateTimeOriginal="2019:06:06 07:29:51" xmp:Rating="-1"')))?.facts).toMatchObject({ takenAtLocal: '2019-06-06T07:29:51', rating: -1 });
    expect((await said(xmp('', 'xmp:CreateDate="2015-06-11T10:29:26.69"')))?.facts).toMatchObject({ takenAtLocal: '2015-06-11T10:29:26', weakDate: true });
    expect((await said(xmp('', 'photoshop:DateCreated="2015-06-11"')))?.facts).toMatchObject({ takenAtLocal: '2015-06-11T00:00:00', weakDate: true });
  });
  test('a date that our own sidecar only guessed does not come back as a real one', async () => {
    const guess = (source: string): string => xmp('', `xmlns:mantel="http://mantel.photos/ns/1.0/" mantel:DateSource="${source}" exif:DateTimeOriginal="2019-06-06T07:29:51"`);
    const photo = { takenAtLocal: '2026-01-01T00:00:00', takenAtSource: 'file', offsetMinutes: null, sources: { takenAt: 'file' }, problems: ['no_date'], tags: [], people: [] } as unknown as Facts;
    expect(withSidecar(photo, (await said(guess('file')))!.facts)).toMatchObject({ takenAtLocal: '2019-06-06T07:29:51', takenAtSource: 'file', problems: ['no_date'] });
    expect(withSidecar(photo, (await said(guess('name')))!.facts)).toMatchObject({ takenAtSource: 'name', problems: [] });
    expect(withSidecar(photo, (await said(guess('user')))!.facts)).toMatchObject({ takenAtSource: 'sidecar', problems: [] });
    expect(withSidecar({ ...photo, takenAtSource: 'exif', problems: [] }, (await said(guess('file')))!.facts)).toMatchObject({ takenAtLocal: '2026-01-01T00:00:00', takenAtSource: 'exif' });
  });
  test('a title that looks like a number or a truth value stays a text; nonsense is not taken', async () => {
    expect((await said(xmp('<dc:title><rdf:Alt><rdf:li xml:lang="x-default">1984</rdf:li></rdf:Alt></dc:title><dc:description><rdf:Alt><rdf:li xml:lang="x-default">true</rdf:li></rdf:Alt></dc:description>')))?.facts).toMatchObject({ title: '1984', description: 'true' });
    const { facts } = (await said(xmp('', 'exif:DateTimeOriginal="0000:00:00 00:00:00" xmp:Rating="99" exif:GPSLatitude="999,0N" exif:GPSLongitude="0,0E"')))!;
    expect([facts.takenAtLocal, facts.rating, facts.gps]).toEqual([undefined, undefined, undefined]);
  });
});

describe('what is sent to hurt', () => {
  const open = '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="">';
  const close = '</rdf:Description></rdf:RDF></x:xmpmeta>';
  test.each([
    ['nested', `${open}${'<q>'.repeat(200_000)}${'</q>'.repeat(200_000)}${close}`], ['many elements', open + '<q/>'.repeat(200_000) + close], ['open brackets', open + '<'.repeat(4_900_000)], ['an open value', `${open}<q a="${'>'.repeat(4_000_000)}`],
    ['too large', open + ' '.repeat(5 * 1024 * 1024) + close], ['half', xmp('<dc:title>').slice(0, -30)], ['nothing', ''], ['a picture', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 0, 0, 0])], ['no XMP', '<html><body>hello</body></html>'], ['NULs', Buffer.alloc(4_000_000)],
  ])('%s: null, soon, with a line in the log', async (_what, content) => {
    logged.length = 0;
    const from = performance.now();
    expect(await said(content)).toBeNull();
    expect(performance.now() - from).toBeLessThan(2000);
    expect(logged).toHaveLength(1);
  });
  test('entities are neither expanded nor opened: what defines some is not read, and without a definition they stay letters', async () => {
    writeFileSync(join(dir, 'secret'), 'TOP SECRET');
    const title = '<dc:title><rdf:Alt><rdf:li xml:lang="x-default">&h;&e;</rdf:li></rdf:Alt></dc:title>';
    const dtd = `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "${'ha'.repeat(50)}">${'bcdefgh'.split('').map((c, i) => `<!ENTITY ${c} "${`&${'abcdefg'[i]};`.repeat(10)}">`).join('')}<!ENTITY e SYSTEM "file://${join(dir, 'secret')}">]>`;
    expect(await said(xmp(title, 'xmp:Rating="2"', dtd))).toBeNull();
    expect((await said(xmp(title, 'xmp:Rating="2"')))?.facts).toMatchObject({ rating: 2, title: '&h;&e;' });
  });
  test('a > inside of a value, comments and CDATA do not unbalance the count', () => {
    expect(shapeTrouble(Buffer.from(xmp('<!-- <open> --><dc:title a="x>y/">1 > 0</dc:title><![CDATA[ <open> ]]><dc:source b=\'"/>\'/>')))).toBeNull();
  });
});

test('an exiftool that dies, is closed, or a disk that fails says nothing about the file: it throws', async () => {
  const file = join(dir, 'whole.xmp');
  writeFileSync(file, xmp('', 'xmp:Rating="2"'));
  const closed = createExiftool();
  await closed.close();
  await expect(createSidecarReader(closed, { warn: () => undefined })(file)).rejects.toThrow('closed');
  const dying = { tool: async () => ({ readRaw: () => Promise.reject(new Error('the process ended')) }), close: async () => undefined } as unknown as Exiftool;
  await expect(createSidecarReader(dying, { warn: () => undefined })(file)).rejects.toThrow('ended');
  await expect(read(join(dir, 'not there.xmp'))).rejects.toThrow('ENOENT');
  expect((await read(file))?.facts.rating).toBe(2);
});

test('regions follow the orientation, there and back', () => {
  const people = [{ name: 'Ana', region: { x: 0.1, y: 0.2, w: 0.3, h: 0.4 } }, { name: 'Ben', region: null }];
  for (let orientation = 1; orientation <= 8; orientation++) {
    const [width, height] = orientation >= 5 ? [3000, 4000] : [4000, 3000];
    const picture = { width, height, orientation };
    expect(displayed({ people: stored(people, picture), measured: { width: 4000, height: 3000 } }, picture)).toEqual(people);
  }
  // a picture that stands, taken with the camera turned right: what is left above in the stored picture is right above in the shown one
  expect(displayed({ people: [{ name: 'Ana', region: { x: 0, y: 0, w: 0.2, h: 0.1 } }] }, { width: 3000, height: 4000, orientation: 6 })).toEqual([{ name: 'Ana', region: { x: 0.9, y: 0, w: 0.1, h: 0.2 } }]);
  // measured on the upright picture by a program that had turned it itself
  expect(displayed({ people, measured: { width: 3000, height: 4000 } }, { width: 3000, height: 4000, orientation: 6 })).toEqual(people);
});

test('a region is turned and cut by the same rules as one in the photo itself', () => {
  const one = (region: { x: number; y: number; w: number; h: number }, orientation = 1): unknown => displayed({ people: [{ name: 'Ana', region }] }, { width: 400, height: 300, orientation })[0]!.region;
  expect(one({ x: -0.25, y: 0.75, w: 0.5, h: 0.5 })).toEqual({ x: 0, y: 0.75, w: 0.25, h: 0.25 });
  expect(one({ x: 5, y: 5, w: 0.1, h: 0.1 })).toBeNull();
  expect(one({ x: 0.5, y: 0.5, w: 0, h: 0.1 }, 6)).toBeNull();
});
