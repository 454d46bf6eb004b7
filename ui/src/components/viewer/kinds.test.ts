import { expect, test } from 'vitest';
import type { AssetFile } from '../../data/types.ts';
import { clipOf, mayMove, SHOWABLE } from './kinds.ts';

const file = (id: string, over: Partial<AssetFile> = {}): AssetFile => ({ id, role: 'original', name: id, path: id, bytes: 1000, mime: 'image/jpeg', sha256: '', sha1: '', width: 4, height: 3, durationMs: null, shown: false, motion: false, ...over });

test('what browsers show by themselves may be loaded when zooming in; the others stay with their preview', () => {
  for (const mime of ['image/jpeg', 'image/png', 'image/webp', 'image/gif', 'image/avif', 'image/bmp']) expect(SHOWABLE.test(mime), mime).toBe(true);
  for (const mime of ['image/heic', 'image/heif', 'image/tiff', 'image/jxl', 'image/jp2', 'image/x-adobe-dng', 'image/vnd.adobe.photoshop', 'video/mp4']) expect(SHOWABLE.test(mime), mime).toBe(false);
});

test('a clip of its own is played before one inside; a video has none', () => {
  expect(clipOf({ type: 'image', files: [file('a', { motion: true }), file('b', { role: 'live', mime: 'video/quicktime' })] })?.src).toBe('/api/v1/files/b/original');
  expect(clipOf({ type: 'image', files: [file('a', { motion: true })] })?.src).toBe('/api/v1/files/a/motion');
  expect(clipOf({ type: 'image', files: [file('a')] })).toBeNull();
  expect(clipOf({ type: 'video', files: [file('a', { motion: true })] })).toBeNull();
  expect(clipOf(undefined)).toBeNull();
});

test('only formats that can move, and not the very large ones, are asked whether they do', () => {
  expect(mayMove(file('a', { mime: 'image/gif' }))).toBe(true);
  expect(mayMove(file('a', { mime: 'image/gif', bytes: 80e6 }))).toBe(false);
  expect(mayMove(file('a'))).toBe(false);
});
