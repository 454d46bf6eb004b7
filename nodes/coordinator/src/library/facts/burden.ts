import { open } from 'node:fs/promises';

const MAX_BYTES = 8 * 1024 * 1024;
const MAX_SEGMENTS = 400;

/** Whether the segments before the picture of a JPEG are so many that exiftool would take minutes over them (50 MB in 800 segments: more than 40 s). Cameras and editors stay far below. */
export async function overburdened(path: string): Promise<boolean> {
  const file = await open(path, 'r').catch(() => null);
  if (!file) return false;
  try {
    const head = Buffer.alloc(4);
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
