// What files say about themselves, all the way to the client: one file each of what only the whole chain can show.
import { readFileSync } from 'node:fs';
import type { Asset, FileTags } from '@mantel/contracts/models/asset.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { codeOf, must, type Person, type Rig, startRig, uploaded } from './rig.ts';

const MEDIA = new URL('../fixtures/media/', import.meta.url);
let rig: Rig;
let ann: Person;
beforeAll(async () => {
  rig = await startRig();
  ann = await rig.admin();
});
afterAll(async () => {
  expect(rig.log.filter((l) => l.level === 'error')).toEqual([]);
  await rig.stop();
});

async function send(name: string, fields: Record<string, string> = {}, as = name): Promise<Asset> {
  const up = must(await rig.upload(ann.token, readFileSync(new URL(encodeURIComponent(name), MEDIA)), as, fields), 201);
  return must(await rig.api('GET', `/assets/${uploaded(up).assetId}`, undefined, { token: ann.token }), 200).json as unknown as Asset;
}

test('date, zone, words, people and their sources reach the client', async () => {
  expect(await send('no-tz.jpg')).toMatchObject({ takenAt: '2019-06-15T22:45:10.000Z', takenAtLocal: '2019-06-15T23:45:10', offset: '+01:00', sources: { takenAt: 'exif', offset: 'gps', gps: 'exif' }, problems: [] });
  expect(await send('tags.jpg')).toMatchObject({ title: 'A title', rating: 4, tags: expect.arrayContaining(['Places/Europe/Lisbon', 'family']), sources: { title: 'xmp', tags: 'xmp' } });
  expect((await send('mwg-faces.jpg')).people).toMatchObject([{ name: 'Ana Silva', region: { x: 0.25, y: 0.25, w: 0.25, h: 0.25 } }]);
  expect(await send('future.jpg')).toMatchObject({ takenAtLocal: '2107-01-01T00:00:00', problems: ['odd_date'] });
  expect(await send('h264-aac.mp4')).toMatchObject({ takenAtLocal: '2019-06-15T22:45:10', videoCodec: 'h264', audioCodec: 'aac', durationMs: 2000 });
});

test('a photo without a date: by its name, by its folder', async () => {
  expect(await send('base.jpg', {}, 'IMG_20180102_030405.jpg')).toMatchObject({ takenAtLocal: '2018-01-02T03:04:05', takenAtSource: 'name' });
  expect(await send('progressive.jpg', { folder: 'Photos/2004/2004-05 Italy' })).toMatchObject({ takenAtLocal: '2004-05-15T12:00:00', takenAtSource: 'folder' });
});

test('a clip inside is found, one that is only announced is not', async () => {
  expect((await send('motion-google-v1.MP.jpg')).files.map((f) => f.motion)).toEqual([true]);
  expect((await send('motion-lying-offset.jpg')).files.map((f) => f.motion)).toEqual([false]);
});

test('the technical view: all tags, for those who may see the photo', async () => {
  const { id, fileId } = await send('tz-0330.jpg');
  const { files } = must(await rig.api('GET', `/assets/${id}/tags`, undefined, { token: ann.token }), 200).json as unknown as { files: FileTags[] };
  expect(files[0]).toMatchObject({ fileId, name: 'tz-0330.jpg', cut: false, tags: expect.arrayContaining([{ group: 'ExifIFD', name: 'OffsetTimeOriginal', value: '-03:30' }]) });
  expect(JSON.stringify(files)).not.toContain(rig.data);
  expect((await rig.api('GET', `/assets/${id}/tags`)).status).toBe(401);
  expect(codeOf(await rig.api('GET', '/assets/00000000-0000-4000-8000-000000000000/tags', undefined, { token: ann.token }))).toEqual([404, 'not_found']);
});
