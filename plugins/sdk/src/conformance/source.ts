import { open } from 'node:fs/promises';
import { crc32, inflateRawSync } from 'node:zlib';
import type { ConformanceOptions } from '../conformance.ts';
import type { ImportSource, ScanEvent, SourceContext, SourceCopy, Span } from '../import-source.ts';
import { memoryStore, testContext } from '../testing.ts';
import { wrongCheck, wrongEvent } from '../valid.ts';
import { must, type Checks } from './checks.ts';

type Config = Record<string, unknown>;
type Source = ImportSource<Config>;
const MANY = 200_000;

async function scan(source: Source, config: Config, ctx: SourceContext): Promise<ScanEvent[]> {
  const events: ScanEvent[] = [];
  for await (const event of source.scan(config, ctx)) {
    events.push(structuredClone(event)); // it crosses a process border
    must(events.length <= MANY, `more than ${MANY} events; use smaller fixtures`);
  }
  return events;
}
const items = (events: ScanEvent[]) => events.flatMap((e) => (e.type === 'item' ? [e.item] : []));
const copies = (events: ScanEvent[]): SourceCopy[] => items(events).flatMap((i) => i.files.flatMap((f) => [...f.copies, ...(f.sidecar ? [f.sidecar] : [])]));
const place = (e: { part: string | null; path: string }): string => `${e.part ?? ''}\0${e.path}`;
const shown = (e: { part: string | null; path: string } | string): string => (typeof e === 'string' ? e : place(e)).replace('\0', ' › ');
/** The same whatever the order of events. */
const sorted = (events: ScanEvent[]): string => JSON.stringify(events.filter((e) => e.type !== 'progress').map((e) => JSON.stringify(e)).toSorted());

function checkConfigs(source: Source, { configs }: ConformanceOptions, { check }: Checks): Promise<unknown> {
  const answer = async (config: Config) => {
    const result = await source.check(structuredClone(config), testContext());
    const wrong = wrongCheck(structuredClone(result));
    must(wrong === null, `check() answered what the house refuses: ${wrong}`);
    return result;
  };
  return Promise.all([
    ...configs.good.map((config, i) => check(`check() says yes to good configuration ${i + 1}`, async () => {
      const { ok, problems } = await answer(config);
      must(ok && problems.length === 0, `it says no: ${problems.map((p) => p.message).join(' ')}`);
    })),
    ...[{}, ...configs.bad ?? []].map((config, i) => check(i ? `check() finds the problem of bad configuration ${i}` : 'check() answers an empty configuration', async () => {
      const { ok, problems } = await answer(config);
      must(ok === (problems.length === 0), 'ok and problems contradict each other');
      must(i === 0 || !ok, 'it says yes');
    })),
  ]);
}

function checkEvents(events: ScanEvent[], source: Source): void {
  for (const event of events) {
    const wrong = wrongEvent(event);
    must(wrong === null, `the house refuses ${JSON.stringify(event).slice(0, 300)}: ${wrong}`);
  }
  const ids = items(events).map((i) => i.id), albums = new Set(events.flatMap((e) => (e.type === 'album' ? [e.album.id] : [])));
  must(new Set(ids).size === ids.length, `an item comes twice: ${ids.find((id, i) => ids.indexOf(id) !== i)}`);
  for (const item of items(events)) {
    must(item.files[0].role === 'original', `the first file of ${item.id} is not its original`);
    const nameless = item.albums.find((a) => !albums.has(a));
    must(nameless === undefined, `${item.id} is in album ${nameless}, which no event names`);
  }
  for (const copy of copies(events)) {
    must(!copy.here || copy.span !== undefined || copy.ref !== undefined, `${shown(copy)} is here, but has neither span nor ref`);
    must(copy.ref === undefined || copy.span !== undefined || source.open, `${shown(copy)} has a ref, but there is no open()`);
  }
}

function checkAccount(events: ScanEvent[], entries: ConformanceOptions['entries']): void {
  const all = [...copies(events).filter((c) => c.here).map(place), ...events.flatMap((e) => (e.type === 'entry' ? [place(e.entry)] : []))];
  const once = new Set(all);
  const twice = all.find((p, i) => all.indexOf(p) !== i);
  must(twice === undefined, `accounted for twice: ${shown(twice ?? '')}`);
  const missing = (entries ?? []).map(place).filter((p) => !once.has(p));
  must(missing.length === 0, `accounted for nowhere: ${missing.slice(0, 5).map(shown).join(', ')}`);
}

/** Begins a scan, aborts it after the first event, and waits for its end. */
async function checkAbort(source: Source, config: Config): Promise<void> {
  const abort = new AbortController();
  const running = source.scan(structuredClone(config), testContext({ signal: abort.signal }))[Symbol.asyncIterator]();
  await running.next();
  abort.abort();
  try {
    for (let i = 0; !(await running.next()).done; i++) must(i < 2000, 'it goes on');
  } catch (e) {
    must(abort.signal.aborted && !(e instanceof Error && e.message === 'it goes on'), 'it goes on');
  }
}

const LOOKED_AT = 200;
const MAX_SPAN = 256 * 1024 * 1024;
/** The bytes of a span, as the house reads them. */
async function spanned(copy: SourceCopy, { path, start, length, method }: Span): Promise<Buffer> {
  must(length <= MAX_SPAN, `${shown(copy)} has more than 256 MB; use smaller fixtures`);
  const file = await open(path);
  try {
    const packed = Buffer.alloc(length);
    must((await file.read(packed, 0, length, start)).bytesRead === length, `the span of ${shown(copy)} ends behind its file`);
    return method === 'stored' ? packed : inflateRawSync(packed, { maxOutputLength: MAX_SPAN });
  } catch (e) {
    throw new Error(`the span of ${shown(copy)} cannot be read: ${(e as Error).message}`, { cause: e });
  } finally {
    await file.close();
  }
}
async function opened(source: Source, config: Config, copy: SourceCopy): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source.open!(copy.ref!, structuredClone(config), testContext())) {
    must(chunk instanceof Uint8Array, `open(${copy.ref}) gives no bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
/** Both ways to the bytes, where there are two, lead to the same ones. */
async function checkBytes(source: Source, config: Config, events: ScanEvent[]): Promise<void> {
  for (const copy of copies(events).filter((c) => c.here).slice(0, LOOKED_AT)) {
    const [bySpan, byRef] = [copy.span && await spanned(copy, copy.span), copy.ref !== undefined && source.open ? await opened(source, config, copy) : undefined];
    must(!bySpan || !byRef || bySpan.equals(byRef), `span and open() of ${shown(copy)} give other bytes`);
    const got = bySpan ?? byRef;
    if (!got) continue; // which has been told
    must(copy.bytes === null || got.length === copy.bytes, `${shown(copy)} has ${got.length} bytes, not ${copy.bytes}`);
    must(copy.crc32 === undefined || crc32(got) === Number.parseInt(copy.crc32, 16), `the bytes of ${shown(copy)} have another checksum than it says`);
  }
}

export async function checkSource(source: Source, options: ConformanceOptions, checks: Checks): Promise<void> {
  await checkConfigs(source, options, checks);
  const { check } = checks;
  for (const [i, config] of options.configs.good.entries()) {
    const which = options.configs.good.length > 1 ? ` (configuration ${i + 1})` : '';
    const store = memoryStore();
    const events = await check(`scan() ends${which}`, () => scan(source, structuredClone(config), testContext({ store })));
    if (!events) continue;
    await check(`scan() finds something${which}`, async () => must(items(events).length > 0, 'no item at all'));
    await check(`every event is one that the house takes${which}`, async () => checkEvents(events, source));
    await check(`every entry is accounted for once${which}`, async () => checkAccount(events, i === 0 ? options.entries : undefined));
    await check(`a second scan finds the same${which}`, async () => must(sorted(await scan(source, structuredClone(config), testContext())) === sorted(events), 'ids or facts differ'));
    await check(`a later run of the same collection adds nothing${which}`, async () => {
      const known = new Set(items(events).map((x) => x.id));
      const again = items(await scan(source, structuredClone(config), testContext({ store }))).map((x) => x.id);
      must(again.every((id) => known.has(id)) && known.size === new Set(again).size, 'with its own documents in the store, the ids are others');
    });
    await check(`an aborted scan ends${which}`, () => checkAbort(source, config));
    await check(`spans and open() give the bytes that the scan promised${which}`, () => checkBytes(source, config, events));
  }
}
