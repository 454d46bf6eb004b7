import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FakeMantel, fakeMantel, refuse, TOKEN, workbench } from '../fake-mantel.ts';

let server: FakeMantel;
let bench: ReturnType<typeof workbench>;
let looks: number;
const card = (over: object = {}): object => ({ id: 'w0123456789', name: 'Kitchen', address: '10.0.0.5', caps: null, state: 'new', code: null, expiresAt: null, seenAt: '2026-01-01T00:00:00.000Z', change: null, trouble: null, ...over });
let list: () => object[];
beforeEach(async () => {
  [server, bench, looks, list] = [await fakeMantel(), workbench(), 0, () => [card()]];
  server.answer = (a) => {
    if (a.url === '/nodes/discovered') { looks++; return { status: 200, body: list() }; }
    return a.url.startsWith('/nodes/') ? { status: 200, body: { ok: true } } : undefined;
  };
});
afterEach(async () => { await server.close(); bench.close(); });
const ask = (...args: string[]): ReturnType<typeof bench.mantel> => bench.mantel(['--url', server.url, 'nodes', ...args], { env: { MANTEL_TOKEN: TOKEN } });
const asked = (): string[] => server.asked.filter((a) => a.method !== 'GET').map((a) => `${a.method} ${a.url} ${JSON.stringify(a.body)}`);

test('who waits, with their code and what is to be done, for people and for programs', async () => {
  list = () => [card({ state: 'code', code: '012345' }), card({ id: 'w1111111111', name: 'Attic', trouble: 'Type the address.' })];
  expect(await ask('discovered')).toMatchObject({ code: 0, out: expect.stringMatching(/Kitchen .*10\.0\.0\.5 .*shows a code +012 345\nAttic .*waits for you/), err: 'Attic: Type the address.\n' });
  expect(JSON.parse((await ask('discovered', '--json')).out)).toHaveLength(2);
  list = () => [];
  expect((await ask('discovered')).out).toContain('No computer waits');
});

test('adding waits for the code and says how to go on', async () => {
  list = () => [card(looks > 2 ? { state: 'code', code: '012345' } : {})];
  const { code, out } = await ask('add', 'kitchen');
  expect(code).toBe(0);
  expect(out).toContain('012 345');
  expect(out).toContain('mantel nodes approve w0123456789 012345');
  expect(asked()).toEqual(['POST /nodes/discovered/w0123456789/add null']);
});

test('approving sends the digits of that screen, however they are typed', async () => {
  expect((await ask('approve', 'Kitchen', '012 345')).out).toContain('Kitchen is a worker');
  expect((await ask('approve', 'w0123456789', '012-345')).code).toBe(0);
  expect(asked()).toEqual(Array.from({ length: 2 }, () => 'POST /nodes/discovered/w0123456789/approve {"code":"012345"}'));
  expect(await ask('approve', 'kitchen', '12345')).toMatchObject({ code: 2, err: 'A code has six digits.\n' });
  server.answer = (a) => (a.method === 'POST' ? refuse(409, 'wrong_code', 'This is not the code.') : { status: 200, body: list() });
  expect(await ask('approve', 'kitchen', '999999')).toEqual({ code: 1, out: '', err: 'This is not the code.\n' });
});

test('rejecting, ignoring, ignoring no more, removing', async () => {
  server.answer = (a) => (a.url === '/nodes/discovered' ? { status: 200, body: list() } : a.url === '/nodes' ? undefined : { status: 200, body: { ok: true } });
  expect((await ask('reject', 'kitchen')).code).toBe(0);
  expect((await ask('ignore', 'kitchen')).out).toBe('Kitchen is ignored.\n');
  expect((await ask('ignore', 'kitchen', '--undo')).out).toBe('Kitchen is shown again.\n');
  expect((await ask('remove', 'NAS')).out).toContain('nas is no worker');
  expect(asked()).toEqual(['POST /nodes/discovered/w0123456789/reject null', 'POST /nodes/discovered/w0123456789/ignore {"ignored":true}', 'POST /nodes/discovered/w0123456789/ignore {"ignored":false}', 'DELETE /nodes/n null']);
});

test('a name that fits none, or several', async () => {
  list = () => [card(), card({ id: 'w1111111111' })];
  expect(await ask('add', 'kitchen')).toMatchObject({ code: 2, err: expect.stringContaining('w0123456789, w1111111111') });
  expect(await ask('add', 'cellar')).toMatchObject({ code: 2, err: expect.stringContaining('There is no computer "cellar". There is: Kitchen') });
  expect(await ask('remove', 'cellar')).toMatchObject({ code: 2 });
  expect(asked()).toEqual([]);
});
