import type Sharp from 'sharp';

let loaded: Promise<typeof Sharp> | undefined;

/** sharp, loaded when the first picture comes: an idle worker stays small. One thread per picture and no cache: pictures in flight are the parallelism (measured). */
export const loadSharp = (): Promise<typeof Sharp> => loaded ??= import('sharp').then(({ default: sharp }) => {
  sharp.cache(false);
  sharp.concurrency(1);
  return sharp;
});
