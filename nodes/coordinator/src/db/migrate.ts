import { readdirSync, readFileSync } from 'node:fs';
import Native from 'better-sqlite3';

const MIGRATIONS = new URL('./migrations/', import.meta.url);
const files = (): string[] => readdirSync(MIGRATIONS).filter((f) => f.endsWith('.sql')).sort();

function apply(native: Native.Database, from: number): void {
  for (const [i, file] of files().entries()) {
    if (i < from) continue;
    native.transaction(() => {
      native.exec(readFileSync(new URL(file, MIGRATIONS), 'utf8'));
      native.pragma(`user_version = ${i + 1}`);
    })();
  }
}

/** Every table and index with its definition, comments and spaces aside. */
function shapeOf(native: Native.Database): Map<string, string> {
  const rows = native.prepare(`select type || ' ' || name name, sql from sqlite_master where sql is not null and name not like 'sqlite_%'`).all() as { name: string; sql: string }[];
  return new Map(rows.map((r) => [r.name, r.sql.replace(/--.*$/gm, '').replace(/\s+/g, '')]));
}

/**
 * Brings a database to the schema of this program. Throws when it belongs to a newer one, and when it has another shape than its number says
 * (a restored or hand-edited file): a house that opens with it would fail job by job, quietly.
 */
export function migrate(native: Native.Database): void {
  const known = files().length;
  const done = native.pragma('user_version', { simple: true }) as number;
  if (done > known) throw new Error(`This database was written by a newer Mantel (schema ${done}, this one knows ${known}). Update Mantel, or restore a backup.`);
  apply(native, done);
  const fresh = new Native(':memory:');
  try {
    apply(fresh, 0);
    const [wanted, here] = [shapeOf(fresh), shapeOf(native)];
    const odd = [...wanted.keys()].filter((name) => here.get(name) !== wanted.get(name));
    if (odd.length) throw new Error(`This database does not have the shape that this Mantel works with (${odd.slice(0, 3).join(', ')}${odd.length > 3 ? `, ${odd.length - 3} more` : ''}). It may come from a version that was never released. Restore a backup, or start with a new state folder: your photos lie in the data folder.`);
  } finally { fresh.close(); }
}
