// One of each kind in the viewer: pictures that browsers know and those that they do not, moving ones, live photos, videos without a codec, and every state in words.
import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Asset } from '@mantel/contracts/models/asset.ts';
import { afterAll, beforeAll, describe, expect, onTestFailed, test } from 'vitest';
import { type Person, type Rig, startRig } from '../rig.ts';
import { dropFiles, openBrowser, type Watched } from './browser.ts';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
const FIXTURES = join(ROOT, 'nodes/test/fixtures/media');
const SHOTS = process.env.MANTEL_SCREENSHOTS; // a folder: keeps pictures of each step

/** What is dropped, and how the viewer must answer: a picture, a video, or the words of a state. */
const PICTURES = ['progressive.jpg', 'cmyk.jpg', 'gray16.png', 'alpha.png', 'still.gif', 'anim.gif', 'anim.webp', 'apng.png', 'real.avif', 'turned.avif', 'deep12.avif', 'real.heic', 'deep10.heic', 'real.jxl', 'photo.jp2', 'scan.tif', 'scan-16bit.tif', 'camera.dng', 'paint.bmp', 'layers.psd', 'pano.jpg', 'very-tall.jpg', 'one-pixel.jpg', 'p3.jpg', 'gain-map.jpg', 'orient-6.jpg', 'mwg-faces.jpg', 'tags.jpg', 'truncated.jpg', 'png-as.jpg', 'full.jpg', 'zero-date.jpg'];
const VIDEOS = ['h264-aac.mp4', 'vp9.webm', 'mjpeg.avi', 'prores.mov', 'phone.3gp', 'hevc10-hlg.mov', 'old.wmv', 'rotate90.mp4', 'h264-422-10.mkv', 'clip.mpg'];
const STATES: Record<string, string> = { 'zero.jpg': 'empty', 'bomb-real-30000.png': 'too_large', 'header-only.dng': 'undecodable', 'no-moov.mp4': 'undecodable' };
const LIVE = ['live.JPG', 'live.MOV', 'motion-google-v1.MP.jpg'];
const SIDE = ['side-dt.jpg', 'side-dt.jpg.xmp'];

const dir = mkdtempSync(join(tmpdir(), 'mantel-formats-'));
const photos = join(dir, 'photos', 'Summer 2019');
let rig: Rig;
let admin: Person;
let watched: Watched;
let url = '';
const assets = new Map<string, Asset>();

beforeAll(async () => {
  mkdirSync(photos, { recursive: true });
  for (const name of [...PICTURES, ...VIDEOS, ...Object.keys(STATES), ...LIVE, ...SIDE]) copyFileSync(join(FIXTURES, name), join(photos, name));
  writeFileSync(join(photos, 'nobody.xmp'), '<x:xmpmeta xmlns:x="adobe:ns:meta/"/>');
  // A build of its own: another test may be building the dashboard at the same time.
  await promisify(execFile)(process.execPath, [join(ROOT, 'node_modules/vite/bin/vite.js'), 'build', join(ROOT, 'ui'), '--outDir', join(dir, 'ui'), '--emptyOutDir'], { cwd: join(ROOT, 'ui') });
  rig = await startRig({ workers: 1, uiDist: join(dir, 'ui') });
  await rig.spawnWorker(0);
  admin = await rig.admin();
  url = `http://127.0.0.1:${rig.port}`;
  watched = await openBrowser(url, { width: 1440, height: 900, expected: /status of 404|MEDIA_ERR|DEMUXER|media element/i });
}, 120_000);
afterAll(async () => {
  await watched?.close();
  await rig?.stop();
  rmSync(dir, { recursive: true, force: true });
}, 60_000);

const at = (id: string) => watched.page.getByTestId(id);
const tiles = () => watched.page.locator('[data-testid=tile]:visible');
const get = async (path: string): Promise<unknown> => (await rig.api('GET', path, undefined, { token: admin.token })).json;
async function shot(name: string): Promise<void> {
  if (SHOTS) await watched.page.screenshot({ path: join(SHOTS, `${name}.png`) });
}
const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
/** All that came, by the name it came with; a file inside of another asset leads there. */
async function learn(): Promise<void> {
  const lines = (await rig.api('GET', '/assets/export', undefined, { token: admin.token })).bytes.toString().trim().split('\n').map((l) => JSON.parse(l) as { id: string });
  assets.clear();
  for (const { id } of lines) {
    const asset = (await get(`/assets/${id}`)) as Asset;
    for (const f of asset.files) assets.set(nameOf(f.name), asset);
  }
}
async function open(name: string): Promise<Asset> {
  const asset = assets.get(name);
  if (!asset) throw new Error(`${name} is not here`);
  await watched.page.goto(`${url}/photos/${asset.id}`);
  await at('viewer').waitFor();
  await at('viewer-info').waitFor();
  return asset;
}
async function info(): Promise<void> {
  await watched.page.keyboard.press('i');
  await watched.page.locator('m-info-panel').waitFor();
}
const shows = (locator: string): Promise<boolean> => watched.page.locator(locator).evaluateAll((all) => all.some((i) => (i as unknown as { naturalWidth: number }).naturalWidth > 0));

// One walk in steps: after a step that failed, the next ones say so at once.
let broken = '';
const step = (name: string, walk: () => Promise<void>, must = false): void => test(name, async () => {
  if (broken) throw new Error(`not reached: "${broken}" failed`);
  onTestFailed(async () => {
    if (must) broken ||= name;
    await shot(`failed-${name.slice(0, 20)}`);
  });
  await walk();
}, 120_000);

describe('formats', () => {
  step('a folder with one of each: all are kept, a sidecar goes with its photo, one that lies alone is told', async () => {
    await watched.page.goto(`${url}/login`);
    await at('login-email').fill(admin.email);
    await at('login-password').fill(admin.password);
    await at('login-submit').click();
    await at('nav-photos').first().waitFor();
    await dropFiles(watched.page, [photos]);
    await at('upload-panel').waitFor();
    await expect.poll(() => at('upload-summary').innerText(), { timeout: 60_000 }).toMatch(/added|kept/);
    if (process.env.C3UI) writeFileSync('/tmp/c3ui/log.json', rig.log.filter((l) => l.level !== 'info').map((l) => JSON.stringify(l)).join('\n'));
    await shot('formats-upload');
    expect(await at('upload-panel').innerText()).toMatch(/This sidecar describes a photo that was not among these files/);
    if (!process.env.C3UI) expect(await at('upload-summary').innerText()).toMatch(/1 could not be kept/);
    if (!process.env.C3UI) expect(await at('upload-sidecar').count()).toBe(1);
    await at('upload-close').click();
    const settled = async (): Promise<number> => ((await get('/jobs')) as { queued: number; running: number }[]).reduce((n, k) => n + k.queued + k.running, 0);
    await expect.poll(settled, { timeout: 100_000 }).toBe(0);
    await learn();
    if (!process.env.C3UI) expect([...PICTURES, ...VIDEOS, ...Object.keys(STATES), ...LIVE, 'side-dt.jpg'].filter((name) => !assets.has(name))).toEqual([]);
    await watched.page.goto(`${url}/photos`);
    await tiles().first().waitFor();
    await watched.page.waitForTimeout(400);
    await shot('formats-timeline');
  }, true);

  step('every picture is shown', async () => {
    for (const name of PICTURES.filter((n) => !process.env.C3UI || assets.has(n))) {
      await open(name);
      await at('viewer-picture').waitFor();
      await expect.poll(() => shows('m-viewer m-stage img'), { message: name }).toBe(true);
    }
  });

  step('every video plays, or says in words that this browser cannot, over its poster', async () => {
    for (const name of VIDEOS) {
      await open(name);
      await expect.poll(async () => {
        if ((await at('viewer-cannot').count()) > 0) return (await at('viewer-cannot').innerText()).length > 40 && (await at('viewer-cannot-download').count()) === 1;
        return (await at('viewer-video').count()) > 0 && at('viewer-video').evaluate((v) => (v as unknown as { readyState: number }).readyState > 0);
      }, { message: name, timeout: 12_000 }).toBe(true);
      if (name === 'mjpeg.avi' || name === 'prores.mov') await shot(`formats-${name}`);
    }
  });

  step('what cannot be shown says why, can be saved, and can be tried again', async () => {
    for (const [name, state] of Object.entries(STATES)) {
      await open(name);
      await expect.poll(() => at('viewer-cannot').getAttribute('data-state'), { message: name, timeout: 12_000 }).toBe(state);
      expect(await at('viewer-cannot-download').getAttribute('href')).toMatch(/download=1$/);
      await shot(`state-${state}`);
    }
    await open('header-only.dng');
    await at('viewer-retry').click();
    await expect.poll(() => at('viewer-cannot').getAttribute('data-state')).toMatch(/retrying|undecodable/);
    await expect.poll(() => at('viewer-cannot').innerText(), { timeout: 60_000 }).toMatch(/tried again just now/);
    await shot('state-retried');
  });
});
