import { afterEach, beforeEach, expect, test, vi } from 'vitest';

// An album of `total` photos, answered in pages as the server does.
let total = 0;
let first = 0;
let pages = 0;
let refused = false;
async function fresh() { // the client keeps the `fetch` of its start
  vi.resetModules();
  const { AlbumPhotos } = await import('./album-photos.ts');
  return new AlbumPhotos('a');
}
const photo = (i: number) => ({ id: `p${i}`, fileId: `f${i}`, version: 'v', type: 'image', flags: 0, ratio: 1.5, thumbhash: null, takenAtLocal: '2023-05-14T10:00:00', durationMs: null, originalName: `${i}.jpg` });

beforeEach(() => {
  [total, first, pages, refused] = [2500, 0, 0, false];
  vi.stubGlobal('location', new URL('http://localhost/'));
  vi.stubGlobal('fetch', async (input: Request | URL | string) => {
    const query = new URL(typeof input === 'object' && 'url' in input ? input.url : input, 'http://localhost').searchParams, after = Number(query.get('after') ?? 0), limit = Number(query.get('limit'));
    pages++;
    if (refused) return Response.json({ code: 'not_found', message: 'Gone.' }, { status: 404 });
    return Response.json({ assets: Array.from({ length: Math.max(0, Math.min(limit, total - after)) }, (_, i) => photo(first + after + i)), next: after + limit < total ? after + limit : null });
  });
  vi.stubGlobal('Request', class extends Request { constructor(input: string | URL, init?: RequestInit) { super(new URL(String(input), 'http://localhost'), init); } });
});
afterEach(() => { vi.unstubAllGlobals(); });

test('all pages come, in order, and the first is shown at once', async () => {
  const album = await fresh(), seen: number[] = [];
  album.addEventListener('layout', () => seen.push(album.layout!.total));
  await album.refresh();
  expect(seen).toEqual([1000, 2000, 2500]);
  expect([album.rowAt(0)?.id, album.rowAt(2499)?.id, album.rowAt(2500), album.indexOf('p1234'), album.indexOf('nobody')]).toEqual(['p0', 'p2499', undefined, 1234, -1]);
  expect([album.layout!.ratios[7], album.rowAt(0)?.time]).toEqual([96, Date.UTC(2023, 4, 14, 10) / 1000]);
});

test('a photo that is looked for before anything is loaded is found; an unknown one is not', async () => {
  const album = await fresh();
  expect(await Promise.all([album.locate({ id: 'p2000' }), album.locate({ id: 'nobody' })])).toEqual([2000, -1]);
  expect(pages).toBe(3);
});

test('loaded anew it is replaced at once, and the photo at the top keeps its place', async () => {
  const album = await fresh(), seen: [number, number][] = [];
  await album.refresh();
  album.anchor = () => 1200;
  album.addEventListener('layout', (e) => seen.push([album.layout!.total, (e as CustomEvent<{ index: number }>).detail.index]));
  [first, total] = [100, 2300]; // the first hundred and the last hundred left
  await album.refresh();
  expect(seen).toEqual([[2300, 1100]]);
});

test('what a server refuses is an error, and what was there stays', async () => {
  const album = await fresh();
  await album.refresh();
  refused = true;
  await album.refresh();
  expect([(album.error as Error).message, album.layout?.total]).toEqual(['Gone.', 2500]);
});
