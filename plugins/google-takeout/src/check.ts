import type { CheckResult } from '@mantel/plugin-sdk';
import { baseOf } from './paths.ts';
import { collectionOf, exportsOf, type Found, locate, missing } from './parts.ts';
import { holdsTakeout } from './unpacked.ts';
import { beginsWell, closeZip, openZip } from './zip.ts';

const MAX_CHECKED = 200;
const list = (words: readonly (string | number)[]): string => (words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)!}`);
const size = (bytes: number): string => (bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : bytes >= 1e6 ? `${Math.round(bytes / 1e6)} MB` : `${Math.max(1, Math.round(bytes / 1e3))} kB`);
const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
const day = (stamp: string): string => `${Number(stamp.slice(6, 8))} ${MONTHS[Number(stamp.slice(4, 6)) - 1] ?? '?'} ${stamp.slice(0, 4)}`;

/** Looks at what the paths name, without reading photos: which parts there are, which are missing, which cannot be read. */
export function check(paths: unknown): CheckResult {
  const named = Array.isArray(paths) ? paths.filter((p): p is string => typeof p === 'string' && p !== '') : [];
  if (named.length === 0) return no('Choose the parts of the export (.zip or .tgz), or the folder that they lie in.');
  const located = locate(named);
  if (located.parts.length === 0) return { ok: false, problems: located.problems.length > 0 ? located.problems : [{ field: 'paths', message: 'There is no export in this folder: no .zip, no .tgz, no unpacked Takeout folder.' }] };
  const exports = exportsOf(located.parts);
  if (exports.length > 1) {
    return no(`These are parts of ${exports.length} exports: ${exports.map((s) => `${located.parts.filter((p) => p.stamp === s).length} of ${day(s)} (takeout-${s}…)`).join(', ')}. Bring them in one export at a time; what is in both comes in once.`);
  }
  const problems = [...located.problems];
  let good = 0;
  for (const p of located.parts.slice(0, MAX_CHECKED)) {
    const trouble = troubleOf(p);
    if (trouble) problems.push({ field: 'paths', message: trouble.message });
    if (!trouble || trouble.some) good++;
  }
  if (good === 0) return { ok: false, problems };
  return { ok: true, collection: collectionOf(located), summary: summary(located.parts, exports[0]), problems };
}
const no = (message: string): CheckResult => ({ ok: false, problems: [{ field: 'paths', message }] });

function summary(parts: readonly Found[], stamp: string | undefined): string {
  const archives = parts.filter((p) => p.kind !== 'folder');
  const of = stamp ? ` of the export of ${day(stamp)}` : '';
  const what = archives.length > 0 ? `${archives.length === 1 ? '1 part' : `${archives.length} parts`}${of}, ${size(archives.reduce((s, p) => s + p.bytes, 0))}.` : `An unpacked export${of ? ` (${day(stamp!)})` : ''}.`;
  const gaps = missing(parts);
  const highest = Math.max(0, ...parts.map((p) => p.number ?? 0));
  const shown = gaps.length > 12 ? `${gaps.slice(0, 12).join(', ')} and ${gaps.length - 12} more` : list(gaps);
  return (gaps.length === 0 ? what : `${what} ${gaps.length === 1 ? `Part ${shown} of ${highest} is` : `Parts ${shown} of ${highest} are`} not here; ${gaps.length === 1 ? 'it' : 'they'} can come later.`).slice(0, 500);
}

/** `some`: a part of it can be used. */
function troubleOf(p: Found): { message: string; some: boolean } | null {
  if (p.kind === 'folder') return holdsTakeout(p.file) ? null : { message: `There is no Google Takeout in ${p.file}: no part of an export (.zip or .tgz), and no unpacked one.`, some: false };
  const name = baseOf(p.file);
  if (p.bytes === 0) return { message: `${name} is empty. Download this part again.`, some: false };
  if (p.kind === 'tgz') return null;
  try {
    const zip = openZip(p.file);
    const begins = zip.cut && beginsWell(zip);
    closeZip(zip);
    // what can be found in it, the scan finds: that takes as long as reading it
    if (zip.cut) return begins ? { message: `${name} breaks off. What can be found in it comes in; download it again for the rest.`, some: true } : { message: `${name} is damaged: nothing can be read from it. Download this part again.`, some: false };
    return null;
  } catch {
    return { message: `${name} cannot be read.`, some: false };
  }
}
