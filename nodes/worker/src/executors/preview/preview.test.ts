import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { errorCode } from '@mantel/contracts/errors.ts';
import { PreviewResult, type PreviewLease } from '@mantel/contracts/models/job.ts';
import { check } from '@mantel/runtime/validate.ts';
import { startByteServer, type ByteServer } from '../../testing/byte-server.ts';
import { closeHeic } from './heic.ts';
import { IN_MEMORY_BYTES } from './limits.ts';
import { previewExecutor } from './preview.ts';

const fixture = (name: string): Buffer => readFileSync(new URL(`../../../fixtures/${name}`, import.meta.url));
const never = new AbortController().signal;
let server: ByteServer;
let execute: ReturnType<typeof previewExecutor>;
beforeAll(async () => { server = await startByteServer(); execute = previewExecutor(server.context); });
afterEach(() => { server.intercept = undefined; });
afterAll(async () => { await closeHeic(); await server.close(); });

const code = (lease: PreviewLease, signal = never): Promise<string> => execute(lease, signal).then(() => 'no error', errorCode);

describe('preview job', () => {
  it.each([
    ['cmyk.jpg', 'image/jpeg', 320, 240, null], ['real.heic', 'image/heic', 320, 240, null], ['heic-as.jpg', 'image/jpeg', 320, 240, null],
    ['rotate90.mp4', 'video/mp4', 240, 320, 2000], ['avchd.m2ts', 'application/octet-stream', 320, 240, 2000],
  ])('%s: sends both pictures and answers what the contract says', async (name, mime, width, height, durationMs) => {
    const lease = server.lease(fixture(name), { mime });
    const result = check(PreviewResult, await execute(lease, never));
    expect(result).toMatchObject({ width, height, durationMs: durationMs === null ? null : expect.closeTo(durationMs, -2) as number, problems: [] });
    expect((await sharp(server.received.get(`${lease.id}/preview`)!).metadata()).format).toBe('jpeg');
    expect((await sharp(server.received.get(`${lease.id}/thumb`)!).metadata()).format).toBe('webp');
  });
  it('reports a truncated picture as shown, with the problem', async () => {
    expect((await execute(server.lease(fixture('truncated.jpg')), never)).problems).toEqual(['truncated']);
  });
  it('reports a cut video as shown, with the problem', async () => {
    const file = execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=s=160x120:r=10:d=4', '-c:v', 'mjpeg', '-f', 'matroska', 'pipe:1'], { maxBuffer: 1 << 24 });
    const whole = join(server.context.temp, 'whole.avi');
    execFileSync('ffmpeg', ['-v', 'error', '-f', 'matroska', '-i', 'pipe:0', '-c', 'copy', whole], { input: file });
    const avi = readFileSync(whole);
    rmSync(whole);
    expect((await execute(server.lease(avi, { mime: 'video/x-msvideo' }), never)).problems).toEqual([]);
    expect((await execute(server.lease(avi.subarray(0, avi.length * 0.6), { mime: 'video/x-msvideo' }), never)).problems).toEqual(['truncated']);
  });
  it.each(['garbage.jpg', 'html-as.jpg'])('%s is undecodable, whatever it is called', async (name) => { expect(await code(server.lease(fixture(name)))).toBe('undecodable'); });
  it('an empty file is undecodable', async () => { expect(await code(server.lease(Buffer.alloc(0)))).toBe('undecodable'); });
  it('a bomb is too large, and nothing is sent', async () => {
    const lease = server.lease(fixture('bomb-real-30000.png'), { mime: 'image/png' });
    expect(await code(lease)).toBe('too_large');
    expect(server.received.has(`${lease.id}/preview`)).toBe(false);
  });
  it('a large original goes through a temporary file that is gone afterwards', async () => {
    const before = readdirSync(server.context.temp);
    const lease = server.lease(fixture('cmyk.jpg'), { bytes: IN_MEMORY_BYTES + 1 });
    expect((await execute(lease, never)).width).toBe(320);
    expect(readdirSync(server.context.temp)).toEqual(before);
  });
});

describe('when the bytes do not come', () => {
  it('a lost lease is told apart from a bad file', async () => {
    server.intercept = (_req, res) => { res.writeHead(409, { 'content-type': 'application/json' }).end('{"code":"lease_lost","message":"gone"}'); return true; };
    expect(await code(server.lease(fixture('cmyk.jpg')))).toBe('lease_lost');
  });
  it('an upload that arrived damaged is not a success', async () => {
    server.intercept = (req, res) => { if (req.method !== 'PUT') return false; req.resume(); req.on('end', () => res.writeHead(422).end()); return true; };
    expect(await code(server.lease(fixture('cmyk.jpg')))).toBe('checksum_mismatch');
  });
  it('a connection that breaks in the middle is not a truncated picture', async () => {
    const body = fixture('cmyk.jpg');
    server.intercept = (_req, res) => { res.writeHead(200, { 'content-length': body.length }); res.write(body.subarray(0, 9000), () => res.destroy()); return true; };
    expect(await code(server.lease(body))).toBe('internal');
  });
  it('an abort ends the transfer with its reason', async () => {
    const abort = new AbortController();
    const why = new Error('lease lost');
    server.intercept = () => { abort.abort(why); return true; };
    await expect(execute(server.lease(fixture('cmyk.jpg')), abort.signal)).rejects.toBe(why);
  });
});
