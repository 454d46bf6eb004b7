// The whole walk of a new family, on a house that scripts/start brought up: wizard, upload by drop, timeline, viewer, info, trash, restore, log out.
import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, onTestFailed, test } from 'vitest';
import { dropFiles, openBrowser, signIn, type Watched } from './browser.ts';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
const FIXTURES = join(ROOT, 'nodes/coordinator/fixtures');
const BOB = { name: 'Bob Lee', email: 'bob@home.example', password: 'another long one' };
const SHOTS = process.env.MANTEL_SCREENSHOTS; // a folder: keeps pictures of each step
const ADMIN = { name: 'Ann Lee', email: 'ann@home.example', password: 'a long enough one' };

const dir = mkdtempSync(join(tmpdir(), 'mantel-walk-'));
const photos = join(dir, 'photos');
let watched: Watched;
let url = '';

const freePort = (): Promise<number> => new Promise((resolve) => {
  const probe = createServer().listen(0, '127.0.0.1', () => {
    const { port } = probe.address() as { port: number };
    probe.close(() => resolve(port));
  });
});

async function makePhotos(): Promise<void> {
  mkdirSync(join(photos, 'holiday'), { recursive: true });
  for (let i = 0; i < 8; i++) {
    const wide = i % 3 !== 0;
    const bytes = await sharp({ create: { width: wide ? 900 : 600, height: wide ? 600 : 900, channels: 3, background: { r: 30 * i, g: 200 - 20 * i, b: 120 } } })
      .withExif({ IFD0: { Make: 'Mantel', Model: 'Test camera' }, IFD2: { DateTimeOriginal: `2023:05:1${i % 3} 10:0${i}:00`, OffsetTimeOriginal: '+02:00' } }).jpeg().toBuffer();
    writeFileSync(join(photos, i < 4 ? '' : 'holiday', `IMG_${i}.JPG`), bytes);
  }
  copyFileSync(join(FIXTURES, 'h264-aac.mp4'), join(photos, 'clip.mp4'));
  copyFileSync(join(FIXTURES, 'real.heic'), join(photos, 'phone.heic'));
  mkdirSync(join(photos, 'bob'));
  copyFileSync(join(FIXTURES, 'plain.png'), join(photos, 'bob', 'bob.png'));
  writeFileSync(join(photos, 'notes.txt'), 'not a photo');
}

beforeAll(async () => {
  await makePhotos();
  const { stdout } = await run(join(ROOT, 'scripts/start'), ['--data', join(dir, 'data'), '--port', String(await freePort())], { env: { ...process.env, MANTEL_ADMIN_EMAIL: '', MANTEL_ADMIN_PASSWORD: '' } });
  const printed = new URL(stdout.trim().split('\n').at(-1)!);
  expect(printed.pathname).toBe('/setup');
  url = `http://127.0.0.1:${printed.port}`;
  watched = await openBrowser(url, { height: 1400, expected: /status of 4(15|01)|net::ERR_FAILED/ }); // high enough for all tiles at once; 415 answers the note among the photos, 401 a session that was ended, and one step cuts the connection
  await watched.page.goto(`${url}/setup${printed.search}`);
}, 180_000);
afterAll(async () => {
  await watched?.close();
  await run(join(ROOT, 'scripts/stop'), ['--data', join(dir, 'data')]);
  rmSync(dir, { recursive: true, force: true });
}, 60_000);

const at = (id: string) => watched.page.getByTestId(id);
const panel = () => watched.page.locator('m-info-panel');
const infoText = (): Promise<string> => panel().evaluate((e) => (e as unknown as { shadowRoot: { textContent: string } }).shadowRoot.textContent);
const tiles = () => watched.page.locator('[data-testid=tile]:visible');
/** Where the focus is, through shadow roots: the test id or the name of the element, and whether it lies in the viewer. */
const focus = () => watched.page.evaluate(`(() => {
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  let host = at, inViewer = false;
  while ((host = host?.getRootNode?.().host)) inViewer ||= host.localName === 'm-viewer';
  return { at: at?.dataset?.testid ?? at?.localName ?? '', inViewer };
})()`) as Promise<{ at: string; inViewer: boolean }>;
async function tabTo(wanted: string): Promise<string[]> {
  const seen: string[] = [];
  for (let i = 0; i < 40 && seen.at(-1) !== wanted; i++) {
    await watched.page.keyboard.press('Tab');
    seen.push((await focus()).at);
  }
  return seen;
}
async function shot(name: string): Promise<void> {
  if (SHOTS) await watched.page.screenshot({ path: join(SHOTS, `${name}.png`) });
}

const ask = async (method: string, path: string, token?: string, body?: object): Promise<unknown> => (await fetch(`${url}/api/v1/${path}`, { method, headers: { ...(body ? { 'content-type': 'application/json' } : {}), ...(token ? { authorization: `Bearer ${token}` } : {}) }, ...(body ? { body: JSON.stringify(body) } : {}) })).json().catch(() => null);
const tokenOf = async (who: { email: string; password: string }): Promise<string> => (await ask('POST', 'auth/login', undefined, { email: who.email, password: who.password }) as { token: string }).token;

// One walk in steps: after a step that failed, the next ones say so at once.
let broken = '';
const step = (name: string, walk: () => Promise<void>): void => test(name, async () => {
  if (broken) throw new Error(`not reached: "${broken}" failed`);
  onTestFailed(async () => {
    broken ||= name;
    await shot('failed');
  });
  await walk();
});

describe('a new family', () => {
  step('wizard: the code is in the address, an account and a library are made', async () => {
    await at('setup-name').fill(ADMIN.name);
    await at('setup-email').fill(ADMIN.email);
    await at('setup-password').fill(ADMIN.password);
    await shot('wizard');
    await at('setup-next').click();
    await at('setup-library').fill('The Lees');
    await at('setup-finish').click();
    await at('setup-done').click();
    await at('nav-photos').first().waitFor();
    await shot('empty');
  });

  step('upload by drop: files and a folder, with a refusal that says why', async () => {
    await dropFiles(watched.page, [join(photos, 'IMG_0.JPG'), join(photos, 'IMG_1.JPG'), join(photos, 'IMG_2.JPG'), join(photos, 'IMG_3.JPG'), join(photos, 'holiday'), join(photos, 'clip.mp4'), join(photos, 'phone.heic'), join(photos, 'notes.txt')]);
    await at('upload-panel').waitFor();
    await expect.poll(() => at('upload-summary').innerText(), { timeout: 30_000 }).toMatch(/10 added/);
    expect(await at('upload-panel').innerText()).toMatch(/not a photo/);
    await shot('uploaded');
    await at('upload-close').click();
  });

  step('timeline: every photo is a tile with a picture, newest first, under its day', async () => {
    await expect.poll(() => tiles().count(), { timeout: 15_000 }).toBe(10);
    // previews come from the worker, in their own time
    await expect.poll(() => watched.page.locator('[data-testid=tile]:visible img').evaluateAll((all) => all.filter((i) => (i as unknown as { naturalWidth: number }).naturalWidth > 0).length), { timeout: 60_000 }).toBe(10);
    await shot('timeline');
    const boxes = await tiles().evaluateAll((all) => all.map((t) => t.getBoundingClientRect()).map((r) => ({ top: r.top, left: r.left, width: r.width, height: r.height })));
    for (const b of boxes) expect(b.width * b.height).toBeGreaterThan(1000);
  });

  step('viewer: opens, steps by key, shows facts, plays the clip', async () => {
    await tiles().first().click();
    await at('viewer').waitFor();
    await expect.poll(() => watched.page.url()).toMatch(/\/photos\/[0-9a-f-]{36}/);
    const first = watched.page.url();
    await watched.page.keyboard.press('ArrowRight');
    await expect.poll(() => watched.page.url()).not.toBe(first);
    await watched.page.keyboard.press('i');
    await panel().waitFor();
    await shot('viewer');
    await watched.page.keyboard.press('ArrowLeft');
    await expect.poll(() => watched.page.url()).toBe(first);
    await expect.poll(() => panel().evaluate((e) => (e as unknown as { asset?: { id: string } }).asset?.id), { timeout: 10_000 }).toBe(first.split('/').at(-1)); // the address is there before what it names
    const infos: string[] = [];
    for (let i = 0; i < 10; i++) {
      await expect.poll(() => infoText()).not.toBe(infos.at(-1));
      infos.push(await infoText());
      if ((await at('viewer-video').count()) > 0) await expect.poll(() => at('viewer-video').evaluate((v) => (v as unknown as { readyState: number }).readyState)).toBeGreaterThan(0);
      if (i < 9) await watched.page.keyboard.press('ArrowRight');
    }
    expect(new Set(infos).size).toBe(10);
    expect(infos.join('\n')).toMatch(/clip\.mp4/);
    expect(infos.join('\n')).toMatch(/Test camera/);
    expect(infos.join('\n')).toMatch(/Ann Lee/);
    await watched.page.keyboard.press('Escape'); // the info panel
    await panel().waitFor({ state: 'detached' });
    await watched.page.keyboard.press('Escape');
    await at('viewer').waitFor({ state: 'detached' });
  });

  step('viewer: quick key presses all count', async () => {
    const ids = await tiles().evaluateAll((all) => all.map((e) => ({ id: e.getAttribute('data-id'), at: Number(e.getAttribute('aria-posinset')) })).sort((a, b) => a.at - b.at).map((x) => x.id));
    await tiles().first().click();
    await at('viewer').waitFor();
    const press = (...keys: string[]): Promise<unknown> => watched.page.evaluate(`for (const key of ${JSON.stringify(keys)}) dispatchEvent(new KeyboardEvent('keydown', { key }))`);
    await press('ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowLeft', 'ArrowRight');
    await expect.poll(() => watched.page.url()).toBe(`${url}/photos/${ids[4]}`);
    await press('ArrowLeft');
    await expect.poll(() => watched.page.url()).toBe(`${url}/photos/${ids[3]}`);
    await watched.page.keyboard.press('Escape');
    await at('viewer').waitFor({ state: 'detached' });
  });

  step('keyboard alone: Tab reaches the photos and the settings, stays in the viewer, and keys scroll', async () => {
    await watched.page.setViewportSize({ width: 1440, height: 420 });
    await watched.page.goto(`${url}/photos`);
    await tiles().first().waitFor();
    const scrolled = () => watched.page.locator('m-timeline .scroller').evaluate((e) => [e.scrollTop, e.scrollTop + e.clientHeight >= e.scrollHeight - 1]);
    for (const [key, want] of [['PageDown', [expect.any(Number), false]], ['End', [expect.any(Number), true]], ['Home', [0, false]], ['Space', [expect.any(Number), false]]] as const) {
      const before = (await scrolled())[0];
      await watched.page.keyboard.press(key);
      await expect.poll(async () => (await scrolled())[0], { message: key }).not.toBe(before);
      expect(await scrolled(), key).toEqual(want);
    }
    await watched.page.setViewportSize({ width: 1440, height: 1400 });
    expect(await tabTo('tile')).toContain('tile');
    await watched.page.keyboard.press('Enter');
    await at('viewer').waitFor();
    await watched.page.keyboard.press('i');
    await panel().waitFor();
    const seen = new Set<string>();
    for (const key of ['Tab', 'Shift+Tab']) {
      for (let i = 0; i < 30; i++) {
        await watched.page.keyboard.press(key);
        const { at: where, inViewer } = await focus();
        expect(inViewer, `${key} ${i}: ${where}`).toBe(true);
        seen.add(where);
      }
    }
    expect([...seen]).toEqual(expect.arrayContaining(['viewer-close', 'viewer-trash', 'viewer-next', 'info-title', 'info-description', 'summary']));
    await at('viewer-close').click();
    await at('viewer').waitFor({ state: 'detached' });
    await at('nav-settings').first().click();
    await at('settings-name').waitFor();
    expect((await tabTo('settings-name')).length).toBeLessThan(4); // a move leads into the page, not back to the navigation
    await watched.page.goto(`${url}/settings`);
    await at('settings-name').waitFor();
    expect(await tabTo('settings-name')).toContain('settings-name');
    expect(await at('session').first().innerText()).toMatch(/^\w+ on Linux\n/);
  });

  step('an address that names no photo says so, and leads back', async () => {
    await watched.page.goto(`${url}/photos/abc`);
    await at('viewer-cannot').waitFor();
    expect(await at('viewer').getByText('Try again').count()).toBe(0);
    await at('viewer-back').click();
    await expect.poll(() => watched.page.url()).toBe(`${url}/photos`);
  });

  step('a lost connection is told, and what did not come is fetched when it is back', async () => {
    const cut = /\/api\/v1\/(live|files\/.*\/thumb\/)/;
    await watched.page.route(cut, (route) => route.abort());
    await watched.page.goto(`${url}/photos`);
    await expect.poll(() => tiles().count()).toBe(10);
    await at('offline').waitFor();
    expect(await at('offline').innerText()).toMatch(/Connection lost/);
    const shown = () => watched.page.locator('[data-testid=tile]:visible img.ready').count();
    expect(await shown()).toBe(0);
    await watched.page.unroute(cut);
    await at('offline').waitFor({ state: 'detached' });
    await expect.poll(shown, { timeout: 10_000 }).toBe(10);
  });

  step('trash and restore: gone from the timeline, back again', async () => {
    await tiles().first().click();
    await at('viewer').waitFor();
    await at('viewer-trash').click();
    await watched.page.keyboard.press('Escape');
    await expect.poll(() => tiles().count()).toBe(9);
    await at('nav-trash').first().click();
    await expect.poll(() => tiles().count()).toBe(1);
    await shot('trash');
    await tiles().first().hover();
    await watched.page.keyboard.press('Tab');
    await tiles().first().focus();
    await watched.page.keyboard.press('Space');
    await at('selection-restore').click();
    await expect.poll(() => tiles().count()).toBe(0);
    await at('nav-photos').first().click();
    await expect.poll(() => tiles().count()).toBe(10);
  });

  step('every page fits a phone and the admin pages show people and work', async () => {
    await at('nav-users').first().click();
    await expect.poll(() => at('user-row').count()).toBe(1);
    await shot('users');
    await at('nav-jobs').first().click();
    await at('job-kind').first().waitFor();
    await at('jobs-workers').waitFor();
    await shot('jobs');
    await at('nav-nodes').first().click();
    await at('node').first().waitFor();
    await shot('nodes');
    await watched.page.setViewportSize({ width: 360, height: 740 });
    for (const path of ['photos', 'favourites', 'archive', 'trash', 'settings', 'library', 'admin/users', 'admin/nodes', 'admin/jobs']) {
      await watched.page.goto(`${url}/${path}`);
      await watched.page.waitForLoadState('networkidle').catch(() => undefined); // the live stream never rests
      expect(await watched.page.evaluate('document.documentElement.scrollWidth'), path).toBeLessThanOrEqual(360);
      await shot(`phone-${path.replace('/', '-')}`);
    }
    await watched.page.setViewportSize({ width: 1440, height: 1400 });
    await watched.page.goto(`${url}/photos`);
  });

  step('a session that was ended elsewhere leads to the sign-in page', async () => {
    const token = await tokenOf(ADMIN);
    const others = (await ask('GET', 'auth/sessions', token) as { id: string; current: boolean }[]).filter((s) => !s.current);
    expect(others.length).toBeGreaterThan(0);
    for (const s of others) await ask('DELETE', `auth/sessions/${s.id}`, token);
    await at('login-email').waitFor();
    await signIn(watched.page, ADMIN);
    await expect.poll(() => tiles().count()).toBe(10);
  });

  step('who may trash only what they brought in is offered no more, and told what stayed', async () => {
    await ask('POST', 'users', await tokenOf(ADMIN), { ...BOB, role: 'member' });
    await at('user-menu').click();
    await at('logout').click();
    await signIn(watched.page, BOB);
    await expect.poll(() => tiles().count()).toBe(10);
    await tiles().nth(3).click();
    await at('viewer-favourite').waitFor();
    await expect.poll(() => at('viewer-trash').count()).toBe(0);
    await watched.page.keyboard.press('Escape');
    await at('viewer').waitFor({ state: 'detached' });
    await dropFiles(watched.page, [join(photos, 'bob', 'bob.png')]);
    await expect.poll(() => tiles().count()).toBe(11);
    await at('upload-close').click();
    const byPlace = (n: number) => watched.page.locator(`[data-testid=tile][aria-posinset="${n}"]:visible`);
    await expect.poll(() => watched.page.locator('[data-testid=tile]:visible img.ready').count(), { timeout: 30_000 }).toBe(11);
    for (const n of [1, 2, 3]) await byPlace(n).click({ position: { x: 18, y: 18 } }); // the tick in the corner
    await expect.poll(() => at('selection-count').innerText()).toBe('3 selected');
    await at('selection-trash').click();
    await expect.poll(() => at('toast').last().innerText()).toMatch(/^1 item moved to the trash\. 2 items could not be moved/);
    await expect.poll(() => tiles().count()).toBe(10);
  });

  step('log out: the session is over, and nothing left the host or complained', async () => {
    await at('user-menu').click();
    await at('logout').click();
    await at('login-email').waitFor();
    expect(await watched.page.evaluate(async () => (await fetch('/api/v1/server')).json() as Promise<{ user: unknown }>)).toMatchObject({ user: null });
    expect(watched.complaints).toEqual([]);
  });
});
