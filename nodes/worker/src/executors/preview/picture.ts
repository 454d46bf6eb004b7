import { readFile, stat } from 'node:fs/promises';
import { MantelError, errorCode } from '@mantel/contracts/errors.ts';
import { stillOf } from './avif-still.ts';
import type { Desk } from './bounded.ts';
import { withBytes } from './byte-source.ts';
import { renderDamagedJpeg, renderForeign } from './foreign.ts';
import { renderHeic } from './heic.ts';
import { heifFacts } from './heif-boxes.ts';
import { renderSequence } from './heif-sequence.ts';
import { measure, renderImage } from './image.ts';
import { isEightBitLab, renderLabTiff } from './lab-tiff.ts';
import { HELD_BYTES, tooManyBytes } from './limits.ts';
import type { Derived } from './outputs.ts';
import { renderPsd } from './psd.ts';
import { renderRaw } from './raw.ts';
import type { Kind } from './sniff.ts';
import { isCameraRaw, readDirectories, TAG } from './tiff-tags.ts';

async function whole(source: Buffer | string, { signal }: Desk): Promise<Buffer> {
  if (typeof source !== 'string') return source;
  if ((await stat(source)).size > HELD_BYTES) throw tooManyBytes();
  return readFile(source, { signal });
}

const renderHeif = (file: Buffer, desk: Desk): Promise<Derived> => (heifFacts(file).sequence ? renderSequence(file, desk) : renderHeic(file, desk.signal));

/** No decoder at hand shows a part of these; the person should at least hear that the rest is missing. */
async function renderWhole(source: Buffer | string, kind: 'avif' | 'webp', desk: Desk): Promise<Derived> {
  try { return await renderImage(source, kind, desk); } catch (e) {
    if (errorCode(e) !== 'undecodable') throw e;
    const file = await whole(source, desk);
    if (kind === 'avif' && heifFacts(file).sequence) return renderSequence(file, desk);
    const still = kind === 'avif' ? stillOf(file) : null;
    if (still) return renderImage(still, kind, desk);
    const length = kind === 'avif' ? heifFacts(file).length : file.readUInt32LE(4) + 8;
    throw length > file.length ? new MantelError('undecodable', 'This picture ends too early: the rest of the file is missing, and what is there cannot be shown.') : e;
  }
}

async function renderJpeg(source: Buffer | string, desk: Desk): Promise<Derived> {
  try { return await renderImage(source, 'jpeg', desk); } catch (e) {
    if (errorCode(e) !== 'undecodable') throw e;
    const facts = await measure(source, 'jpeg'); // throws where not even the header can be read
    try { return await renderDamagedJpeg(source, { size: facts, orientation: facts.orientation ?? 1 }, desk); } catch { desk.signal.throwIfAborted(); throw e; }
  }
}

async function renderTiff(source: Buffer | string, desk: Desk): Promise<Derived> {
  const { directories, lab } = await withBytes(source, (bytes) => ({ directories: readDirectories(bytes), lab: isEightBitLab(bytes) }));
  if (isCameraRaw(directories)) return renderRaw(source, desk);
  if (lab) return renderLabTiff(await whole(source, desk), directories[0]?.get(TAG.orientation)?.[0] ?? 1, desk.signal);
  return renderImage(source, 'tiff', desk);
}

/** Any picture, by what it is. Throws `undecodable`, `too_large`, `timeout`, `internal`; on abort the signal's reason. */
export async function renderPicture(source: Buffer | string, kind: Exclude<Kind, 'video' | 'unknown'>, desk: Desk): Promise<Derived> {
  switch (kind) {
    case 'heic': return renderHeif(await whole(source, desk), desk);
    case 'avif': case 'webp': return renderWhole(source, kind, desk);
    case 'jpeg': return renderJpeg(source, desk);
    case 'psd': return renderPsd(source, desk.signal);
    case 'raw': return renderRaw(source, desk);
    case 'tiff': return renderTiff(source, desk);
    case 'jxl': case 'jp2': case 'bmp': case 'qoi': case 'netpbm': return renderForeign(source, kind, desk);
    default: return renderImage(source, kind, desk);
  }
}
