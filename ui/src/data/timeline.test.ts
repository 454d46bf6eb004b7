import { afterEach, beforeEach, expect, test, vi } from 'vitest';

/*
 * The model against a fake server: a list of photos per day, answered by `fetch` in the wire formats. Live events come through a fake EventSource.
 */
interface Photo { id: string; day: number }
let photos: Photo[] = [];
let version = 1;
let waiting = false;
let asked: string[] = [];
class FakeEventSource extends EventTarget {
  static CLOSED = 2;
  static last: FakeEventSource;
  readyState = 1;
  constructor() { super(); FakeEventSource.last = this; }
  close(): void { this.readyState = 2; }
}

function layoutBytes(): ArrayBuffer {
  const days: [number, number][] = [];
  for (const p of photos) {
    const last = days.at(-1);
    if (last?.[0] === p.day) last[1]++;
    else days.push([p.day, 1]);
  }
  const buffer = new ArrayBuffer(16 + days.length * 8 + photos.length), v = new DataView(buffer);
  [0x4d4e544c, version, photos.length, days.length].forEach((x, i) => v.setUint32(i * 4, x, true));
  days.forEach(([d, n], i) => { v.setUint32(16 + i * 8, d, true); v.setUint32(20 + i * 8, n, true); });
  new Uint8Array(buffer, 16 + days.length * 8).fill(85);
  return buffer;
}
function answer(input: RequestInfo | URL): Response {
  const url = new URL(typeof input === 'object' && 'url' in input ? input.url : input, 'http://localhost');
  asked.push(url.pathname.split('/').at(-1)! + url.search);
  if (url.pathname.includes('/assets/')) return Response.json({ id: url.pathname.split('/').at(-1), preview: 'ready', version: 'made', thumbhash: null });
  if (url.pathname.endsWith('/layout')) return new Response(layoutBytes());
  const from = photos.findIndex((p) => p.day <= Number(url.searchParams.get('day'))) + Number(url.searchParams.get('skip') ?? 0);
  const rows = photos.slice(from, from + Number(url.searchParams.get('limit')));
  const all = <T>(x: T): T[] => rows.map(() => x);
  return Response.json({ version, ids: rows.map((p) => p.id), files: all('f'), versions: all('v'), thumbhashes: all(''), flags: all(waiting ? 4 : 0), times: all(0), durations: all(0) });
}
const family = (n: number): Photo[] => Array.from({ length: n }, (_, i) => ({ id: `p${i}`, day: 20230528 - Math.floor(i / 100) }));
const change = (): void => {
  version++;
  FakeEventSource.last.dispatchEvent(new MessageEvent('change', { data: JSON.stringify({ seq: 1, kind: 'asset', id: 'x', op: 'update' }) }));
};

async function fresh() {
  vi.resetModules();
  const { startLive } = await import('./live.ts');
  const { TimelineModel } = await import('./timeline.ts');
  startLive();
  return new TimelineModel('photos');
}

beforeEach(() => {
  vi.useFakeTimers();
  photos = family(1000);
  version = 1;
  waiting = false;
  asked = [];
  vi.stubGlobal('location', new URL('http://localhost/'));
  vi.stubGlobal('EventSource', FakeEventSource);
  vi.stubGlobal('fetch', async (input: RequestInfo | URL) => answer(input));
  vi.stubGlobal('Request', class extends Request { constructor(input: string | URL, init?: RequestInit) { super(new URL(String(input), 'http://localhost'), init); } });
});
afterEach(() => { vi.unstubAllGlobals(); vi.useRealTimers(); });
const settle = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

test('windows are asked for by day and offset, and every photo has the facts of its own place', async () => {
  const model = await fresh();
  model.subscribe();
  await settle();
  expect((await model.ensure(0))?.id).toBe('p0');
  expect((await model.ensure(457))?.id).toBe('p457');
  expect(asked.at(-1)).toBe('window?view=photos&day=20230524&skip=0&limit=200');
  expect((await model.ensure(999))?.id).toBe('p999');
  expect(await model.ensure(1000)).toBeUndefined();
  const before = asked.length;
  await model.ensure(999);
  expect(asked.length).toBe(before);
});

test('the photo at the top keeps its place when newer ones come, and the new layout comes with its facts', async () => {
  const model = await fresh();
  model.subscribe();
  await settle();
  await model.ensure(450);
  model.want(440, 480);
  model.anchor = () => 450;
  const places: number[] = [];
  model.addEventListener('layout', (e) => {
    places.push((e as CustomEvent<{ index: number }>).detail.index);
    expect(model.rowAt(places.at(-1)!)?.id).toBe('p450');
  });
  photos = [{ id: 'n1', day: 20230601 }, { id: 'n2', day: 20230601 }, ...photos];
  change();
  await settle(600);
  expect(places).toEqual([452]);
});

test('a photo of the same day that came in above is found by itself, not by its place', async () => {
  const model = await fresh();
  model.subscribe();
  await settle();
  await model.ensure(450);
  model.want(440, 480);
  model.anchor = () => 450;
  let place = -1;
  model.addEventListener('layout', (e) => { place = (e as CustomEvent<{ index: number }>).detail.index; });
  photos.splice(400, 0, { id: 'n1', day: 20230524 }, { id: 'n2', day: 20230524 });
  change();
  await settle(600);
  expect(place).toBe(452);
});

test('what changed while nobody looked is there when somebody looks again', async () => {
  const model = await fresh();
  const leave = model.subscribe();
  await settle();
  leave();
  photos = photos.slice(1);
  change();
  await settle(2000);
  expect(model.layout?.total).toBe(1000);
  model.subscribe();
  await settle();
  expect(model.layout?.total).toBe(999);
});

test('five seconds after the last one left, the timeline is dropped', async () => {
  const model = await fresh();
  model.subscribe()();
  await settle(5001);
  expect(model.layout).toBeNull();
});

test('a server that is always ahead is asked ever more seldom', async () => {
  const model = await fresh();
  model.subscribe();
  await settle();
  vi.stubGlobal('fetch', async (input: RequestInfo | URL) => {
    const response = answer(input);
    return String(typeof input === 'object' && 'url' in input ? input.url : input).includes('window') ? Response.json({ ...((await response.json()) as object), version: 99 }) : response;
  });
  asked = [];
  change();
  await settle(60_000);
  expect(asked.filter((a) => a.startsWith('layout')).length).toBeLessThan(12);
});

test('a photo is located by its day', async () => {
  const model = await fresh();
  model.subscribe();
  await settle();
  expect(await model.locate({ id: 'p777', takenAtLocal: '2023-05-21T10:00:00' })).toBe(777);
  expect(await model.locate({ id: 'nobody', takenAtLocal: '2023-05-21T10:00:00' })).toBe(-1);
  expect(await model.locate({ id: 'p777', takenAtLocal: '1999-01-01T10:00:00' })).toBe(-1);
});

test('a preview that was made for a photo on the screen shows before the timeline is loaded anew; others are not asked for', async () => {
  waiting = true;
  const model = await fresh();
  model.subscribe();
  await settle();
  model.want(0, 50);
  await settle();
  asked = [];
  const made = (id: string): void => { FakeEventSource.last.dispatchEvent(new MessageEvent('change', { data: JSON.stringify({ seq: 1, kind: 'asset', id, op: 'update' }) })); };
  for (const id of ['p7', 'p900', 'nobody']) made(id);
  await settle(200);
  expect(asked).toEqual(['p7']);
  expect([model.rowAt(7), model.rowAt(8)].map((r) => [r?.version, r?.flags])).toEqual([['made', 0], ['v', 4]]);
  made('p7'); // it waits no more
  await settle(200);
  expect(asked).toEqual(['p7']);
});
