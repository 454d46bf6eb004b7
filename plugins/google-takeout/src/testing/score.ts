// What is compared, as in fixtures/generator/score.mjs: identity is the SHA-256 of the primary's bytes.
export interface Expected { id: string; level: 'must' | 'should'; rules: string[]; sha256: string[]; copies: string[]; takenAt: string | null; takenAtLocal?: string; takenAtSource: string; gps: [number, number] | null; originalName: string; description: string; favorite: boolean; archived: boolean; trashed: boolean; locked: boolean; partner: boolean; people: string[]; albums: (string | null)[]; live: string[]; liveSha256: string[]; edited: string[]; editedSha256: string[]; embeddedVideo?: boolean }
export interface ExpectedSet { assets: Expected[]; albums: { title: string | null; count: number }[]; ignored: string[]; problems: { kind: string; path: string }[]; archives: string[] }
/** A field that is missing is not compared. */
export interface Actual { sha256: string; path?: string; takenAt?: string | null; gps?: [number, number] | null; originalName?: string; description?: string; favorite?: boolean; archived?: boolean; trashed?: boolean; locked?: boolean; partner?: boolean; people?: string[]; albums?: string[]; liveSha256?: string | true | null; editedSha256?: string[] }
export interface End { assets: Actual[]; albums: { title: string; count: number }[] }

const eq = (p: readonly unknown[], q: readonly unknown[]): boolean => JSON.stringify([...p].sort()) === JSON.stringify([...q].sort());
const FLAGS = ['favorite', 'archived', 'trashed', 'locked', 'partner'] as const;

/** Everything that is not as it should be, a line each. */
export function differences(expected: ExpectedSet, end: End): string[] {
  const by = Map.groupBy(end.assets, (a) => a.sha256);
  const used = new Set<Actual>();
  const out: string[] = [];
  for (const x of expected.assets) {
    const got = x.sha256.flatMap((h) => by.get(h) ?? []);
    for (const g of got) used.add(g);
    const bad = got.length === 1 ? compare(x, got[0]!) : [`found ${got.length} times`];
    if (bad.length > 0) out.push(`${x.level} ${x.id} [${x.rules.join(' ')}] ${x.copies[0] ?? ''}: ${bad.join('; ')}`);
  }
  for (const g of end.assets) if (!used.has(g)) out.push(`extra ${g.path ?? g.sha256}`);
  const key = (l: readonly { title: string | null; count: number }[]): string[] => l.filter((y) => y.title).map((y) => `${y.title!}|${y.count}`);
  if (!eq(key(end.albums), key(expected.albums))) out.push(`albums ${JSON.stringify(key(end.albums))} != ${JSON.stringify(key(expected.albums))}`);
  return out;
}

function compare(x: Expected, g: Actual): string[] {
  const bad: string[] = [];
  if (x.takenAt && g.takenAt && Math.abs(Date.parse(g.takenAt) - Date.parse(x.takenAt)) >= 1000) bad.push(`takenAt ${g.takenAt} != ${x.takenAt}`);
  if (x.takenAt && x.takenAtSource === 'json' && !g.takenAt) bad.push('no takenAt');
  if (!x.takenAt && g.takenAt) bad.push(`takenAt ${g.takenAt} made up`);
  if (g.gps !== undefined && (x.gps === null ? g.gps !== null : !g.gps || Math.hypot(g.gps[0] - x.gps[0], g.gps[1] - x.gps[1]) > 1e-3)) bad.push(`gps ${JSON.stringify(g.gps)} != ${JSON.stringify(x.gps)}`);
  if (x.originalName && g.originalName !== x.originalName) bad.push(`name ${g.originalName!} != ${x.originalName}`);
  if (g.description !== undefined && g.description !== x.description) bad.push(`description ${g.description}`);
  for (const k of FLAGS) if (g[k] !== undefined && g[k] !== x[k]) bad.push(`${k} ${String(g[k])}`);
  if (g.people && !eq(g.people, x.people)) bad.push(`people ${g.people.join(', ')}`);
  if (g.albums && !eq(g.albums, x.albums.filter((t) => t))) bad.push(`albums ${JSON.stringify(g.albums)} != ${JSON.stringify(x.albums)}`);
  if (g.liveSha256 !== undefined && (x.embeddedVideo ? !g.liveSha256 : x.liveSha256.length > 0 ? !x.liveSha256.includes(String(g.liveSha256)) : Boolean(g.liveSha256))) bad.push(`live ${String(g.liveSha256)} != ${x.live[0] ?? 'none'}`);
  if (g.editedSha256 && !eq([...new Set(g.editedSha256)], x.editedSha256)) bad.push(`edited (${g.editedSha256.length}) != ${JSON.stringify(x.edited)}`);
  return bad;
}
