import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { errorCode } from '@mantel/contracts/errors.ts';
import { startByteServer, type ByteServer } from '../../testing/byte-server.ts';
import { failureOf } from './ffmpeg.ts';
import { factsOf } from './video-facts.ts';
import { moments, renderVideo } from './video.ts';

const path = (name: string): string => fileURLToPath(new URL(`../../../fixtures/${name}`, import.meta.url));
const never = new AbortController().signal;
const code = (p: Promise<unknown>): Promise<string> => p.then(() => 'no error', errorCode);
const programs = (): number => process.getActiveResourcesInfo().filter((r) => r === 'ProcessWrap').length;

let folder: string;
let server: ByteServer;
beforeAll(async () => { folder = mkdtempSync(join(tmpdir(), 'mantel-video-')); server = await startByteServer(); });
afterAll(async () => { await server.close(); rmSync(folder, { recursive: true, force: true }); });

const overTls = (file: string | Buffer): { url: string; ca: { file: string; name: string } } => ({ url: server.context.bytes.url(server.lease(file).get), ca: server.context.ca });

describe('video', () => {
  it('is read over the pinned certificate, upright, with its duration', async () => {
    const made = await renderVideo(overTls(path('rotate90.mp4')), never);
    expect([made.width, made.height, made.durationMs]).toEqual([240, 320, 2000]);
    expect(await sharp(made.preview).metadata()).toMatchObject({ format: 'jpeg', width: 240, height: 320 });
  });
  it('is not read when the certificate is of somebody else', async () => {
    const input = { ...overTls(path('rotate90.mp4')), ca: { ...server.context.ca, name: 'ffffffffffffffff.mantel' } };
    expect(await code(renderVideo(input, never))).toBe('internal');
  });
  it('is worth another try when the address is no longer valid', async () => {
    const { url, ca } = overTls(path('rotate90.mp4'));
    expect(await code(renderVideo({ url: url.replace(/s=[^&]*/, 's=AAAA'), ca }, never))).toBe('internal');
  });
  it('does not show the black start', async () => {
    const file = join(folder, 'black.mp4');
    execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'color=black:s=160x120:r=10:d=3', '-f', 'lavfi', '-i', 'testsrc=s=160x120:r=10:d=3', '-filter_complex', '[0][1]concat', '-pix_fmt', 'yuv420p', '-g', '10', file]);
    expect((await sharp((await renderVideo({ url: file }, never)).preview).stats()).channels[1]!.stdev).toBeGreaterThan(30);
  });
  it('shows a black video black', async () => {
    const file = join(folder, 'night.mp4');
    execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'color=black:s=160x120:r=10:d=1', '-pix_fmt', 'yuv420p', file]);
    expect((await renderVideo({ url: file }, never)).width).toBe(160);
  });
  it('waits until a fade-in is over', async () => {
    const file = join(folder, 'fade.mp4');
    execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=s=160x120:r=10:d=10', '-vf', 'fade=in:st=0:d=4', '-pix_fmt', 'yuv420p', '-g', '10', file]);
    const { channels } = await sharp((await renderVideo({ url: file }, never)).preview).stats();
    expect(Math.max(...channels.map((c) => c.max))).toBeGreaterThan(200);
  });
  it.each(['smpte2084', 'arib-std-b67'])('shows high dynamic range (%s) as bright as ordinary video', async (transfer) => {
    const file = join(folder, `${transfer}.mov`);
    const there = `format=yuv444p,setparams=color_primaries=bt709:color_trc=bt709:colorspace=bt709:range=tv,zscale=t=linear:npl=203,format=gbrpf32le,zscale=p=bt2020:t=${transfer}:m=bt2020nc:r=tv:npl=203,format=yuv420p10le`;
    execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'color=0x8c8c8c:s=160x120:r=10:d=1', '-vf', there, '-c:v', 'libx265', '-x265-params', `log-level=error:colorprim=bt2020:transfer=${transfer}:colormatrix=bt2020nc`, '-tag:v', 'hvc1', file]);
    const { channels } = await sharp((await renderVideo({ url: file }, never)).preview).stats();
    for (const c of channels) expect(Math.abs(c.mean - 0x8c)).toBeLessThan(10);
  });
  it('says that a video is protected', async () => {
    const file = readFileSync(path('rotate90.mp4'));
    const at = file.indexOf('avc1', file.indexOf('stsd'));
    file.write('encv', at, 'latin1');
    expect(await code(renderVideo(overTls(file), never))).toBe('encrypted');
  });
  it('maps high dynamic range to what a screen shows', async () => {
    const { channels } = await sharp((await renderVideo({ url: path('hevc10-hlg.mov') }, never)).preview).stats();
    expect(channels[0]!.max).toBeGreaterThan(200);
  });
  it.each(['no-moov.mp4', 'audio-only.m4a'])('%s is undecodable', async (name) => { expect(await code(renderVideo(overTls(path(name)), never))).toBe('undecodable'); });
  it('does not follow a playlist that calls itself a video', async () => {
    const secret = join(folder, 'secret.txt');
    writeFileSync(secret, 'secret');
    expect(await code(renderVideo(overTls(Buffer.from(`#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile://${secret}\n#EXT-X-ENDLIST\n`)), never))).toBe('undecodable');
  });
});

describe('a video that does not end', () => {
  const stalled = async (run: (input: { url: string; ca: { file: string; name: string } }, asked: Promise<void>) => Promise<void>): Promise<void> => {
    const { promise: asked, resolve } = Promise.withResolvers<void>();
    server.intercept = (req) => { if (req.method !== 'GET') return false; resolve(); return true; };
    try { await run(overTls(path('rotate90.mp4')), asked); } finally { server.intercept = undefined; }
    await vi.waitFor(() => { expect(programs()).toBe(0); }, { timeout: 2000, interval: 10 });
  };
  it('is killed when the job is aborted', () => stalled(async (input, asked) => {
    const abort = new AbortController();
    const job = renderVideo(input, abort.signal);
    await asked;
    expect(programs()).toBe(1);
    const why = new Error('lease lost');
    abort.abort(why);
    await expect(job).rejects.toBe(why);
  }));
  it('is killed at its time limit', () => stalled(async (input) => { expect(await code(renderVideo(input, never, 300))).toBe('timeout'); }));
});

describe('facts', () => {
  const stream = { index: 0, codec_type: 'video', width: 720, height: 576 };
  it('applies the shape of pixels and the rotation', () => {
    expect(factsOf({ streams: [{ ...stream, sample_aspect_ratio: '16:11' }] })).toMatchObject({ width: 1047, height: 576 });
    expect(factsOf({ streams: [{ ...stream, side_data_list: [{ rotation: -90 }] }] })).toMatchObject({ width: 576, height: 720 });
    expect(factsOf({ streams: [{ ...stream, sample_aspect_ratio: '0:1', side_data_list: [{ rotation: 180 }] }] })).toMatchObject({ width: 720, height: 576 });
  });
  it('does not take a cover for the video', () => {
    expect(factsOf({ streams: [{ ...stream, disposition: { attached_pic: 1 } }, { ...stream, index: 2, width: 64, height: 64 }], format: { duration: '12.3456' } })).toMatchObject({ stream: 2, width: 64, durationMs: 12346 });
  });
  it('looks after the titles, then in the middle, then elsewhere, at the start last', () => {
    expect(moments(100_000)).toEqual([10, 50, 25, 75, 0]);
    expect(moments(5000)).toEqual([1, 2.5, 1.25, 3.75, 0]);
    expect(moments(0)).toEqual([0]);
  });
  it('says no address in its messages', () => {
    expect(failureOf({ code: 1, stdout: Buffer.alloc(0), stderr: 'https://h:1/get/1?s=SECRET: Invalid data found when processing input' }).message).not.toContain('SECRET');
  });
});

