const utf8 = new TextDecoder('utf-8', { fatal: true });
const latin = new TextDecoder('windows-1252');
const MAX = 64 * 1024;

/**
 * Text whose character set nobody declared. What is valid UTF-8 is UTF-8; what decodes as Shift-JIS and gives Japanese letters is that
 * (older Japanese cameras and editors); all else is Windows-1252. Ends at the first NUL and after 64 KB. Never throws.
 */
export function words(bytes: Uint8Array): string {
  const nul = bytes.indexOf(0);
  const part = bytes.subarray(0, Math.min(nul < 0 ? bytes.length : nul, MAX));
  if (part.every((b) => b < 0x80)) return Buffer.from(part.buffer, part.byteOffset, part.byteLength).toString('latin1');
  try {
    return utf8.decode(part);
  } catch {
    return japanese(part) ?? latin.decode(part);
  }
}

function japanese(bytes: Uint8Array): string | null {
  try {
    const text = new TextDecoder('shift_jis', { fatal: true }).decode(bytes);
    const foreign = [...text].filter((c) => c > '\x7f');
    const letters = foreign.filter((c) => /[\u3040-\u30ff\u4e00-\u9fff\u3000-\u303f\uff00-\uff5e]/.test(c));
    // A lone pair of Latin-1 letters may look like one kanji; kana, or several signs and nothing odd among them, do not come about by chance.
    return /[\u3040-\u30fa]/.test(text) || (letters.length >= 2 && letters.length === foreign.length) ? text : null;
  } catch {
    return null;
  }
}
