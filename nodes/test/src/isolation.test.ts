import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Asset } from '@mantel/contracts/models/asset.ts';
import type { Library } from '@mantel/contracts/models/library.ts';
import { LAYOUT_MAGIC, type TimelineWindow } from '@mantel/contracts/models/timeline.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { codeOf, must, type Person, type Rig, startRig, uploaded } from './rig.ts';
import { picture } from './rig/pictures.ts';

let rig: Rig;
let ann: Person;
let bob: Person;
let family: Library;
const own: Record<'ann' | 'bob', Library> = {} as never;
let count = 0;
const shot = (): Promise<Buffer> => picture(++count);

beforeAll(async () => {
  rig = await startRig({ workers: 1 });
  ann = await rig.admin();
  bob = await rig.addUser(ann, 'Bob');
  own.ann = await rig.library(ann.token, 'personal');
  own.bob = await rig.library(bob.token, 'personal');
  family = await rig.library(ann.token, 'shared');
});
afterAll(() => rig.stop());

const get = async <T>(who: Person, path: string): Promise<T> => must(await rig.api('GET', path, undefined, { token: who.token }), 200).json as T;
const send = async (who: Person, bytes: Buffer, library: Library, name = 'a.jpg') => uploaded(await rig.upload(who.token, bytes, name, { library: library.id }));
const asset = (who: Person, id: string): Promise<Asset> => get(who, `/assets/${id}`);
const post = (who: Person, path: string, body: object) => rig.api('POST', path, body, { token: who.token });
const role = async (who: Person, r: 'viewer' | 'contributor' | 'manager') => must(await rig.api('PUT', `/libraries/${family.id}/members/${who.id}`, { role: r }, { token: ann.token }), 200);
const exported = async (who: Person, query = ''): Promise<string> => must(await rig.api('GET', `/assets/export${query}`, undefined, { token: who.token }), 200).bytes.toString();

/** What a person's timeline says, in its three forms. */
async function timeline(who: Person, query = ''): Promise<{ months: number; layout: number; window: string[]; version: number }> {
  const months = await get<{ total: number; version: number; months: { count: number }[] }>(who, `/timeline/months?${query}`);
  const layout = must(await rig.api('GET', `/timeline/layout?${query}`, undefined, { token: who.token }), 200).bytes;
  const window = await get<TimelineWindow>(who, `/timeline/window?day=20991231&limit=1000&${query}`);
  expect(layout.readUInt32LE(0)).toBe(LAYOUT_MAGIC);
  expect(months.total).toBe(months.months.reduce((n, m) => n + m.count, 0));
  expect(new Set([months.version, layout.readUInt32LE(4), window.version]).size).toBe(1);
  return { months: months.total, layout: layout.readUInt32LE(8), window: window.ids, version: months.version };
}

test("nothing of Ann's own library is reachable for Bob, by any route", async () => {
  const worker = await rig.spawnWorker(0);
  const listening = await rig.live(ann.token);
  const overheard = await rig.live(bob.token);
  const bytes = await shot();
  const secret = await send(ann, bytes, own.ann, 'secret name.jpg');
  await listening.next((e) => e.data.id === secret.assetId && e.data.op === 'update'); // its previews are there
  const facts = await asset(ann, secret.assetId);
  expect(facts.preview).toBe('ready');
  const thumb = `/files/${secret.fileId}/thumb/${facts.version}`;
  must(await rig.api('GET', thumb, undefined, { token: ann.token }), 200); // and in the cache of the server

  for (const path of [`/assets/${secret.assetId}`, thumb, `/files/${secret.fileId}/preview/${facts.version}`, `/files/${secret.fileId}/original`, `/files/${secret.fileId}/original?download=1`]) {
    expect(codeOf(await rig.api('GET', path, undefined, { token: bob.token })), path).toEqual([404, 'not_found']);
    expect((await rig.api('HEAD', path, undefined, { token: bob.token })).status, path).toBe(404);
    expect((await rig.api('GET', path)).status, path).toBe(401);
  }
  for (const view of ['photos', 'favourites', 'archive', 'trash']) {
    for (const form of ['months', 'layout', 'window']) {
      expect(codeOf(await rig.api('GET', `/timeline/${form}?view=${view}&libraryId=${own.ann.id}&day=20991231`.replace(form === 'window' ? '' : '&day=20991231', ''), undefined, { token: bob.token })), `${form} ${view}`).toEqual([404, 'not_found']);
    }
  }
  for (const query of ['', `?library=${own.ann.id}`, `?library=${encodeURIComponent(own.ann.name)}`]) expect(await exported(bob, query)).not.toContain(secret.assetId);
  expect(await exported(ann)).toContain(secret.assetId);
  for (const what of ['favourite', 'archive']) expect(codeOf(await post(bob, `/assets/${what}`, { ids: [secret.assetId], value: true }))).toEqual([404, 'not_found']);
  for (const what of ['trash', 'restore']) expect(codeOf(await post(bob, `/assets/${what}`, { ids: [secret.assetId] }))).toEqual([404, 'not_found']);
  expect(codeOf(await rig.api('PATCH', `/assets/${secret.assetId}`, { title: 'mine' }, { token: bob.token }))).toEqual([404, 'not_found']);
  expect((await post(bob, '/assets/check', { sha256: [facts.files[0]!.sha256] })).json).toEqual({ known: [] });
  expect(codeOf(await post(bob, '/assets/check', { libraryId: own.ann.id, sha256: [facts.files[0]!.sha256] }))).toEqual([404, 'not_found']);
  expect(codeOf(await rig.upload(bob.token, bytes, 'b.jpg', { library: own.ann.id }))).toEqual([404, 'not_found']);
  expect(JSON.stringify(await get(bob, '/libraries'))).not.toContain(own.ann.id);
  for (const change of [['PATCH', 'membership', { show: true }], ['PUT', `members/${bob.id}`, { role: 'manager' }], ['DELETE', `members/${ann.id}`, undefined]] as const) {
    expect(codeOf(await rig.api(change[0], `/libraries/${own.ann.id}/${change[1]}`, change[2], { token: bob.token })), change[1]).toEqual([404, 'not_found']);
  }
  // only Ann can let somebody into her library, stays its manager, and can take it back
  const member = (method: string, who: string, as?: string) => rig.api(method, `/libraries/${own.ann.id}/members/${who}`, as && { role: as }, { token: ann.token });
  expect(codeOf(await member('PUT', ann.id, 'viewer'))).toEqual([409, 'conflict']);
  expect(codeOf(await member('DELETE', ann.id))).toEqual([403, 'forbidden']);
  expect((await member('PUT', bob.id, 'viewer')).status).toBe(200);
  expect((await rig.libraries(bob.token)).map((l) => l.id)).toContain(own.ann.id);
  expect((await member('DELETE', bob.id)).status).toBe(200);

  const mine = await send(bob, await shot(), own.bob);
  await overheard.next((e) => e.data.id === mine.assetId);
  expect(JSON.stringify(overheard.events)).not.toContain(secret.assetId);
  expect((await timeline(bob)).window).toEqual([mine.assetId]);
  await worker.kill('SIGTERM');
});

test('a viewer looks; a contributor trashes what is theirs; a manager everything', async () => {
  const hers = await send(ann, await shot(), family);
  const his = await send(bob, await shot(), family);
  expect(codeOf(await post(bob, '/assets/trash', { ids: [hers.assetId] }))).toEqual([403, 'forbidden']);
  expect((await post(bob, '/assets/trash', { ids: [hers.assetId, his.assetId] })).json).toEqual({ changed: 1 });
  expect([(await asset(ann, hers.assetId)).trashedAt, (await asset(ann, his.assetId)).trashedAt]).toEqual([null, expect.any(String)]);
  expect((await post(bob, '/assets/restore', { ids: [his.assetId] })).json).toEqual({ changed: 1 });

  await role(bob, 'viewer');
  const photos = (): string[] => readdirSync(join(rig.data, 'library'), { recursive: true, encoding: 'utf8' }).filter((n) => !/\.(xmp|json|new)$/.test(n)); // sidecars come in the background
  const before = photos().length;
  expect((await asset(bob, hers.assetId)).canEdit).toBe(false);
  expect(codeOf(await rig.upload(bob.token, await shot(), 'c.jpg', { library: family.id }))).toEqual([403, 'forbidden']);
  expect(photos()).toHaveLength(before);
  expect(codeOf(await post(bob, '/assets/check', { libraryId: family.id, sha256: ['0'.repeat(64)] }))).toEqual([403, 'forbidden']);
  for (const id of [hers.assetId, his.assetId]) {
    expect(codeOf(await post(bob, '/assets/trash', { ids: [id] }))).toEqual([403, 'forbidden']);
    expect(codeOf(await rig.api('PATCH', `/assets/${id}`, { rating: 5 }, { token: bob.token }))).toEqual([403, 'forbidden']);
  }
  expect(codeOf(await rig.api('PUT', `/libraries/${family.id}/members/${bob.id}`, { role: 'manager' }, { token: bob.token }))).toEqual([403, 'forbidden']);
  expect(codeOf(await rig.api('PATCH', `/libraries/${family.id}/membership`, { isDefault: true }, { token: bob.token }))).toEqual([403, 'forbidden']);
  expect((await post(bob, '/assets/favourite', { ids: [hers.assetId], value: true })).json).toEqual({ changed: 1 }); // a mark of his own
  expect([(await asset(bob, hers.assetId)).favourite, (await asset(ann, hers.assetId)).favourite]).toEqual([true, false]);
  expect((await timeline(bob, 'view=favourites')).window).toEqual([hers.assetId]);
  expect((await timeline(ann, 'view=favourites')).window).toEqual([]);

  await role(bob, 'contributor');
  expect((await post(ann, '/assets/trash', { ids: [his.assetId] })).json).toEqual({ changed: 1 }); // Ann manages
  expect((await timeline(bob, 'view=trash')).window).toEqual([his.assetId]);
  must(await post(ann, '/assets/restore', { ids: [his.assetId] }), 200);
});

test('both send the same bytes to the Family: one file, two contributions', async () => {
  const bytes = await shot();
  const [a, b] = await Promise.all([rig.upload(ann.token, bytes, 'ann.jpg', { library: family.id, device: 'Phone A' }), rig.upload(bob.token, bytes, 'bob.jpg', { library: family.id, device: 'Phone B' })]);
  expect([a.status, b.status].sort((x, y) => x - y)).toEqual([200, 201]);
  expect(uploaded(a).assetId).toBe(uploaded(b).assetId);
  const seen = await asset(bob, uploaded(b).assetId);
  expect(seen.files).toHaveLength(1);
  expect(seen.contributions.map((c) => [c.userName, c.device, c.originalName].join()).sort()).toEqual(['Bob,Phone B,bob.jpg', 'ann,Phone A,ann.jpg']);
  expect((await post(bob, '/assets/trash', { ids: [seen.id] })).json).toEqual({ changed: 1 }); // it is his too
  expect(uploaded(await rig.upload(ann.token, bytes, 'ann.jpg', { library: family.id }))).toMatchObject({ outcome: 'duplicate', trashed: true });
  must(await post(bob, '/assets/restore', { ids: [seen.id] }), 200);
});

test('twins count and show once, for each person by what that person shows', async () => {
  const [a0, b0] = [await timeline(ann), await timeline(bob)];
  const bytes = await shot();
  const mine = await send(ann, bytes, own.ann);
  const ours = await send(ann, bytes, family);
  const his = await send(bob, bytes, own.bob);
  expect(new Set([mine.assetId, ours.assetId, his.assetId]).size).toBe(3);
  const more = async (who: Person, was: Awaited<ReturnType<typeof timeline>>) => {
    const t = await timeline(who);
    return [t.months - was.months, t.layout - was.layout, t.window.filter((id) => !was.window.includes(id))] as const;
  };
  expect(await more(ann, a0)).toEqual([1, 1, [mine.assetId]]);
  expect(await more(bob, b0)).toEqual([1, 1, [ours.assetId]]);
  const shows = async (who: Person, library: Library, show: boolean) => must(await rig.api('PATCH', `/libraries/${library.id}/membership`, { show }, { token: who.token }), 200);

  must(await post(ann, '/assets/trash', { ids: [mine.assetId] }), 200); // the shown one goes: the other takes its place
  expect(await more(ann, a0)).toEqual([1, 1, [ours.assetId]]);
  must(await post(ann, '/assets/restore', { ids: [mine.assetId] }), 200);
  expect(await more(ann, a0)).toEqual([1, 1, [mine.assetId]]);

  await shows(ann, own.ann, false);
  expect((await timeline(ann)).window).toContain(ours.assetId);
  expect((await timeline(ann)).window).not.toContain(mine.assetId);
  expect(await more(bob, b0)).toEqual([1, 1, [ours.assetId]]); // Bob's view is Bob's
  await shows(ann, own.ann, true);
  expect(await more(ann, a0)).toEqual([1, 1, [mine.assetId]]);
});

test('who is removed from a library loses it at once: timeline, files, favourites and live events', async () => {
  const hers = await send(ann, await shot(), family);
  must(await post(bob, '/assets/favourite', { ids: [hers.assetId], value: true }), 200);
  must(await rig.api('GET', `/files/${hers.fileId}/original`, undefined, { token: bob.token }), 200);
  const stream = await rig.live(bob.token);
  must(await rig.api('DELETE', `/libraries/${family.id}/members/${bob.id}`, undefined, { token: ann.token }), 200);
  await stream.next((e) => e.data.op === 'revoke' && e.data.id === family.id);
  const later = await send(ann, await shot(), family);
  expect(codeOf(await rig.api('GET', `/files/${hers.fileId}/original`, undefined, { token: bob.token }))).toEqual([404, 'not_found']);
  expect(codeOf(await rig.api('GET', `/assets/${hers.assetId}`, undefined, { token: bob.token }))).toEqual([404, 'not_found']);
  expect(codeOf(await rig.upload(bob.token, await shot(), 'd.jpg', { library: family.id }))).toEqual([404, 'not_found']);
  for (const view of ['photos', 'favourites', 'archive', 'trash']) {
    const seen = await timeline(bob, `view=${view}`);
    const ids = (await Promise.all(seen.window.map((id) => asset(bob, id)))).map((a) => a.libraryId);
    expect(ids.every((id) => id === own.bob.id), view).toBe(true);
    expect(seen.months, view).toBe(seen.window.length);
    expect(seen.layout, view).toBe(seen.window.length);
  }
  expect(await exported(bob)).not.toContain(hers.assetId);
  const mine = uploaded(await rig.upload(bob.token, await shot(), 'e.jpg')); // his uploads have a place still
  expect(mine.libraryId).toBe(own.bob.id);
  await stream.next((e) => e.data.id === mine.assetId);
  expect(JSON.stringify(stream.events)).not.toContain(later.assetId);
});
