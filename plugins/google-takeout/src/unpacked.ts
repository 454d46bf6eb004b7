import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { MAX_JSON, readJson } from './json.ts';
import { isJson } from './paths.ts';
import { YEAR_TEMPLATES } from './words.ts';
import { templateOf } from './years.ts';

const LOOK_MS = 5000;
const MAX_SEEN = 100_000;

/** Whether there is a sign of an export of Google in a folder: any folder can be named, also by a variable that is empty. When it takes long to tell, it is taken to be one: the scan tells. */
export function holdsTakeout(root: string, now: () => number = Date.now): boolean {
  if (/(^|\/)takeout(-[^/]*)?(\/|$)/i.test(root)) return true;
  const until = now() + LOOK_MS;
  const open = [root];
  let seen = 0;
  for (let dir = open.shift(); dir !== undefined; dir = open.shift()) {
    let found;
    try { found = readdirSync(dir, { withFileTypes: true }); } catch { continue; }
    for (const e of found) {
      if (++seen > MAX_SEEN || now() > until) return true;
      const path = join(dir, e.name);
      if (e.isDirectory()) {
        if (/^takeout(-|$)/i.test(e.name) || YEAR_TEMPLATES.includes(templateOf(e.name)?.template ?? '')) return true;
        if (!e.name.startsWith('.') && e.name !== '@eaDir') open.push(path);
      } else if (e.isFile() && (/^archive_browser\.html$/i.test(e.name) || (isJson(e.name) && isSidecar(path)))) return true;
    }
  }
  return false;
}

function isSidecar(path: string): boolean {
  try {
    return statSync(path).size <= MAX_JSON && readJson(readFileSync(path)).kind === 'asset';
  } catch {
    return false;
  }
}
