import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { errorCode } from '@mantel/contracts/errors.ts';
import { closeHeic, heicThreads, renderHeic } from './heic.ts';
import { withProfile } from './icc.ts';

const file = readFileSync(new URL('../../../fixtures/real.heic', import.meta.url));
const never = new AbortController().signal;
const allEnded = (): Promise<void> => vi.waitFor(() => { expect(heicThreads().alive).toBe(0); }, { timeout: 5000, interval: 10 });

afterEach(async () => { await closeHeic(); await allEnded(); });

describe('HEIC', () => {
  it('is decoded off the main thread, several in a row on the same thread', async () => {
    const first = await renderHeic(file, never);
    const second = await renderHeic(file, never);
    expect([first.width, first.height, first.truncated]).toEqual([320, 240, false]);
    expect(second.dhash).toBe(first.dhash);
    expect((await sharp(first.preview).stats()).channels[1]!.stdev).toBeGreaterThan(20);
    expect(heicThreads()).toEqual({ running: 0, idle: 1, alive: 1 });
  });
  it('waits for its turn when many come at once', async () => {
    const made = await Promise.all(Array.from({ length: 5 }, () => renderHeic(file, never)));
    expect(new Set(made.map((m) => m.dhash)).size).toBe(1);
    expect(heicThreads().alive).toBeLessThanOrEqual(2);
  });
  it('ends the thread when the job is aborted, and goes on with the next picture', async () => {
    const abort = new AbortController();
    const jobs = Array.from({ length: 4 }, () => renderHeic(file, abort.signal)); // two at work, two in the queue
    const why = new Error('lease lost');
    abort.abort(why);
    for (const result of await Promise.allSettled(jobs)) expect(result).toEqual({ status: 'rejected', reason: why });
    await allEnded();
    expect(heicThreads()).toEqual({ running: 0, idle: 0, alive: 0 });
    expect((await renderHeic(file, never)).width).toBe(320);
  });
  it('has a time limit', async () => {
    expect(await renderHeic(file, never, 1).then(() => 'no error', errorCode)).toBe('timeout');
    await allEnded();
  });
  it.each([
    ['cut in its header', (f: Buffer) => f.subarray(0, 60)],
    ['noise behind the brand', (f: Buffer) => Buffer.concat([f.subarray(0, 24), Buffer.alloc(3000, 0xa7)])],
  ])('%s is undecodable, and the thread lives on', async (_name, harm) => {
    expect(await renderHeic(harm(Buffer.from(file)), never).then(() => 'no error', errorCode)).toBe('undecodable');
    expect((await renderHeic(file, never)).width).toBe(320);
  });
  it('that is cut in its pixels is shown as far as it goes', async () => {
    const made = await renderHeic(file.subarray(0, 2500), never);
    expect([made.width, made.height, made.truncated]).toEqual([320, 240, true]);
    expect((await sharp(made.preview).extract({ left: 0, top: 0, width: 320, height: 60 }).stats()).channels[1]!.stdev).toBeGreaterThan(20);
  });
  it('refuses a picture that says it has 900 megapixels', async () => {
    const bomb = Buffer.from(file);
    for (let at = bomb.indexOf('ispe'); at >= 0; at = bomb.indexOf('ispe', at + 1)) { bomb.writeUInt32BE(30_000, at + 8); bomb.writeUInt32BE(30_000, at + 12); }
    const start = performance.now();
    expect(['too_large', 'undecodable']).toContain(await renderHeic(bomb, never).then(() => 'no error', errorCode));
    expect(performance.now() - start).toBeLessThan(5000);
  });
});

describe('a colour profile beside raw pixels', () => {
  it('is read back as it was written, also in several segments', async () => {
    const jpeg = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#f00' } }).jpeg().toBuffer();
    const icc = (await sharp(await sharp(jpeg).withIccProfile('p3').jpeg().toBuffer()).metadata()).icc!;
    expect((await sharp(withProfile(jpeg, icc)).metadata()).icc).toEqual(icc);
    const long = Buffer.concat([icc, Buffer.alloc(150_000)]);
    long.writeUInt32BE(long.length, 0);
    expect((await sharp(withProfile(jpeg, long)).metadata()).icc?.length).toBe(long.length);
  });
});
