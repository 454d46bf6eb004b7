import { type FileHandle, open } from 'node:fs/promises';

const PNG = Buffer.from('\x89PNG', 'latin1');
const MAX_BYTES = 8 * 1024 * 1024;
const MAX_SEGMENTS = 400;

const MAX_CHUNKS = 20_000;
const PICTURE = new Set(['IDAT', 'fdAT']);
/** The same of a PNG: what stands beside the picture. */
async function overburdenedPng(file: FileHandle): Promise<boolean> {
  const head = Buffer.alloc(8);
  for (let at = 8, n = 0, beside = 0; n < MAX_CHUNKS; n++) {
    if ((await file.read(head, 0, 8, at)).bytesRead < 8) return false;
    const bytes = head.readUInt32BE(0);
    if (!PICTURE.has(head.toString('latin1', 4))) beside += bytes + 12;
    if (beside > MAX_BYTES) return true;
    at += bytes + 12;
  }
  return true;
}

/** Whether the segments before the picture of a JPEG are so many that exiftool would take minutes over them (50 MB in 800 segments: more than 40 s). Cameras and editors stay far below. PNG is looked at in the same way, nothing else. */
export async function overburdened(path: string): Promise<boolean> {
  const file = await open(path, 'r').catch(() => null);
  if (!file) return false;
  try {
    const head = Buffer.alloc(4);
    await file.read(head, 0, 4, 0);
    if (head.equals(PNG)) return await overburdenedPng(file);
    for (let at = 2, n = 0; n < MAX_SEGMENTS; n++) {
      const { bytesRead } = await file.read(head, 0, 4, at);
      if (bytesRead < 4 || head[0] !== 0xff || head[1] === 0xda || head[1] === 0xd9) return false;
      at += head[1] === 0xff ? 1 : 2 + head.readUInt16BE(2); // fill bytes stand one by one
      if (at > MAX_BYTES) return true;
    }
    return true;
  } catch {
    return false;
  } finally {
    await file.close();
  }
}
