import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createExiftool } from '../exiftool.ts';
import { createSlowReader } from './exiftool.ts';
import type { FactsHint } from './facts.ts';
import { judge } from './judge.ts';
import { readQuickVideo } from './quick-video.ts';
import { noTags } from './tags.ts';

const dir = mkdtempSync(join(tmpdir(), 'mantel-film-'));
const exiftool = createExiftool();
const slow = createSlowReader(exiftool, { warn: () => undefined });
afterAll(async () => {
  await exiftool.close();
  rmSync(dir, { recursive: true, force: true });
});

const u16 = (...n: number[]): Buffer => Buffer.concat(n.map((v) => { const b = Buffer.alloc(2); b.writeUInt16BE(v); return b; }));
const u32 = (...n: number[]): Buffer => Buffer.concat(n.map((v) => { const b = Buffer.alloc(4); b.writeUInt32BE(v >>> 0); return b; }));
const box = (kind: string, ...parts: Buffer[]): Buffer => { const body = Buffer.concat(parts); return Buffer.concat([u32(body.length + 8), Buffer.from(kind, 'latin1'), body]); };
const MATRIX = [65_536, 0, 0, 0, 65_536, 0, 0, 0, 0x40000000];
const TURNED = [0, 65_536, 0, -65_536, 0, 0, 0, 0, 0x40000000];
const CREATED = 2_082_844_800 + Date.UTC(2019, 7, 12, 9, 11, 12) / 1000;
interface Film { created?: number; duration?: number; matrix?: number[]; codec?: string; stream?: Buffer; moovMore?: Buffer; trakMore?: Buffer; tail?: Buffer; handler?: string }
const film = (f: Film = {}): Buffer => {
  const stsd = box('stsd', u32(0, 1), box(f.codec ?? 'avc1', Buffer.alloc(24), u16(64, 48), Buffer.alloc(50), box('avcC', Buffer.alloc(12)), f.stream ?? Buffer.alloc(0)));
  const stbl = box('stbl', stsd, box('stts', u32(0, 0)), box('stsc', u32(0, 0)), box('stsz', u32(0, 0, 0)), box('stco', u32(0, 0)));
  const mdia = box('mdia', box('mdhd', u32(0, CREATED, CREATED, 1000, 2500), u16(0x55c4, 0)), box('hdlr', u32(0, 0), Buffer.from(f.handler ?? 'vide'), Buffer.alloc(13)), box('minf', box('vmhd', Buffer.alloc(12)), box('dinf', box('dref', u32(0, 0))), stbl));
  const trak = box('trak', box('tkhd', u32(7, CREATED, CREATED, 1, 0, 2500, 0, 0, 0, 0), u32(...(f.matrix ?? MATRIX)), u32(64 << 16, 48 << 16)), mdia, f.trakMore ?? Buffer.alloc(0));
  const mvhd = box('mvhd', u32(0, f.created ?? CREATED, CREATED, 1000, f.duration ?? 2500, 65_536), u16(256, 0), Buffer.alloc(8), u32(...MATRIX), Buffer.alloc(24), u32(2));
  return Buffer.concat([box('ftyp', Buffer.from('isom'), u32(512), Buffer.from('isommp41')), box('moov', mvhd, trak, f.moovMore ?? Buffer.alloc(0)), box('mdat', Buffer.alloc(100, 1)), f.tail ?? Buffer.alloc(0)]);
};
const writer = box('udta', box('meta', u32(0), box('hdlr', u32(0, 0), Buffer.from('mdirappl'), Buffer.alloc(9)), box('ilst', box('\xa9too', box('data', u32(1, 0), Buffer.from('Lavf59'))))));
const put = (bytes: Buffer, name = 'film.mp4'): string => { const path = join(dir, name); writeFileSync(path, bytes); return path; };
const hint: FactsHint = { name: 'film.mp4', mime: 'video/mp4', type: 'video', modifiedAt: 1e12 };

test.each<[string, Film]>([
  ['plain', {}], ['the writer named', { moovMore: writer }], ['the writer named outside of the index', { tail: writer }], ['never dated', { created: 0 }], ['counted from 1970', { created: Date.UTC(2019, 7, 12) / 1000 }], ['HEVC', { codec: 'hvc1' }],
  ['free room', { tail: box('free', Buffer.alloc(5000)) }], ['no length', { duration: 0 }],
])('the same facts as exiftool finds: %s', async (_what, of) => {
  const path = put(film(of));
  const quick = await readQuickVideo(path);
  expect(quick).not.toBeNull();
  expect(await judge(quick!, hint)).toEqual(await judge((await slow.read(path, 'video', 'video/mp4')) ?? noTags(), hint));
});

test.each<[string, Buffer]>([
  ['turned', film({ matrix: TURNED })], ['colours', film({ stream: box('colr', Buffer.from('nclx'), u16(9, 16, 9), Buffer.alloc(1)) })], ['words', film({ moovMore: box('udta', box('\xa9xyz', u16(8, 0), Buffer.from('+48.2+16.3/'))) })],
  ['tags of QuickTime', film({ moovMore: box('meta', u32(0)) })], ['words of a track', film({ trakMore: box('udta') })], ['XMP behind it', film({ tail: box('uuid', Buffer.alloc(40)) })], ['words in free room', film({ tail: box('free', Buffer.from('Kodak words'), Buffer.alloc(300)) })],
  ['a track of places', film({ handler: 'meta' })], ['cut', film().subarray(0, -50)], ['no film at all', Buffer.from('GIF89a nothing of that kind')], ['a box larger than the file', Buffer.concat([film(), u32(5000), Buffer.from('free')])],
])('left to who knows more: %s', async (_what, bytes) => {
  expect(await readQuickVideo(put(bytes, 'other.mp4'))).toBeNull();
});
test('what is not there is not read', async () => {
  expect(await readQuickVideo(join(dir, 'none.mp4'))).toBeNull();
});
