/** A table as Apple writes it: commas, quotes, any line end, perhaps a mark of its encoding in front. Broken quotes end with their line, so that one bad name does not swallow the rest. */
export function readCsv(text: string, maxRows = 2_000_000): string[][] {
  const rows: string[][] = [];
  const all = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  for (let at = 0; at < all.length && rows.length < maxRows;) {
    const { row, next } = readRow(all, at);
    if (row.length > 1 || row[0] !== '') rows.push(row);
    at = next;
  }
  return rows;
}

const MAX_QUOTED = 10_000; // no name and no date is longer: it was a stray quote
function readRow(text: string, from: number): { row: string[]; next: number } {
  const row: string[] = [];
  for (let at = from; ;) {
    if (text[at] === '"') {
      const end = endOfQuoted(text, at);
      if (end > 0) {
        row.push(text.slice(at + 1, end).replaceAll('""', '"'));
        at = end + 1;
        if (text[at] === ',') { at++; continue; }
        return { row, next: afterLine(text, at) };
      }
    }
    const stop = nextStop(text, at);
    row.push(text.slice(at, stop).trim());
    if (text[stop] !== ',') return { row, next: afterLine(text, stop) };
    at = stop + 1;
  }
}

/** Where the closing quote stands; -1 when it is none: what follows it must be a comma or the end of a line. */
function endOfQuoted(text: string, from: number): number {
  for (let at = from + 1; at < text.length && at - from <= MAX_QUOTED; at++) {
    if (text[at] !== '"') continue;
    if (text[at + 1] !== '"') return at + 1 === text.length || /[,\r\n]/.test(text[at + 1]!) ? at : -1;
    at++;
  }
  return -1;
}
function nextStop(text: string, from: number): number {
  for (let at = from; at < text.length; at++) if (text[at] === ',' || text[at] === '\n' || text[at] === '\r') return at;
  return text.length;
}
function afterLine(text: string, from: number): number {
  if (text[from] === '\r' && text[from + 1] === '\n') return from + 2;
  return text[from] === '\n' || text[from] === '\r' ? from + 1 : from >= text.length ? text.length : from + 1;
}

const strict = new TextDecoder('utf-8', { fatal: true });
/** UTF-8 or UTF-16 with its mark; else Latin-1, in which nothing is impossible. */
export function textOf(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  try {
    return strict.decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}
