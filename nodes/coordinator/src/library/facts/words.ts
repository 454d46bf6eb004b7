const utf8 = new TextDecoder('utf-8', { fatal: true });
const latin = new TextDecoder('windows-1252');
const MAX = 64 * 1024;

/**
 * Text whose character set nobody declared. What is valid UTF-8 is UTF-8; what decodes as Shift-JIS and gives Japanese letters is that
 * (older Japanese cameras and editors); all else is Windows-1252. Ends at the first NUL and after 64 KB. Never throws.
 */
export function words(bytes: Uint8Array): string {
  const most = bytes.subarray(0, MAX);
  const nul = most.indexOf(0);
  const part = nul < 0 ? most : most.subarray(0, nul);
  if (part.every((b) => b < 0x80)) return Buffer.from(part.buffer, part.byteOffset, part.byteLength).toString('latin1');
  try {
    return utf8.decode(part);
  } catch {
    return japanese(part) ?? latin.decode(part);
  }
}

/**
 * Any two bytes may look like a sign: in Latin-1 an accent and the letter behind it. Common Japanese signs begin with bytes that Latin-1 has no use for
 * (0x81 to 0x9f), nearly all of a real text does, and somewhere the second byte is no plain letter either.
 */
function japanese(bytes: Uint8Array): string | null {
  let [pairs, common, foreign] = [0, 0, 0];
  for (let i = 0; i < bytes.length; i++) {
    const b = bytes[i]!;
    if (b < 0x80 || (b >= 0xa1 && b <= 0xdf)) continue; // plain letters and katakana of half width are single bytes
    pairs++;
    if (b >= 0x81 && b <= 0x9f) common++;
    if (bytes[++i]! >= 0x80) foreign++;
  }
  if (pairs < 2 || common / pairs < 0.8 || foreign === 0) return null;
  try {
    return new TextDecoder('shift_jis', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
