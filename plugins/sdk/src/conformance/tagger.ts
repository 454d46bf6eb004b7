import type { ConformanceOptions } from '../conformance.ts';
import type { Tagger, TaggerContext, TagResult } from '../tagger.ts';
import { must, type Checks } from './checks.ts';

const share = (n: unknown): boolean => typeof n === 'number' && n >= 0 && n <= 1;
const box = (b: { x: number; y: number; w: number; h: number } | undefined): boolean => b === undefined || [b.x, b.y, b.w, b.h].every(share);
function wrongResult(r: TagResult): string | null {
  if (!Array.isArray(r?.tags)) return 'a result has no tags';
  if (!r.tags.every((t) => typeof t.name === 'string' && t.name !== '' && share(t.score) && box(t.box))) return 'a tag needs a name and a score of 0 to 1, a box fractions of the picture';
  if (!(r.faces ?? []).every((f) => share(f.score) && box(f.box))) return 'a face needs a box and a score of 0 to 1';
  if (!(r.text ?? []).every((t) => typeof t.text === 'string' && share(t.score) && box(t.box))) return 'a text needs its words, a box and a score of 0 to 1';
  return [r.vector, ...(r.faces ?? []).map((f) => f.vector)].every((v) => v === undefined || (v instanceof Float32Array && v.every(Number.isFinite))) ? null : 'a vector is a Float32Array of finite numbers';
}

export async function checkTagger(tagger: Tagger, { configs, photos = [] }: ConformanceOptions, { check }: Checks): Promise<void> {
  const ctx: TaggerContext = {
    signal: new AbortController().signal, log: () => undefined,
    pixels: async (id) => photos.find((p) => p.assetId === id)?.pixels ?? Promise.reject(new Error(`There is no photo ${id} in this test.`)),
    engine: { run: async (model) => { throw new Error(`The model ${model} is not there in this test.`); } },
  };
  const [config] = configs.good;
  const inputs = photos.map(({ pixels: _pixels, ...input }) => input);
  await check('batch is a whole number from 1 to 64', async () => must(Number.isInteger(tagger.batch) && tagger.batch >= 1 && tagger.batch <= 64, `it is ${tagger.batch}`));
  await check('input is preview, original or metadata', async () => must(['preview', 'original', 'metadata'].includes(tagger.input), `it is ${tagger.input}`));
  await check('there is a photo to try it on', async () => must(photos.length > 0, 'hand `photos` to the suite'));
  await check('warmup() ends', async () => tagger.warmup?.(config, ctx));
  const tag = async (batch: typeof inputs): Promise<TagResult[]> => {
    const results = await tagger.tag(structuredClone(batch), config, ctx);
    must(Array.isArray(results) && results.length === batch.length, `tag() of ${batch.length} photos gave ${results?.length} results`);
    for (const r of results) must(wrongResult(r) === null, wrongResult(r)!);
    return results;
  };
  const single = await check('tag() answers one photo at a time', async () => (await Promise.all(inputs.map((i) => tag([i])))).flat());
  await check('tag() gives the same for the same photo', async () => must(JSON.stringify((await Promise.all(inputs.map((i) => tag([i])))).flat()) === JSON.stringify(single), 'it differs'));
  await check('tag() takes whole batches, in their order', async () => {
    const together: TagResult[] = [];
    for (let at = 0; at < inputs.length; at += tagger.batch) together.push(...await tag(inputs.slice(at, at + tagger.batch)));
    must(JSON.stringify(together.map((r) => r.tags.map((t) => t.name))) === JSON.stringify(single?.map((r) => r.tags.map((t) => t.name))), 'a batch has other tags than its photos one by one');
  });
  await check('dispose() ends', async () => tagger.dispose?.());
}
