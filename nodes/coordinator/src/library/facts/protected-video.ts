import { open } from 'node:fs/promises';
import { findBox } from './isobmff.ts';

const MAX_TRACKS = 16;
const ENCRYPTED = new Set(['encv', 'drmi']);

/** Whether the pictures of an MP4 or MOV are encrypted (common encryption, FairPlay): its sample description says so. Headers only. */
export async function protectedVideo(path: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const moov = await findBox(file, 'moov', 0, (await file.stat()).size);
    for (let at = moov?.from ?? 0, n = 0; moov && n < MAX_TRACKS; n++) {
      const trak = await findBox(file, 'trak', at, moov.to);
      if (!trak) return false;
      at = trak.to;
      let box: { from: number; to: number } | null = trak;
      for (const kind of ['mdia', 'minf', 'stbl', 'stsd']) box = box && (await findBox(file, kind, box.from, box.to));
      if (!box) continue;
      const { buffer } = await file.read(Buffer.alloc(16), 0, 16, box.from); // version, count, size and kind of the first entry
      if (ENCRYPTED.has(buffer.toString('latin1', 12, 16))) return true;
    }
    return false;
  } finally {
    await file.close();
  }
}
