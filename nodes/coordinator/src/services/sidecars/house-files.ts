import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sql } from '../../db/database.ts';
import { syncDir } from '../../library/place.ts';
import { household } from './sidecars.repository.ts';

/** Beside the photos: who and what the ids in sidecars are. */
const FOLDER = join('library', '.mantel');

/** Writes `users.json`, `albums.json` and `people.json` where they differ from what is on the disk; each appears whole or not at all. Answers how many were written. */
export async function writeHouseFiles(sql: Pick<Sql, 'get' | 'all'>, data: string, known = new Map<string, string>()): Promise<number> {
  let files = 0;
  for (const [name, rows] of Object.entries(household(sql))) {
    const text = `${JSON.stringify(rows, null, 1)}\n`;
    if (known.get(name) === text) continue;
    const file = join(data, FOLDER, `${name}.json`);
    if ((await readFile(file, 'utf8').catch(() => null)) !== text) {
      await mkdir(join(data, FOLDER), { recursive: true });
      const handle = await open(`${file}.new`, 'w', 0o644);
      try {
        await handle.writeFile(text);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(`${file}.new`, file);
      await syncDir(join(data, FOLDER));
      files++;
    }
    known.set(name, text);
  }
  return files;
}
