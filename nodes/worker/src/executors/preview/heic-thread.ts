// Decodes HEIC pictures, one after the other, in a thread of its own: the decoder is synchronous, its memory never shrinks, and ending the thread is the only way to stop it.
// libheif applies the rotation that is stored in the container.
import { parentPort } from 'node:worker_threads';
import libheif from 'libheif-js/wasm-bundle.js';

export interface HeicRequest { file: Uint8Array; maxPixels: number }
export type HeicReply = { width: number; height: number; rgba: ArrayBuffer } | { tooLarge: string } | { error: string };

async function decode({ file, maxPixels }: HeicRequest): Promise<HeicReply> {
  const pictures = new libheif.HeifDecoder().decode(file);
  try {
    const picture = pictures.find((p) => p.is_primary()) ?? pictures[0];
    if (!picture) return { error: 'no picture was found in this file' };
    const [width, height] = [picture.get_width(), picture.get_height()];
    if (width * height > maxPixels) return { tooLarge: `${width}×${height}` };
    if (!(width > 0 && height > 0)) return { error: 'the picture has no size' };
    const data = new Uint8ClampedArray(width * height * 4);
    const shown = await new Promise<object | null>((resolve) => { picture.display({ data, width, height }, resolve); });
    return shown ? { width, height, rgba: data.buffer } : { error: 'the pixels of this picture are damaged or in an unknown format' };
  } finally { for (const p of pictures) p.free(); }
}

parentPort?.on('message', (request: HeicRequest) => {
  void decode(request).catch((e: unknown): HeicReply => ({ error: e instanceof Error ? e.message : String(e) }))
    .then((reply) => { parentPort?.postMessage(reply, 'rgba' in reply ? [reply.rgba] : []); });
});
