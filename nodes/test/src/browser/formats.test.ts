// One of each kind in the viewer: pictures that browsers know and those that they do not, moving ones, live photos, videos without a codec, and every state in words.
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Asset } from '@mantel/contracts/models/asset.ts';
import { afterAll, beforeAll, describe, expect, onTestFailed, test } from 'vitest';
import { type Person, type Rig, startRig } from '../rig.ts';
import { buildDashboard, dropFiles, openBrowser, signIn, type Watched } from './browser.ts';

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
  await buildDashboard(join(dir, 'ui'));
  rig = await startRig({ workers: 1, uiDist: join(dir, 'ui') });
  await rig.spawnWorker(0);
  admin = await rig.admin();
  url = `http://127.0.0.1:${rig.port}`;
  watched = await openBrowser(url, { width: 1440, height: 900, expected: /status of 500/ }); // one step lets a request fail
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
  if (!SHOTS) return;
  await watched.page.waitForTimeout(300); // placeholders fade
  await watched.page.screenshot({ path: join(SHOTS, `${name}.png`) });
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
const textOf = (element: string): Promise<string> => watched.page.locator(element).evaluate((e) => (e as unknown as { shadowRoot: { textContent: string } }).shadowRoot.textContent);
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
    await signIn(watched.page, admin);
    await at('nav-photos').first().waitFor();
    await dropFiles(watched.page, [photos]);
    await at('upload-panel').waitFor();
    await expect.poll(() => at('upload-summary').innerText(), { timeout: 60_000 }).toMatch(/added|kept/);
    await shot('formats-upload');
    expect(await at('upload-panel').innerText()).toMatch(/This sidecar describes a photo that was not among these files/);
    expect(await at('upload-summary').innerText()).toMatch(/1 could not be kept/);
    expect(await at('upload-sidecar').count()).toBe(1);
    await at('upload-close').click();
    const settled = async (): Promise<number> => ((await get('/jobs')) as { queued: number; running: number }[]).reduce((n, k) => n + k.queued + k.running, 0);
    await expect.poll(settled, { timeout: 100_000 }).toBe(0);
    await learn();
    expect([...PICTURES, ...VIDEOS, ...Object.keys(STATES), ...LIVE, 'side-dt.jpg'].filter((name) => !assets.has(name))).toEqual([]);
    await watched.page.goto(`${url}/photos`);
    await tiles().first().waitFor();
    await shot('formats-timeline');
  }, true);

  step('every picture is shown', async () => {
    for (const name of PICTURES) {
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
        return at('viewer-video').evaluateAll((all) => all.some((v) => (v as unknown as { readyState: number }).readyState > 0));
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

  step('whatever may be odd about a file has an icon and words', async () => {
    const asset = assets.get('header-only.dng')!, all = ['encrypted', 'truncated', 'wrong_extension', 'odd_date', 'no_date', 'no_facts', 'too_large', 'empty', 'undecodable'];
    await watched.page.route(`**/api/v1/assets/${asset.id}`, async (route) => route.fulfill({ json: { ...((await (await route.fetch()).json()) as Asset), problems: all } }));
    await open('header-only.dng');
    await info();
    await expect.poll(() => at('info-problems').locator('li').count()).toBe(all.length);
    const told = await at('info-problems').locator('li').evaluateAll((items) => items.map((li) => [li.querySelector('svg')?.childElementCount ?? 0, (li as unknown as { innerText: string }).innerText.length] as const));
    for (const [i, [drawn, words]] of told.entries()) expect(drawn > 0 && words > 15, all[i]).toBe(true);
    await shot('problems');
    await watched.page.unrouteAll();
    await watched.page.route(`**/api/v1/assets/${asset.id}`, async (route) => route.fulfill({ json: { ...((await (await route.fetch()).json()) as Asset), problems: ['encrypted'] } }));
    await open('header-only.dng');
    await expect.poll(() => at('viewer-cannot').getAttribute('data-state')).toBe('encrypted');
    await shot('state-encrypted');
    await watched.page.unrouteAll();
    await open('png-as.jpg');
    await at('viewer-things').click();
    await at('info-problems').waitFor();
    expect(await at('info-problems').innerText()).toMatch(/The file name does not fit its content/);
  });

  step('moving pictures play when asked, and by themselves where motion is welcome', async () => {
    await open('anim.gif');
    await at('viewer-animate').click(); // the browser of the test wants less motion
    await expect.poll(() => watched.page.locator('m-viewer m-stage img.ready').evaluateAll((all) => all.map((i) => i.getAttribute('src')).filter((src) => src?.endsWith('/original')).length)).toBe(1);
    for (const name of ['anim.webp', 'apng.png']) {
      await open(name);
      await at('viewer-animate').waitFor();
    }
    for (const name of ['still.gif', 'alpha.png', 'real.avif']) {
      await open(name);
      await expect.poll(() => shows('m-viewer m-stage img')).toBe(true);
      expect(await at('viewer-animate').count(), name).toBe(0);
    }
    await watched.page.emulateMedia({ reducedMotion: 'no-preference' });
    await open('anim.webp');
    await expect.poll(() => watched.page.locator('m-viewer m-stage img.ready[src$="/original"]').count()).toBe(1);
    await watched.page.emulateMedia({ reducedMotion: 'reduce' });
  });

  step('live and motion photos: one tile, a chip, the clip plays once by key, or the words say why not', async () => {
    for (const name of ['live.JPG', 'motion-google-v1.MP.jpg']) {
      const asset = await open(name);
      await at('viewer-live').waitFor();
      await expect.poll(() => shows('m-viewer m-stage img')).toBe(true);
      await watched.page.keyboard.press('l');
      await expect.poll(async () => (await at('viewer-live-cannot').count()) > 0 || (await at('viewer-live-video').evaluateAll((all) => all.some((v) => (v as unknown as { currentTime: number }).currentTime > 0))), { message: name }).toBe(true);
      await shot(`live-${asset.originalName}`);
      await expect.poll(async () => at('viewer-live-video').count(), { message: `${name} ends`, timeout: 15_000 }).toBe(0);
      expect(await at('viewer-live').getAttribute('aria-pressed')).toBe('false');
    }
  });

  step('a clip plays while the mouse rests on its chip or a finger on the picture; without a codec the chip says so', async () => {
    const asset = await open('live.JPG');
    await at('viewer-live').waitFor();
    await watched.page.emulateMedia({ reducedMotion: 'no-preference' });
    await open('live.JPG');
    await at('viewer-live').hover();
    await at('viewer-live-video').waitFor();
    await watched.page.mouse.move(700, 700);
    await at('viewer-live-video').waitFor({ state: 'detached' });
    const touch = (type: string) => watched.page.locator('m-stage').evaluate((e, kind) => (e as unknown as { dispatchEvent(event: unknown): boolean }).dispatchEvent(new (globalThis as unknown as { PointerEvent: new (type: string, o: object) => unknown }).PointerEvent(kind, { pointerId: 1, pointerType: 'touch', clientX: 700, clientY: 500, button: 0, isPrimary: true })), type);
    await watched.page.locator('m-stage').evaluate((e) => { (e as unknown as { setPointerCapture: () => void }).setPointerCapture = () => undefined; }); // a made-up pointer cannot be captured
    await touch('pointerdown');
    await at('viewer-live-video').waitFor();
    await touch('pointerup');
    await at('viewer-live-video').waitFor({ state: 'detached' });
    await watched.page.emulateMedia({ reducedMotion: 'reduce' });
    const clip = asset.files.find((f) => f.role === 'live')!;
    await watched.page.route(`**/files/${clip.id}/original`, (route) => route.fulfill({ contentType: 'video/quicktime', body: 'no codec for this' }));
    await open('live.JPG');
    await at('viewer-live').click();
    expect(await at('viewer-live-cannot').innerText()).toMatch(/This browser cannot play the clip/);
    await shot('live-cannot');
    await watched.page.unrouteAll();
  });

  step('a panorama fills the height and can be panned; a very tall picture is as wide as can be read', async () => {
    await open('pano.jpg');
    await expect.poll(() => at('viewer-picture').evaluate((e) => Math.round(e.getBoundingClientRect().height))).toBe(900);
    await shot('panorama');
    await watched.page.keyboard.press('Space');
    await expect.poll(() => at('viewer-picture').evaluate((e) => e.getBoundingClientRect().width <= 1441)).toBe(true);
  });

  step('info: date, place, tags, title and rating are changed, and say where they are from', async () => {
    const asset = await open('tags.jpg');
    await info();
    await shot('info-tags');
    await at('info-date-edit').click();
    await at('info-date-day').fill('2011-08-20');
    await at('info-date-time').fill('06:07:08');
    await at('info-date-zone').selectOption('+05:45');
    await shot('info-editing');
    await at('info-date-save').click();
    await expect.poll(() => textOf('m-info-date')).toMatch(/20 August 2011 at 06:07[^]*UTC\+05:45\s*·\s*set by hand/);
    await at('info-place-edit').click();
    await at('info-place').fill('somewhere nice');
    await at('info-place-save').click();
    await expect.poll(() => textOf('m-info-place')).toMatch(/This is not a place/);
    await at('info-place').fill('38°43\'20.28"N 9°08\'21.48"W');
    await at('info-place-save').click();
    await expect.poll(() => textOf('m-info-place')).toMatch(/38\.7223, -9\.1393/);
    const before = await at('info-tag').count();
    await at('info-tag-add').fill('Places/Portugal/Lisbon, sea');
    await watched.page.keyboard.press('Enter');
    await expect.poll(() => at('info-tag').count()).toBe(before + 2);
    await watched.page.getByRole('button', { name: 'Remove the tag sea' }).click();
    await expect.poll(() => at('info-tag').count()).toBe(before + 1);
    const now = (await get(`/assets/${asset.id}`)) as Asset;
    expect(now).toMatchObject({ takenAtLocal: '2011-08-20T06:07:08', offset: '+05:45', takenAtSource: 'user', gps: [38.7223, -9.1393] });
    expect(now.tags).toContain('Places/Portugal/Lisbon');
    expect(now.tags).not.toContain('sea');
    await shot('info-changed');
  });

  step('people are shown where they are', async () => {
    const asset = await open('mwg-faces.jpg');
    expect(asset.people.length).toBeGreaterThan(0);
    await info();
    await at('info-person').first().focus();
    await at('viewer-frame').waitFor();
    expect(await at('viewer-frame').innerText()).toBe(asset.people.find((p) => p.region)!.name);
    await shot('people');
    await watched.page.keyboard.press('Tab');
    await expect.poll(async () => (await at('viewer-frame').allInnerTexts()).join()).not.toBe(asset.people[0]!.name);
  });

  step('files of one photo are listed, saved one by one, and taken apart', async () => {
    await open('motion-google-v1.MP.jpg');
    await info();
    await expect.poll(() => at('info-file').evaluateAll((all) => all.map((li) => li.getAttribute('data-role')))).toEqual(['original', 'motion']);
    const asset = await open('live.JPG');
    await info();
    await expect.poll(() => at('info-file').count()).toBe(2);
    await shot('info-files');
    await at('info-split').click();
    await at('confirm').waitFor();
    await shot('split-asks');
    await at('confirm').click();
    await expect.poll(() => at('info-file').count()).toBe(0);
    expect(await textOf('m-info-panel')).toMatch(/live\.JPG/);
    expect(((await get(`/assets/${asset.id}`)) as Asset).files.length).toBe(1);
    expect(await at('toast').last().innerText()).toMatch(/live\.MOV is an item of its own now/);
  });

  step('all tags: loaded when opened, grouped, searched', async () => {
    await open('full.jpg');
    await info();
    await watched.page.locator('m-all-tags summary').click();
    await at('all-tags-search').waitFor();
    const all = await at('all-tags-tag').count();
    expect(all).toBeGreaterThan(10);
    await at('all-tags-search').scrollIntoViewIfNeeded();
    await shot('all-tags');
    await at('all-tags-search').fill('make');
    await expect.poll(() => at('all-tags-tag').count()).toBeLessThan(all);
    expect(await at('all-tags-tag').first().innerText()).toMatch(/Make/);
    await watched.page.getByRole('button', { name: 'Copy the value of' }).first().click();
    await expect.poll(() => at('toast').last().innerText()).toMatch(/Copied/);
    await at('all-tags-search').fill('no such words');
    await expect.poll(() => at('all-tags-count').innerText()).toBe('No tag has these words.');
    await watched.page.route('**/tags', (route) => route.fulfill({ status: 500, json: { code: 'internal', message: 'The disk is away.' } }), { times: 1 });
    await open('cmyk.jpg');
    await info();
    await watched.page.locator('m-all-tags summary').click();
    expect(await at('all-tags-error').innerText()).toMatch(/The disk is away/);
    await watched.page.getByRole('button', { name: 'Try again' }).click();
    await at('all-tags-search').waitFor();
  });

  step('a fact that was changed in two places is put to the choice', async () => {
    const asset = assets.get('p3.jpg')!, settled: unknown[] = [];
    const answer = { ...((await get(`/assets/${asset.id}`)) as Asset), description: 'Mine', conflicts: [{ fact: 'description', lost: 'What the other program wrote', lostFrom: 'sidecar', at: new Date().toISOString() }] };
    await watched.page.route(`**/api/v1/assets/${asset.id}`, (route) => route.fulfill({ json: answer }));
    await watched.page.route(`**/api/v1/assets/${asset.id}/settle`, (route) => {
      settled.push(route.request().postDataJSON());
      return route.fulfill({ json: { ...answer, description: 'What the other program wrote', conflicts: [] } });
    });
    await open('p3.jpg');
    await info();
    expect(await at('conflict').innerText()).toMatch(/Another program changed the description too[^]*What the other program wrote/);
    await shot('conflict');
    await at('conflict-lost').click();
    await at('conflict').waitFor({ state: 'detached' });
    expect(settled).toEqual([{ fact: 'description', take: 'lost' }]);
    expect(await at('info-description').inputValue()).toBe('What the other program wrote');
    await watched.page.unrouteAll();
  });

  step('Undo is in reach of the keyboard while the viewer is open', async () => {
    const asset = await open('cmyk.jpg');
    await watched.page.keyboard.press('Delete');
    await at('toast-action').waitFor();
    const inToast = () => watched.page.evaluate(`(() => { let at = document.activeElement; while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement; return at?.dataset?.testid ?? ''; })()`) as Promise<string>;
    for (let i = 0; i < 20 && (await inToast()) !== 'toast-action'; i++) await watched.page.keyboard.press('Tab');
    expect(await inToast()).toBe('toast-action');
    await watched.page.keyboard.press('Enter');
    await expect.poll(async () => ((await get(`/assets/${asset.id}`)) as Asset).trashedAt).toBeNull();
    expect(await watched.page.evaluate(`(() => { let at = document.activeElement; while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement; return at?.className ?? ''; })()`)).toMatch(/room/);
    await watched.page.keyboard.press('Delete');
    await at('toast-action').waitFor();
    await watched.page.keyboard.press('Control+z');
    await at('toast-action').waitFor({ state: 'detached' });
  });

  step('a focused photo keeps the focus when an upload changes the list', async () => {
    await watched.page.goto(`${url}/photos`);
    await tiles().first().waitFor();
    await tiles().locator('img.ready').nth(2).waitFor();
    await tiles().nth(2).focus();
    const focused = () => watched.page.evaluate(`(() => { let at = document.activeElement; while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement; return at?.dataset?.id ?? ''; })()`) as Promise<string>;
    const id = await focused(), total = await tiles().first().getAttribute('aria-setsize');
    expect(id).not.toBe('');
    for (const name of ['gray.jpg', 'orient-3.jpg']) copyFileSync(join(FIXTURES, name), join(dir, name));
    await dropFiles(watched.page, [join(dir, 'gray.jpg'), join(dir, 'orient-3.jpg')]);
    await expect.poll(() => tiles().first().getAttribute('aria-setsize')).toBe(String(Number(total) + 2));
    await watched.page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))'); // drawn again
    expect(await focused()).toBe(id);
    await expect.poll(() => watched.page.locator('[data-testid=upload-close]').count()).toBe(1);
    await at('upload-close').click();
    await watched.page.locator(`[data-testid=tile][data-id="${id}"]`).focus();
    await rig.api('POST', '/assets/trash', { ids: [id] }, { token: admin.token });
    await expect.poll(() => tiles().first().getAttribute('aria-setsize')).toBe(String(Number(total) + 1));
    await expect.poll(focused).toMatch(/^[0-9a-f-]{36}$/); // what stands in its place now
    expect(await focused()).not.toBe(id);
  });

  step('on a phone and in the dark: nothing is wider than the screen', async () => {
    for (const [width, height, dark] of [[360, 740, false], [360, 740, true], [768, 1024, false], [1440, 900, true]] as const) {
      await watched.page.setViewportSize({ width, height });
      await watched.page.emulateMedia({ colorScheme: dark ? 'dark' : 'light', reducedMotion: 'reduce' });
      const look = `${width}-${dark ? 'dark' : 'light'}`;
      for (const name of ['tags.jpg', 'header-only.dng', 'prores.mov', 'motion-google-v1.MP.jpg', 'pano.jpg', 'truncated.jpg', 'full.jpg']) {
        await open(name);
        await shot(`look-${look}-${name}`);
        if (['tags.jpg', 'truncated.jpg', 'motion-google-v1.MP.jpg', 'full.jpg'].includes(name)) {
          await info();
          await shot(`look-${look}-${name}-info`);
          if (name === 'full.jpg') {
            await watched.page.locator('m-all-tags summary').click();
            await at('all-tags-search').waitFor();
            await at('all-tags-search').scrollIntoViewIfNeeded();
            await shot(`look-${look}-all-tags`);
          }
        }
        const wide = await watched.page.locator('m-info-panel, m-viewer .room').evaluateAll((all) => all.filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => e.localName));
        expect(wide, `${name} at ${width}`).toEqual([]);
      }
      await watched.page.goto(`${url}/photos`);
      await tiles().first().waitFor();
      await shot(`look-${look}-timeline`);
    }
  });

  step('nothing left the host, and nothing complained', async () => {
    expect(watched.complaints).toEqual([]);
  });
});
