import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { logChange } from '@mantel/coordinator/db/change-log.ts';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { must, type Person, type Rig, startRig, uploaded } from './rig.ts';
import type { LiveEvent, LiveStream } from './rig/live.ts';
import { picture } from './rig/pictures.ts';

let rig: Rig;
let ann: Person;
let bob: Person;
let family = '';
let count = 0;
beforeAll(async () => {
  rig = await startRig();
  ann = await rig.admin();
  bob = await rig.addUser(ann, 'Bob');
  family = (await rig.library(ann.token, 'shared')).id;
});
afterEach(() => rig.hangUp());
afterAll(() => rig.stop());
const upload = async (who: Person, library?: string): Promise<string> => uploaded(must(await rig.upload(who.token, await picture(++count), `${count}.jpg`, library ? { library } : {}), 201)).assetId;
const changes = (s: LiveStream): LiveEvent[] => s.events.filter((e) => e.event === 'change');
const seqs = (s: LiveStream): number[] => changes(s).map((e) => Number(e.id));
const own = async (who: Person): Promise<string> => (await rig.library(who.token, 'personal')).id;
/** Lines of the change log, many at once. */
const flood = (lines: number, name: (i: number) => string): Promise<void> => rig.coordinator.db.writeSql((sql) => { for (let i = 0; i < lines; i++) logChange(sql, 'asset', name(i), 'update'); });

test('changes arrive in order, each with its number, and nobody else hears of them', async () => {
  const [a, b] = await Promise.all([rig.live(ann.token), rig.live(bob.token)]);
  const shared = await upload(ann, family);
  const mine = await upload(ann, await own(ann));
  const his = await upload(bob, await own(bob));
  const last = await upload(bob, family);
  for (const s of [a, b]) await s.next((e) => e.data.id === last);
  expect(changes(a).map((e) => e.data.id)).toEqual([shared, mine, last]);
  expect(changes(b).map((e) => e.data.id)).toEqual([shared, his, last]);
  for (const s of [a, b]) {
    expect(seqs(s)).toEqual([...new Set(seqs(s))].sort((x, y) => x - y));
    expect(changes(s).every((e) => Number(e.id) === e.data.seq && e.data.kind === 'asset' && e.data.op === 'create')).toBe(true);
  }
  must(await rig.api('POST', '/assets/favourite', { ids: [shared], value: true }, { token: bob.token }), 200); // a mark of Bob's own
  const end = await upload(ann, family);
  for (const s of [a, b]) await s.next((e) => e.data.id === end);
  expect(changes(b).slice(3).map((e) => e.data.op)).toEqual(['update', 'create']);
  expect(changes(a).slice(3).map((e) => e.data.op)).toEqual(['create']);
});

test('a stranger, or somebody signed out, hears nothing', async () => {
  expect((await rig.live('nobody')).status).toBe(401);
  const session = await rig.signedIn(bob.email, bob.password);
  const stream = await rig.live(session.token);
  must(await rig.api('POST', '/auth/logout', {}, { token: session.token }), 200);
  await stream.ended;
});

test('after a cut, Last-Event-ID goes on where it was: nothing lost, nothing twice, over a restart too', async () => {
  const sent: string[] = [];
  const seen: LiveEvent[] = [];
  let stream = await rig.live(ann.token);
  const start = await upload(ann, family);
  await stream.next((e) => e.data.id === start);
  seen.push(...changes(stream));
  for (let cut = 0; cut < 4; cut++) {
    stream.close();
    const after = Number(seen.at(-1)!.id);
    for (let i = 0; i < 3; i++) sent.push(await upload(ann, family));
    if (cut === 2) {
      await rig.stopCoordinator();
      await rig.startCoordinator();
    }
    stream = await rig.live(ann.token, after);
    sent.push(await upload(ann, family)); // while it catches up
    await stream.next((e) => e.data.id === sent.at(-1));
    seen.push(...changes(stream));
  }
  expect(seen.slice(1).map((e) => e.data.id)).toEqual(sent);
  expect(new Set(seen.map((e) => e.id)).size).toBe(seen.length);
});

test('who is too far behind, or from another time, is told to load anew and then follows', async () => {
  const last = (): number => rig.coordinator.db.sql.get<{ seq: number }>('select max(seq) seq from change')!.seq;
  const before = last();
  await flood(5200, (i) => `filler ${i}`);
  for (const given of [before, last() + 1000, -5]) {
    const stream = await rig.live(ann.token, given);
    const reset = await stream.next((e) => e.event === 'reset');
    expect(Number(reset.id)).toBe(last());
    const id = await upload(ann, family);
    await stream.next((e) => e.data.id === id);
    expect(changes(stream).map((e) => e.data.id)).toEqual([id]);
    stream.close();
  }
  const end = last();
  const near = await rig.live(ann.token, end - 4000); // far, but not too far
  await near.next((e) => e.id === String(end));
  expect(seqs(near)).toEqual(Array.from({ length: 4000 }, (_v, i) => end - 3999 + i));
});

test('one commit with more changes than a reconnect may bring still reaches who listens, to the last one', async () => {
  const stream = await rig.live(ann.token);
  await flood(6000, (i) => `big import ${i}`);
  await stream.next((e) => e.data.id === 'big import 5999');
  expect(changes(stream)).toHaveLength(6000);
});

test('hints about jobs go to admins only, at most twice a second', async () => {
  const [a, b] = await Promise.all([rig.live(ann.token), rig.live(bob.token)]);
  const began = Date.now();
  for (let i = 0; i < 10; i++) await upload(ann, family);
  await a.next((e) => e.event === 'jobs');
  const id = await upload(ann, family);
  await b.next((e) => e.data.id === id);
  expect(a.events.filter((e) => e.event === 'jobs').length).toBeLessThanOrEqual(2 + (Date.now() - began) / 500);
  expect(b.events.filter((e) => e.event === 'jobs')).toEqual([]);
});

test('an admin who is made a member hears no more of jobs', async () => {
  const dora = await rig.addUser(ann, 'Dora');
  const role = async (r: string) => must(await rig.api('PATCH', `/users/${dora.id}`, { role: r }, { token: ann.token }), 200);
  await role('admin');
  const [a, d] = await Promise.all([rig.live(ann.token), rig.live(dora.token)]);
  await role('member');
  await a.next((e) => e.data.kind === 'user' && e.data.id === dora.id);
  const seen = a.events.length;
  await upload(ann, await own(ann));
  await a.next((e) => a.events.indexOf(e) >= seen && e.event === 'jobs');
  const after = await upload(ann, family); // what comes behind it on Dora's stream
  await d.next((e) => e.data.id === after);
  expect(d.events.filter((e) => e.event === 'jobs')).toEqual([]);
});

test('a reader that stops reading is dropped, and costs no memory', async () => {
  const sleepers = await Promise.all(Array.from({ length: 5 }, () => rig.live(bob.token)));
  for (const s of sleepers) s.pause();
  const awake = await rig.live(ann.token);
  const [before, connections] = [held(), await open()];
  const long = 'x'.repeat(2000);
  for (let round = 0; round < 25; round++) {
    await flood(400, (i) => `${long} ${round} ${i}`);
    await awake.next((e) => e.data.id === `${long} ${round} 399`); // who reads loses nothing
    awake.events.length = 0;
  }
  expect(await open()).toBeLessThanOrEqual(connections - sleepers.length);
  expect(held() - before).toBeLessThan(40); // 5 × 20 MB were meant for them; without a limit all of it would wait here
});

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;
/** Megabytes that this process really holds. */
function held(): number {
  gc();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 2 ** 20;
}
const open = (): Promise<number> => new Promise((resolve, reject) => { rig.coordinator.app.server.getConnections((e, n) => (e ? reject(e) : resolve(n))); });
