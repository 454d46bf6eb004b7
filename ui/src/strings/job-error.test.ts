import { expect, test } from 'vitest';
import { jobError } from './job-error.ts';

test.each([
  ['undecodable: This picture cannot be decoded: VipsJpeg: premature end', 'Cannot be decoded', 'This picture cannot be decoded: VipsJpeg: premature end'],
  ['too_large: This picture has too many pixels to be shown safely', 'Too many pixels', 'This picture has too many pixels to be shown safely'],
  ['too_large: This picture file is too large to be shown.', 'Too large', 'This picture file is too large to be shown.'],
  ['timeout: gave up\nafter 60 s', 'Took too long', 'gave up\nafter 60 s'],
  ['internal: ENOMEM', 'Something went wrong in the worker', 'ENOMEM'],
  ['the worker did not answer in time', 'The worker went away', 'the worker did not answer in time'],
  ['', 'Something went wrong in the worker', ''],
])('%s', (error, words, detail) => expect(jobError(error)).toEqual({ words, detail }));
