// Dates and zones as exiftool writes them, and which of a file's dates is the one that counts.

export interface When { local: string; zone: string | null; /** The field is UTC by definition and says nothing about the wall clock. */ utcOnly: boolean }

function when(text: unknown, quicktime: boolean): When | null {
  const m = /^(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)(?:\.\d+)?(Z|[+-]\d\d:\d\d)?/.exec(String(text ?? ''));
  if (!m || m[1] === '0000' || (quicktime && /^(1904|1970):01:01/.test(m[0]))) return null;
  const local = `${m[1]}-${m[2]}-${m[3]}T${m[4]}:${m[5]}:${m[6]}`;
  const t = Date.parse(`${local}Z`);
  return Number.isNaN(t) || new Date(t).toISOString().slice(0, 19) !== local ? null : { local, zone: m[7] === 'Z' ? '+00:00' : (m[7] ?? null), utcOnly: false };
}
const validZone = (z: unknown): string | null => (typeof z === 'string' && /^[+-](0\d|1[0-4]):[0-5]\d$/.test(z) ? z : null);

/** `written`: there is a date field, even if what it says is no date. */
export function expectedDate(e: Record<string, unknown>, video: boolean): { when: When | null; written: boolean } {
  const names = video ? ['CreationDate', 'DateTimeOriginal', 'CreateDate'] : ['DateTimeOriginal', 'CreateDate', 'CreationDate'];
  for (const name of names) {
    const w = when(e[name], video);
    if (!w) continue;
    // a sequence of pictures has QuickTime's header, too; a date of the EXIF never ends with a zone
    if (name === 'CreateDate' && (video || (/hei[cf]|avif/.test(String(e.MIMEType)) && w.zone === '+00:00'))) return { when: { ...w, zone: null, utcOnly: true }, written: true };
    const zone = validZone(e.OffsetTimeOriginal) ?? validZone(e.OffsetTime) ?? w.zone;
    return { when: { ...w, zone }, written: true };
  }
  return { when: null, written: names.some((n) => e[n] !== undefined) };
}
