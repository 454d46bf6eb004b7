import { fetchBytes } from './api.ts';
import { originalUrl } from './assets.ts';

const HEAD = 4096;
const known = new Map<string, boolean>();

/** Whether the first bytes of a GIF, WebP, PNG or AVIF say that it moves. */
export function moves(head: Uint8Array): boolean {
  const text = Array.from(head, (b) => String.fromCharCode(b)).join('');
  if (text.startsWith('GIF8')) return text.includes('NETSCAPE2.0') || text.includes('ANIMEXTS1.0');
  if (text.startsWith('RIFF') && text.slice(8, 16) === 'WEBPVP8X') return (head[20]! & 2) !== 0;
  if (text.startsWith('\x89PNG')) return text.includes('acTL') && (!text.includes('IDAT') || text.indexOf('acTL') < text.indexOf('IDAT'));
  return text.slice(4, 8) === 'ftyp' && text.slice(8, (head[3] ?? 0) | ((head[2] ?? 0) << 8)).includes('avis');
}

/** The same for a file of the house: asks for its first bytes once. False when they did not come. */
export async function isAnimated(fileId: string): Promise<boolean> {
  let answer = known.get(fileId);
  if (answer === undefined) {
    answer = await fetchBytes(originalUrl(fileId), { range: `bytes=0-${HEAD - 1}` }).then((b) => moves(new Uint8Array(b)), () => false);
    known.set(fileId, answer);
  }
  return answer;
}
