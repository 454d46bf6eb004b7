import path from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { MEDIA, readManifest, type ManifestFile } from './manifest.ts';
import { compare, look, reference, type Reference } from './reference.ts';

const file = (name: string): ManifestFile => readManifest(MEDIA).find((f) => f.file === name)!;
const seen = async (name: string): Promise<Reference> => (await reference(path.join(MEDIA, name), file(name)))!;
const preview = async (picture: Sharp): Promise<Buffer> => picture.jpeg({ quality: 80 }).toBuffer();
const upright = (name: string): Sharp => sharp(path.join(MEDIA, name)).autoOrient().keepIccProfile();

describe('other programs show', () => {
  test.each([['full.jpg', 'vipsthumbnail'], ['photo.jp2', 'opj_decompress'], ['camera.dng', 'dcraw_emu'], ['clip.mpg', 'ffmpeg'], ['deep10.heic', 'vipsthumbnail'], ['layers.psd', 'vipsthumbnail']])('%s (%s)', async (name, by) => expect((await seen(name)).by).toBe(by));
  test.each(['garbage.jpg', 'no-moov.mp4'])('nothing of %s', async (name) => expect(await reference(path.join(MEDIA, name), file(name))).toBeNull());
});

describe('a preview agrees', () => {
  test.each(['full.jpg', 'orient-6.jpg', 'p3.jpg', 'alpha.png', 'scan.tif'])('as it should be: %s', async (name) => {
    expect(compare(await look(await preview(upright(name).flatten({ background: '#ffffff' }))), await seen(name))).toMatchObject({ agrees: true });
  });
  test.each<[string, (p: Sharp) => Sharp]>([['turned by 90°', (p) => p.rotate(90)], ['turned by 180°', (p) => p.rotate(180)], ['mirrored', (p) => p.flop()], ['upside down', (p) => p.flip()], ['in grey', (p) => p.greyscale()], ['too dark', (p) => p.linear(0.85)], ['squeezed', (p) => p.resize(300, 300, { fit: 'fill' })]])('but not when it is %s', async (_what, spoil) => {
    const whole = await upright('full.jpg').toBuffer();
    expect(compare(await look(await preview(spoil(sharp(whole)))), await seen('full.jpg')).agrees).toBe(false);
  });
  test('but not when its wide colours are taken for sRGB', async () => {
    const { data, info } = await sharp(path.join(MEDIA, 'p3.jpg'), { ignoreIcc: true }).raw().toBuffer({ resolveWithObject: true });
    const stripped = await preview(sharp(data, { raw: { width: info.width, height: info.height, channels: 3 } }));
    expect(compare(await look(stripped), await seen('p3.jpg')).agrees).toBe(false);
  });
  test('with one frame of a video, not with a picture that is in none', async () => {
    const frames = await seen('clip.mpg');
    expect(frames.looks.length).toBeGreaterThan(5);
    expect(compare(frames.looks[5]!, frames).agrees).toBe(true);
    expect(compare(await look(await preview(upright('full.jpg'))), frames).agrees).toBe(false);
  });
});
