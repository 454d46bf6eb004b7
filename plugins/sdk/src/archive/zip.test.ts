import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { makeZip, type Made } from './testing/make-zip.ts';
import { openZip, type Zip, type ZipEntry } from './zip.ts';

const dir = mkdtempSync(join(tmpdir(), 'mantel-zip-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
let n = 0;
async function zipOf(entries: Made[], cut = (b: Buffer): Buffer => b): Promise<{ path: string; zip: Zip; list: ZipEntry[] }> {
  const path = join(dir, `${++n}.zip`);
  writeFileSync(path, cut(makeZip(entries)));
  const zip = await openZip(path), list: ZipEntry[] = [];
  for await (const e of zip.entries()) list.push(e);
  return { path, zip, list };
}
const long = Buffer.from('all work and no play '.repeat(40_000));

describe('good archives', () => {
  it.each([['plain', {}], ['with zip64 fields', { zip64: true }], ['with data descriptors', { descriptor: true }]])('%s: entries, bytes, and spans that the house can read by itself', async (_, how) => {
    const { path, zip, list } = await zipOf([{ name: 'Takeout/' }, { name: 'Takeout/a.jpg', data: 'stored', ...how }, { name: 'Takeout/b.json', data: long, deflate: true, ...how }, { name: 'Takeout/empty', ...how }]);
    expect(list.map((e) => [e.path, e.bytes, e.stored, e.unsafe, e.encrypted])).toEqual([['Takeout/a.jpg', 6, true, null, false], ['Takeout/b.json', long.length, false, null, false], ['Takeout/empty', 0, true, null, false]]);
    expect((await zip.read(list[0]!, 100)).toString()).toBe('stored');
    expect((await zip.read(list[1]!, 1e6)).equals(long)).toBe(true);
    expect((await zip.read(list[2]!, 0)).length).toBe(0);
    const file = readFileSync(path), span = await zip.span(list[1]!);
    expect(span).toMatchObject({ path, method: 'deflate' });
    expect(inflateRawSync(file.subarray(span.start, span.start + span.length)).equals(long)).toBe(true);
    await zip.close();
  });
  it('a directory of 30,000 entries is read quickly', async () => {
    const { list, zip } = await zipOf(Array.from({ length: 30_000 }, (_, i) => ({ name: `Takeout/Google Photos/Photos from 2019/IMG_${i}.jpg`, data: 'x' })));
    expect(list).toHaveLength(30_000);
    expect(list.at(-1)!.path).toBe('Takeout/Google Photos/Photos from 2019/IMG_29999.jpg');
    await zip.close();
  });
});

it('names: UTF-8 with and without its flag, CP437 of DOS, Latin-1 of others', async () => {
  const { list, zip } = await zipOf([
    { name: 'Fête.jpg' }, { name: Buffer.from('Fête.jpg') }, { name: Buffer.from([0x46, 0x88, 0x74, 0x65]), madeBy: 0 }, { name: Buffer.from('Fête', 'latin1') }, { name: Buffer.from([0x46, 0xff]), flags: 0x800 }, { name: Buffer.from('a\\b.jpg'), madeBy: 0 },
  ]);
  expect(list.map((e) => e.path)).toEqual(['Fête.jpg', 'Fête.jpg', 'Fête', 'Fête', 'Fÿ', 'a/b.jpg']);
  await zip.close();
});

it('what must not be used as a path is marked: out of the folder, absolute, drive, link, control characters; archives in archives too', async () => {
  const { list, zip } = await zipOf([
    { name: '../../etc/cron.d/x' }, { name: '/etc/passwd' }, { name: 'C:\\Windows\\x' }, { name: 'a/..' }, { name: 'a\u0000b.jpg' }, { name: 'link', data: '/etc/passwd', attributes: 0xa1ff0000 }, { name: 'fine/..name.jpg' }, { name: 'more/inner.ZIP' }, { name: '..\\..\\up', madeBy: 0 },
  ]);
  expect(list.map((e) => e.unsafe)).toEqual(['path', 'path', 'path', 'path', 'path', 'link', null, null, 'path']);
  expect(list.filter((e) => e.nested).map((e) => e.path)).toEqual(['more/inner.ZIP']);
  expect(list.some((e) => /[\u0000-\u001f]/.test(e.path))).toBe(false);
  await zip.close();
});

describe('bad archives', () => {
  const reason = (why: string) => expect.objectContaining({ name: 'ArchiveError', reason: why }) as Error;
  it('entries that lie, bombs, damage: said for the entry, the others are good', async () => {
    const { list, zip } = await zipOf([
      { name: 'crc', data: 'abc', crc: 1 }, { name: 'bomb', data: Buffer.alloc(50_000_000), deflate: true, bytes: 1000 }, { name: 'short', data: 'abc', deflate: true, bytes: 9 }, { name: 'garbage', data: 'no deflate', method: 8, bytes: 100 },
      { name: 'locked', data: 'abc', flags: 0x801 }, { name: 'odd', data: 'abc', method: 14 }, { name: 'elsewhere', data: 'abc', offset: 3 }, { name: 'beyond', data: 'abc', length: 5_000_000 }, { name: 'large', data: long }, { name: 'good', data: 'good' },
    ]);
    const of = (name: string): ZipEntry => list.find((e) => e.path === name)!;
    for (const name of ['crc', 'bomb', 'short', 'garbage', 'elsewhere']) await expect(zip.read(of(name), 1e6), name).rejects.toEqual(reason('damaged'));
    await expect(zip.read(of('beyond'), 1e7)).rejects.toEqual(reason('damaged'));
    await expect(zip.read(of('locked'), 1e6)).rejects.toEqual(reason('encrypted'));
    await expect(zip.span(of('locked'))).rejects.toEqual(reason('encrypted'));
    await expect(zip.read(of('odd'), 1e6)).rejects.toEqual(reason('unreadable'));
    await expect(zip.span(of('elsewhere'))).rejects.toEqual(reason('damaged'));
    await expect(zip.read(of('large'), 1000)).rejects.toEqual(reason('too-large'));
    expect((await zip.read(of('good'), 100)).toString()).toBe('good');
    await zip.close();
  });
  it('cut off, empty, something else, not there: one sentence that names the part', async () => {
    const entries = [{ name: 'a', data: long }];
    for (const cut of [(b: Buffer) => b.subarray(0, b.length - 30), () => Buffer.alloc(0), () => Buffer.from('%PDF-1.7 no zip at all')]) await expect(zipOf(entries, cut)).rejects.toEqual(reason('damaged-part'));
    await expect(openZip(join(dir, 'nothing.zip'))).rejects.toMatchObject({ reason: 'unreadable', message: 'nothing.zip cannot be read (ENOENT).' });
  });
  it('a directory that breaks in its middle gives what came before', async () => {
    const path = join(dir, 'middle.zip'), bytes = makeZip([{ name: 'first', data: 'a' }, { name: 'second', data: 'b' }]);
    bytes.writeUInt32LE(0, bytes.lastIndexOf(Buffer.from('PK\u0001\u0002')));
    writeFileSync(path, bytes);
    const zip = await openZip(path), seen: string[] = [];
    await expect((async () => { for await (const e of zip.entries()) seen.push(e.path); })()).rejects.toEqual(reason('damaged-part'));
    expect(seen).toEqual(['first']);
    await zip.close();
  });
});
