import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asFile, type Desk } from './bounded.ts';
import type { Derived } from './outputs.ts';
import { renderVideo } from './video.ts';

/** One per track; a file of nothing else would keep the worker busy. */
const MAX_HANDLERS = 1000;

/** A HEIF whose pictures are in a track only: a video but for the name of its handler, by which ffmpeg leaves it alone. */
export async function renderSequence(source: Buffer, desk: Desk): Promise<Derived> {
  const video = Buffer.from(source);
  for (let at = video.indexOf('hdlr'), n = 0; at >= 0 && n < MAX_HANDLERS; n++, at = video.indexOf('hdlr', at + 4)) if (video.toString('latin1', at + 12, at + 16) === 'pict') video.write('vide', at + 12, 'latin1');
  return asFile(Buffer.alloc(0), desk, async (_empty, folder) => {
    const file = join(folder, 'sequence.mp4');
    await writeFile(file, video, { signal: desk.signal });
    const { durationMs: _, ...made } = await renderVideo({ url: file }, desk.signal);
    return made;
  });
}
