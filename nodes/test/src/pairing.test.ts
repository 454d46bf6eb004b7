// How a PC comes in, and how it is put out again: with real worker processes, and with somebody who tries what is not allowed.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Discovered, Node } from '@mantel/contracts/models/node.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { must, type Person, type Rig, startRig, uploaded } from './rig.ts';
import { type Child, node } from './rig/children.ts';
import { picture } from './rig/pictures.ts';

let rig: Rig;
let ann: Person;
let count = 0;
beforeAll(async () => {
  rig = await startRig({ workers: 1 });
  ann = await rig.admin();
});
afterAll(() => rig.stop());

const admin = (method: string, path: string, body?: unknown) => rig.api(method, path, body, { token: ann.token });
const cards = async (): Promise<Discovered[]> => must(await admin('GET', '/nodes/discovered'), 200).json as unknown as Discovered[];
const cardOf = async (name: string, fits: (d: Discovered) => boolean = () => true): Promise<Discovered> => expect.poll(async () => (await cards()).find((d) => d.name === name && fits(d)), { timeout: 10_000, interval: 50 }).toBeTruthy().then(async () => (await cards()).find((d) => d.name === name)!);
const nodes = async (): Promise<Node[]> => must(await admin('GET', '/nodes'), 200).json as unknown as Node[];
const folderOf = (name: string): string => join(rig.dir, 'pcs', name);
function pc(name: string, env: NodeJS.ProcessEnv = {}): Child {
  return rig.keep(node('@mantel/worker/main.ts', { MANTEL_PAIRED: join(folderOf(name), 'paired.json'), MANTEL_NAME: name, MANTEL_SLOTS: '1', MANTEL_LOG: 'debug', MANTEL_DISCOVERY: 'off', MANTEL_COORDINATOR: `127.0.0.1:${rig.port}`, TMPDIR: rig.temp, ...env }));
}
const stateOf = (name: string): { state: string; code?: string; says?: string } => JSON.parse(readFileSync(join(folderOf(name), 'pairing.json'), 'utf8')) as { state: string };
const upload = async () => uploaded(must(await rig.upload(ann.token, await picture(++count), `${count}.jpg`), 201));
/** Until both screens show a code. */
async function toCode(name: string): Promise<Discovered> {
  const card = await cardOf(name);
  expect((must(await admin('POST', `/nodes/discovered/${card.id}/add`), 200).json as unknown as Discovered).state).toBe('open');
  const coded = await cardOf(name, (d) => d.code !== null);
  await expect.poll(() => stateOf(name).code, { timeout: 5000 }).toBe(coded.code);
  return coded;
}

test('a PC knocks, an admin adds it, both see the same code, and its first job is done within 2 s of the approval', async () => {
  const up = await upload();
  const worker = pc('kitchen');
  const card = await cardOf('kitchen').catch((e: unknown) => { console.log(worker.lines.join('\n')); throw e; });
  expect(card).toMatchObject({ state: 'new', code: null, caps: { cores: expect.any(Number) }, trouble: null, address: '127.0.0.1' });
  expect(stateOf('kitchen')).toMatchObject({ state: 'waiting' });
  const { id, code } = await toCode('kitchen');
  expect(worker.lines.filter((l) => l.includes(`${code!.slice(0, 3)} ${code!.slice(3)}`))).toHaveLength(1);
  const stream = await rig.live(ann.token);
  const began = performance.now();
  must(await admin('POST', `/nodes/discovered/${id}/approve`, { code }), 200);
  await stream.next((e) => e.data.id === up.assetId && e.data.op === 'update', 10_000);
  const ms = Math.round(performance.now() - began);
  console.log(`first job done ${ms} ms after the approval`);
  expect(ms).toBeLessThan(2000);
  expect((await nodes()).find((n) => n.id === id)).toMatchObject({ name: 'kitchen', local: false });
  expect((await cards()).map((c) => c.id)).not.toContain(id);
  for (const file of ['paired.json', 'nkey.seed', 'pairing.json']) expect(statSync(join(folderOf('kitchen'), file)).mode & 0o777, file).toBe(0o600);
  expect(stateOf('kitchen')).toMatchObject({ state: 'paired' });
  await worker.kill('SIGTERM');
});
