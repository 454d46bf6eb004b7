import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { crc32, deflateRawSync } from 'node:zlib';
import type { Span } from '@mantel/contracts/models/source.ts';
import { afterAll, describe, expect, it } from 'vitest';
import { readSpan, type SpanOptions } from './span.ts';

const dir = mkdtempSync(join(tmpdir(), 'mantel-span-')), allowed = [join(dir, 'granted')];
afterAll(() => rmSync(dir, { recursive: true, force: true }));
mkdirSync(allowed[0]!);
const body = Buffer.concat([randomBytes(1_500_000), Buffer.alloc(3_000_000, 5)]), packed = deflateRawSync(body), small = Buffer.from('small one'), smallPacked = deflateRawSync(small);
const path = join(allowed[0]!, 'part.zip'), hex = (b: Buffer): string => crc32(b).toString(16).padStart(8, '0');
const all = Buffer.concat([body, packed, small, smallPacked]);
writeFileSync(path, all);
const at = (start: number, length: number, method: Span['method'] = 'stored', file = path): Span => ({ path: file, start, length, method });
const SPANS = { stored: at(0, body.length), deflate: at(body.length, packed.length, 'deflate'), small: at(body.length + packed.length, small.length), smallDeflate: at(all.length - smallPacked.length, smallPacked.length, 'deflate') };
async function read(span: Span, options: Partial<SpanOptions> = {}): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const c of readSpan(span, { allowed, maxBytes: 1e8, ...options })) chunks.push(c);
  expect(chunks.every((c) => c.length <= 1 << 20)).toBe(true);
  return Buffer.concat(chunks);
}
const fails = (type: string, message: RegExp) => expect.objectContaining({ type, message: expect.stringMatching(message) as string }) as Error;

describe('good ones', () => {
  it.each([['stored', body], ['deflate', body], ['small', small], ['smallDeflate', small]] as const)('%s', async (name, expected) => {
    expect((await read(SPANS[name], { bytes: expected.length, maxBytes: expected.length, crc32: hex(expected) })).equals(expected)).toBe(true);
  });
  it('empty ones', async () => expect((await read(at(0, 0), { bytes: 0, crc32: '00000000' })).length).toBe(0));
  it('a file that was granted by itself', async () => expect((await read(SPANS.small, { allowed: [path] })).equals(small)).toBe(true));
});

describe('damaged ones are refused', () => {
  it.each(['stored', 'deflate', 'small', 'smallDeflate'] as const)('%s: wrong checksum, too long, too short', async (name) => {
    const length = name.startsWith('small') ? small.length : body.length;
    await expect(read(SPANS[name], { crc32: 'deadbeef' })).rejects.toEqual(fails('damaged_entry', /checksum is wrong/));
    await expect(read(SPANS[name], { bytes: length - 1 })).rejects.toEqual(fails('damaged_entry', /longer than it says/));
    await expect(read(SPANS[name], { bytes: length + 1 })).rejects.toEqual(fails('damaged_entry', /bytes instead of/));
  });
  it('what cannot be unpacked, or ends too early', async () => {
    await expect(read(at(0, 1000, 'deflate'))).rejects.toEqual(fails('damaged_entry', /cannot be unpacked|longer/));
    await expect(read(at(0, 3_000_000, 'deflate'))).rejects.toEqual(fails('damaged_entry', /cannot be unpacked|longer/));
    await expect(read(at(body.length, packed.length - 100, 'deflate'))).rejects.toEqual(fails('damaged_entry', /cannot be unpacked/));
    await expect(read(at(0, all.length + 1))).rejects.toEqual(fails('damaged_entry', /archive ends before/));
    await expect(read(at(1e300, 1))).rejects.toEqual(fails('damaged_entry', /impossible place/));
  });
  it('a bomb ends at its limit', async () => {
    const bomb = join(allowed[0]!, 'bomb'), bytes = deflateRawSync(Buffer.alloc(200_000_000));
    writeFileSync(bomb, bytes);
    let most = 0;
    const reading = (async () => { for await (const c of readSpan(at(0, bytes.length, 'deflate', bomb), { allowed, maxBytes: 10_000_000 })) most += c.length; })();
    await expect(reading).rejects.toEqual(fails('too_large', /larger than 10000000/));
    expect(most).toBeLessThanOrEqual(10_000_000);
  });
  it('what says honestly that it is a bomb is not even begun, and what does not say ends early', async () => {
    const bomb = join(allowed[0]!, 'honest'), bytes = deflateRawSync(Buffer.alloc(200_000_000));
    writeFileSync(bomb, bytes);
    let most = 0;
    const reading = async (said: number | null): Promise<void> => { for await (const c of readSpan(at(0, bytes.length, 'deflate', bomb), { allowed, maxBytes: 1e11, bytes: said })) most += c.length; };
    await expect(reading(200_000_000)).rejects.toEqual(fails('too_large', /more than 200 times/));
    expect(most).toBe(0);
    await expect(reading(null)).rejects.toEqual(fails('too_large', /more than 200 times/));
    expect(most).toBeLessThanOrEqual(50 * 1024 * 1024);
  });
});

describe('only what was granted', () => {
  it('not another file, not through a link, not through a linked folder, not a folder, not what is gone', async () => {
    const outside = join(dir, 'secret');
    writeFileSync(outside, 'secret');
    symlinkSync(outside, join(allowed[0]!, 'link'));
    symlinkSync(dir, join(allowed[0]!, 'up'));
    await expect(read(at(0, 6, 'stored', outside))).rejects.toEqual(fails('forbidden', /not among/));
    await expect(read(at(0, 6, 'stored', join(allowed[0]!, '../secret')))).rejects.toEqual(fails('forbidden', /not among/));
    await expect(read(at(0, 6, 'stored', join(allowed[0]!, 'link')))).rejects.toEqual(fails('forbidden', /link/));
    await expect(read(at(0, 6, 'stored', join(allowed[0]!, 'up/secret')))).rejects.toEqual(fails('forbidden', /not among/));
    await expect(read(at(0, 0, 'stored', `${allowed[0]!}-other`))).rejects.toEqual(fails('not_found', /no longer there/));
    await expect(read(at(0, 0, 'stored', allowed[0]!))).rejects.toEqual(fails('bad_request', /not a file/));
  });
  it('a part that arrived after the list was first used', async () => {
    const late = join(dir, 'late.zip'), list = [...allowed, late];
    await read(SPANS.small, { allowed: list });
    writeFileSync(late, 'late');
    expect((await read(at(0, 4, 'stored', late), { allowed: list })).toString()).toBe('late');
  });
  it('can be given up', async () => {
    const abort = new AbortController();
    await expect((async () => { for await (const _ of readSpan(SPANS.stored, { allowed, maxBytes: 1e8, signal: abort.signal })) abort.abort(); })()).rejects.toMatchObject({ name: 'AbortError' });
  });
});
