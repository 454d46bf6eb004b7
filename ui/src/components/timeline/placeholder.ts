import { thumbHashToAverageRGBA, thumbHashToDataURL } from 'thumbhash';

/** What stands in for a picture: its average colour while scrubbing, its thumbhash once the page rests. Both are remembered, within a bound. */
const KEEP = 1500;
const colours = new Map<string, string>();
const pictures = new Map<string, string>();

export const averageColour = (hash: string): string => remember(colours, hash, () => {
  const { r, g, b } = thumbHashToAverageRGBA(bytes(hash));
  return `rgb(${Math.round(r * 255)} ${Math.round(g * 255)} ${Math.round(b * 255)})`;
});
export const blurredPicture = (hash: string): string => remember(pictures, hash, () => thumbHashToDataURL(bytes(hash)));

function remember(cache: Map<string, string>, hash: string, make: () => string): string {
  if (!hash) return '';
  let value = cache.get(hash);
  if (value !== undefined) return value;
  try { value = make(); } catch { value = ''; }
  if (cache.size >= KEEP) cache.delete(cache.keys().next().value!);
  cache.set(hash, value);
  return value;
}

const bytes = (base64: string): Uint8Array => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
