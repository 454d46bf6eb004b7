import { expect, test } from 'vitest';
import { codecName, colourName } from './codecs.ts';

test('known ones by their name, others as they are', () => {
  expect(['hevc', 'HEVC', 'mjpeg', 'pcm_s16le', 'somethingnew'].map(codecName)).toEqual(['HEVC (H.265)', 'HEVC (H.265)', 'Motion JPEG', 'PCM', 'somethingnew']);
  expect(['sP3C', 'sRGB IEC61966-2.1', 'ProPhoto RGB'].map(colourName)).toEqual(['Display P3', 'sRGB', 'ProPhoto RGB']);
});
