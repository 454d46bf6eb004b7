// The licences of all that ships with Mantel, read from the lock file alone, so that every platform writes the same list.
import { readFileSync, writeFileSync } from 'node:fs';

const FILE = 'appliance/THIRD-PARTY-LICENCES.md';
const FREE = new Set(['MIT', 'MIT-0', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'BlueOak-1.0.0', 'CC0-1.0', 'CC-BY-4.0', 'Unlicense', 'Python-2.0', 'Zlib', 'WTFPL', 'Artistic-2.0', 'OFL-1.1']);
// Used only while building and testing, not handed on
const TOOLS = new Set([...FREE, 'MPL-2.0']);
// Parts whose licence asks for more than a notice: each was looked at, and here is why it may be used
const LOOKED_AT: readonly { part: RegExp; licence: string; why: string }[] = [
  { part: /^pm2$/, licence: 'AGPL-3.0', why: 'runs as a program of its own, unchanged; Mantel only calls its command line. It may be replaced by any other process manager.' },
  { part: /^@img\/sharp-/, licence: 'LGPL-3.0-or-later', why: 'libvips, a shared library that sharp loads; unchanged, and replaceable by another build of it.' },
  { part: /^libheif-js$/, licence: 'LGPL-3.0', why: 'libheif and libde265 as a WebAssembly module of their own; unchanged, and replaceable by another build of them.' },
];
// Build tools whose output is part of the UI (icons)
const IN_THE_UI = new Set(['lucide-static']);
// What the maker wrote in no form that the lock file can hold; read in the package itself
const WRITTEN_ELSEWHERE: Record<string, string> = { 'cli-tableau': 'MIT', 'combine-errors': 'MIT', tv4: 'MIT' };
const SAME: Record<string, string> = { 'Apache-2': 'Apache-2.0' };

interface Entry { version?: string; license?: unknown; link?: boolean; dev?: boolean; devOptional?: boolean }
interface Part { name: string; version: string; licence: string; tool: boolean }

function parts(): Part[] {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Record<string, Entry> };
  const found = new Map<string, Part>();
  for (const [path, entry] of Object.entries(packages)) {
    const name = path.split('node_modules/')[1] === undefined ? undefined : path.split('node_modules/').at(-1);
    if (name === undefined || entry.link || !entry.version) continue;
    const written = typeof entry.license === 'string' ? entry.license : WRITTEN_ELSEWHERE[name] ?? 'unknown';
    const part = { name, version: entry.version, licence: SAME[written] ?? written, tool: Boolean(entry.dev) && !IN_THE_UI.has(name) };
    const before = found.get(`${name}@${part.version}`);
    found.set(`${name}@${part.version}`, { ...part, tool: part.tool && (before?.tool ?? true) });
  }
  return [...found.values()].toSorted((a, b) => (a.name === b.name ? (a.version < b.version ? -1 : 1) : a.name < b.name ? -1 : 1));
}

function allowed(part: Part): boolean {
  const set = part.tool ? TOOLS : FREE;
  const words = part.licence.replace(/[()]/g, '').split(/ AND /);
  return words.every((w) => w.split(/ OR /).some((one) => set.has(one) || LOOKED_AT.some((l) => l.part.test(part.name) && l.licence === one)));
}

const all = parts();
const refused = all.filter((p) => !allowed(p));
if (refused.length) {
  console.error('These parts have a licence that Mantel cannot use, or none that is known. Take another part, or look at it and say so in scripts/config/licences.mts:');
  for (const p of refused) console.error(`  ${p.name} ${p.version}: ${p.licence}`);
  process.exit(1);
}

const shipped = all.filter((p) => !p.tool);
const text = `# Parts by others

Mantel itself is under the Apache License 2.0 (see LICENSE). It comes with these parts by others, from npm, unchanged; the licence texts lie in each part's folder under \`node_modules/\`.
Programs that Debian brings (nats-server, ffmpeg, openssl, perl) stay under their own licences, in \`/usr/share/doc\`.
This list is made by \`scripts/licences\`; tools that are used only to build and test are not in it.

## More than a notice
${LOOKED_AT.map((l) => `- ${shipped.filter((p) => l.part.test(p.name) && p.licence.includes(l.licence)).map((p) => `${p.name} ${p.version}`).join(', ')} (${l.licence}): ${l.why}`).join('\n')}
- exiftool-vendored.pl (MIT) carries ExifTool by Phil Harvey, which is under the licences of Perl (Artistic License or GPL): runs as a program of its own, unchanged.
- geo-tz (MIT) carries the map of time zones of timezone-boundary-builder: © OpenStreetMap contributors, Open Database License 1.0; unchanged.

## All parts
| Part | Version | Licence |
|---|---|---|
${shipped.map((p) => `| ${p.name} | ${p.version} | ${p.licence} |`).join('\n')}
`;

if (!process.argv.includes('--check')) writeFileSync(FILE, text);
else {
  let written = '';
  try { written = readFileSync(FILE, 'utf8'); } catch { /* missing counts as stale */ }
  if (written !== text) { console.error(`${FILE} is out of date. Run scripts/licences and commit it.`); process.exit(1); }
}
