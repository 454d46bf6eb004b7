import { readFile } from 'node:fs/promises';
import { errorCode } from '@mantel/contracts/errors.ts';
import type { Desk } from './bounded.ts';
import { withBytes } from './byte-source.ts';
import { renderDamagedJpeg, renderForeign } from './foreign.ts';
import { renderHeic } from './heic.ts';
import { measure, renderImage } from './image.ts';
import type { Derived } from './outputs.ts';
import { renderPsd } from './psd.ts';
import { renderRaw } from './raw.ts';
import type { Kind } from './sniff.ts';
import { isCameraRaw, readDirectories } from './tiff-tags.ts';

async function renderJpeg(source: Buffer | string, desk: Desk): Promise<Derived> {
  try { return await renderImage(source, 'jpeg'); } catch (e) {
    if (errorCode(e) !== 'undecodable') throw e;
    const facts = await measure(source, 'jpeg'); // throws where not even the header can be read
    try { return await renderDamagedJpeg(source, { size: facts, orientation: facts.orientation ?? 1 }, desk); } catch { desk.signal.throwIfAborted(); throw e; }
  }
}

/** Any picture, by what it is. Throws `undecodable`, `too_large`, `timeout`, `internal`; on abort the signal's reason. */
export async function renderPicture(source: Buffer | string, kind: Exclude<Kind, 'video' | 'unknown'>, desk: Desk): Promise<Derived> {
  switch (kind) {
    case 'heic': return renderHeic(typeof source === 'string' ? await readFile(source, { signal: desk.signal }) : source, desk.signal);
    case 'jpeg': return renderJpeg(source, desk);
    case 'psd': return renderPsd(source);
    case 'raw': return renderRaw(source, desk);
    case 'tiff': return await withBytes(source, (bytes) => isCameraRaw(readDirectories(bytes))) ? renderRaw(source, desk) : renderImage(source, kind);
    case 'jxl': case 'jp2': case 'bmp': case 'qoi': case 'netpbm': return renderForeign(source, kind, desk);
    default: return renderImage(source, kind);
  }
}
