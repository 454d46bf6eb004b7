/**
 * The whole timeline as typed arrays, newest first. `first[d]` is the index of the first photo of day `d`; `first[days]` is the total.
 * Wire format (little endian): u32 "MNTL", u32 version, u32 total, u32 days, then per day u32 yyyymmdd + u32 count, then one byte per photo: ratio × 64.
 */
export interface TimelineLayout { version: number; total: number; days: Uint32Array; first: Uint32Array; ratios: Uint8Array }

const MAGIC = 0x4d4e544c;
const HEADER = 16;

/** Throws on anything that does not fit the format: a half answer must not become a wrong timeline. */
export function decodeLayout(buffer: ArrayBuffer): TimelineLayout {
  const view = new DataView(buffer);
  if (buffer.byteLength < HEADER || view.getUint32(0, true) !== MAGIC) throw new Error('The timeline came in a form that this page does not know. Load the page again.');
  const version = view.getUint32(4, true), total = view.getUint32(8, true), count = view.getUint32(12, true);
  if (buffer.byteLength !== HEADER + count * 8 + total) throw new Error('The timeline arrived incomplete. Try again.');
  const days = new Uint32Array(count), first = new Uint32Array(count + 1);
  for (let d = 0; d < count; d++) {
    days[d] = view.getUint32(HEADER + d * 8, true);
    first[d + 1] = first[d]! + view.getUint32(HEADER + d * 8 + 4, true);
  }
  if (first[count] !== total) throw new Error('The timeline contradicts itself. Load the page again.');
  return { version, total, days, first, ratios: new Uint8Array(buffer, HEADER + count * 8, total) };
}

/** The last position in the ascending `array[0..length)` whose value is ≤ `value`; 0 when all are larger. */
export function lastAtMost(array: ArrayLike<number>, length: number, value: number): number {
  let a = 0, b = length - 1;
  while (a < b) {
    const m = (a + b + 1) >> 1;
    if (array[m]! <= value) a = m;
    else b = m - 1;
  }
  return a;
}

/** Which day photo `index` belongs to. */
export const dayOf = (layout: TimelineLayout, index: number): number => lastAtMost(layout.first, layout.days.length, index);
