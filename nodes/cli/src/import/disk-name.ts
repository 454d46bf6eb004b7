/** Lead bytes of Shift-JIS that no Western name has: there they are control characters, quotes and dashes. */
const SHIFT_JIS_LEAD = /[\x81-\x9f]/;
const JAPANESE = /^[\x20-\x7e\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}\u3000-\u303f\uff00-\uffefー・]+$/u;

function decoded(bytes: Uint8Array, charset: string): string | null {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** A name or path from a disk. What is not UTF-8 comes from an older system: Shift-JIS where it makes Japanese of every byte, else Windows-1252, which has a letter for nearly every byte, so that it stays recognisable. */
export function diskName(bytes: Buffer): string {
  const utf8 = decoded(bytes, 'utf-8');
  if (utf8 !== null) return utf8;
  const japanese = SHIFT_JIS_LEAD.test(bytes.toString('latin1')) ? decoded(bytes, 'shift_jis') : null;
  return japanese !== null && JAPANESE.test(japanese) ? japanese : new TextDecoder('windows-1252').decode(bytes);
}
