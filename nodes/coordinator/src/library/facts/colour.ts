/** Names as people know them. */
const KNOWN: [RegExp, string][] = [[/^sRGB\b|^c2$|^c2ci$/i, 'sRGB'], [/^Adobe RGB/i, 'Adobe RGB'], [/^Display P3|^P3 D65|^image P3/i, 'Display P3'], [/^ProPhoto|^ROMM/i, 'ProPhoto RGB'], [/^(ITU-R )?BT\.?2020|^Rec\.? ?2020/i, 'BT.2020']];
const MAX_TAGS = 100;

/** What an ICC profile calls itself; null for none and for broken ones. Reads the table and one text, whatever the size. */
export function iccName(icc: Uint8Array): string | null {
  const b = Buffer.from(icc.buffer, icc.byteOffset, icc.byteLength);
  if (b.length < 132) return null;
  for (let i = 0, at = 132; i < Math.min(b.readUInt32BE(128), MAX_TAGS) && at + 12 <= b.length; i++, at += 12) {
    if (b.toString('latin1', at, at + 4) !== 'desc') continue;
    const from = b.readUInt32BE(at + 4);
    if (from + 28 > b.length) return null;
    if (b.toString('latin1', from, from + 4) === 'desc') return colourName(b.toString('latin1', from + 12, Math.min(b.length, from + 12 + Math.min(b.readUInt32BE(from + 8), 100))));
    const [length, start] = [Math.min(b.readUInt32BE(from + 20), 200) & ~1, from + b.readUInt32BE(from + 24)];
    if (start + length > b.length) return null;
    return colourName(Buffer.from(b.subarray(start, start + length)).swap16().toString('utf16le'));
  }
  return null;
}

export function colourName(name: unknown): string | null {
  const clean = typeof name === 'string' ? name.replaceAll('\0', '').trim().slice(0, 60) : '';
  return clean === '' ? null : (KNOWN.find(([pattern]) => pattern.test(clean))?.[1] ?? clean);
}

/** EXIF ColorSpace, and the interoperability index by which cameras mark Adobe RGB. */
export function exifColour(space: unknown, interop: unknown): string | null {
  if (space === 1) return 'sRGB';
  return space === 2 || (typeof interop === 'string' && interop.startsWith('R03')) ? 'Adobe RGB' : null;
}

/** The numbers of ISO 23091 in the containers of video, HEIF and AVIF. */
export function codedColour(primaries: unknown, transfer: unknown): string | null {
  const name = { 1: 'sRGB', 9: 'BT.2020', 12: 'Display P3', 5: 'BT.601', 6: 'BT.601' }[Number(primaries)] ?? null;
  const curve = { 16: ' PQ', 18: ' HLG' }[Number(transfer)];
  return name && curve ? name + curve : name;
}
