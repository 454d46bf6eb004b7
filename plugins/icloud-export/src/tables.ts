import { readCsv, textOf } from './csv.ts';
import { appleDate } from './dates.ts';
import { dirOf, fold, nameOf } from './names.ts';

/** What `Photo Details.csv` says of one file. `minute`: the date is only as exact as that. */
export interface Row { name: string; favourite: boolean; hidden: boolean; deleted: boolean; at: number | null; minute: boolean }
/** A list of names: an album, a memory, or one of those that Apple makes by itself. */
export type ListKind = 'album' | 'memory' | 'favourites' | 'hidden' | 'automatic';
export type Table = { kind: 'details'; path: string; rows: Row[] } | { kind: ListKind; path: string; title: string; names: string[] };

const YES = /^(yes|true|1|y|ja|oui|s[ií]|sim|kyllä|tak|はい|是)$/i;
const FAVOURITES = new Set(['favorites', 'favourites']);
const HIDDEN = new Set(['hidden']);
const AUTOMATIC = new Set(['raw', 'recently deleted']);

/** What a table of an export is; null for one of something else. Columns are found by their names, as Apple moved them before. */
export function readTable(path: string, bytes: Uint8Array): Table | null {
  const rows = readCsv(textOf(bytes));
  const head = (rows[0] ?? []).map((h) => h.trim().toLowerCase());
  const column = (name: string): number => head.indexOf(name);
  const at = column('imgname');
  if (at >= 0 && head.length > 1) return details(path, rows.slice(1), { name: at, favourite: column('favorite'), hidden: column('hidden'), deleted: column('deleted'), date: column('originalcreationdate') });
  const folder = fold(nameOf(dirOf(path)));
  const isList = head.length === 1 && /^(imgname|imagename|images?)$/.test(head[0]!);
  if (!isList && folder !== 'albums' && folder !== 'memories') return null;
  const title = nameOf(path).replace(/\.csv$/i, '').normalize('NFC');
  const named = fold(title);
  const kind: ListKind = folder === 'memories' || head[0] === 'imagename' && folder !== 'albums' ? 'memory' : FAVOURITES.has(named) ? 'favourites' : HIDDEN.has(named) ? 'hidden' : AUTOMATIC.has(named) ? 'automatic' : 'album';
  return { kind, path, title, names: [...new Set((isList ? rows.slice(1) : rows).map((r) => r[0]!.trim().normalize('NFC')).filter(Boolean))] };
}

function details(path: string, rows: string[][], at: { name: number; favourite: number; hidden: number; deleted: number; date: number }): Table {
  const yes = (row: string[], n: number): boolean => YES.test(row[n]?.trim() ?? '');
  const out: Row[] = [];
  for (const row of rows) {
    const name = row[at.name]?.trim().normalize('NFC');
    if (!name) continue;
    // a date that lost its quotes is two cells, and all after it are one further on
    const date = appleDate(row[at.date] ?? '') ?? appleDate(`${row[at.date] ?? ''},${row[at.date + 1] ?? ''}`);
    out.push({ name, favourite: yes(row, at.favourite), hidden: yes(row, at.hidden), deleted: yes(row, at.deleted), at: date?.at ?? null, minute: date !== null && !date.seconds });
  }
  return { kind: 'details', path, rows: out };
}
