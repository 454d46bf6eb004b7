// A spare PC joins in the browser: its card appears, both sides show the same number, it is let in, works, is told what it may do, and is removed again. A real worker process, with a typed address.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Asset } from '@mantel/contracts/models/asset.ts';
import type { Discovered, Node } from '@mantel/contracts/models/node.ts';
import { afterAll, beforeAll, describe, expect, onTestFailed, test } from 'vitest';
import { must, type Person, type Rig, startRig, uploaded } from '../rig.ts';
import { type Child, node } from '../rig/children.ts';
import { random } from '../rig/pictures.ts';
import { buildDashboard, openBrowser, signIn, type Watched } from './browser.ts';
import { scene } from './scenes.ts';

const SHOTS = process.env.MANTEL_SCREENSHOTS; // a folder: keeps pictures of each step
const NAME = 'Ann’s PC';

const dir = mkdtempSync(join(tmpdir(), 'mantel-nodes-'));
const folder = join(dir, 'pc');
let rig: Rig;
let admin: Person;
let watched: Watched;
let pc: Child;
let url = '';
let id = '';
let photo = '';

beforeAll(async () => {
  await buildDashboard(join(dir, 'ui'));
  rig = await startRig({ uiDist: join(dir, 'ui') });
  admin = await rig.admin();
  url = `http://127.0.0.1:${rig.port}`;
  photo = uploaded(must(await rig.upload(admin.token, await scene(random(3), '2026:05:14 10:00:00'), 'IMG_4101.JPG'), 201)).assetId;
  watched = await openBrowser(url, { width: 1440, height: 900 });
  await watched.page.goto(`${url}/login`);
  await signIn(watched.page, admin);
  await at('nav-nodes').waitFor();
}, 120_000);
afterAll(async () => {
  await watched?.close();
  await rig?.stop();
  rmSync(dir, { recursive: true, force: true });
}, 60_000);

const at = (name: string) => watched.page.getByTestId(name);
const api = async <T>(path: string): Promise<T> => must(await rig.api('GET', path, undefined, { token: admin.token }), 200).json as T;
const cards = (): Promise<Discovered[]> => api<Discovered[]>('/nodes/discovered');
const me = async (): Promise<Node | undefined> => (await api<Node[]>('/nodes')).find((n) => n.id === id);
const card = () => watched.page.locator(`[data-testid=node][data-id="${id}"]`);
const view = () => at('pair').getAttribute('data-view');
const startPc = (): Child => rig.keep(node('@mantel/worker/main.ts', { MANTEL_PAIRED: join(folder, 'paired.json'), MANTEL_NAME: NAME, MANTEL_SLOTS: '2', MANTEL_DISCOVERY: 'off', MANTEL_COORDINATOR: `127.0.0.1:${rig.port}`, TMPDIR: rig.temp }));
const says = (): { state: string; code?: string; says?: string } => JSON.parse(readFileSync(join(folder, 'pairing.json'), 'utf8')) as { state: string };
const soon = <T>(get: () => T | Promise<T>) => expect.poll(get, { timeout: 15_000 });
const toast = (words: RegExp) => soon(() => at('toast').last().innerText()).toMatch(words);
const LOOKS = [[1440, 900, false], [1440, 900, true], [360, 740, false], [360, 740, true]] as const;

async function shot(name: string): Promise<void> {
  if (!SHOTS) return;
  await watched.page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))'); // a new size is painted
  await watched.page.screenshot({ path: join(SHOTS, `nodes-${name}.png`), animations: 'disabled' });
}
async function look(width: number, height: number, dark: boolean): Promise<void> {
  await watched.page.setViewportSize({ width, height });
  await watched.page.emulateMedia({ colorScheme: dark ? 'dark' : 'light', reducedMotion: 'reduce' });
}
/** At both widths, in both themes: nothing is wider than the screen. With pictures the page is as high as what it holds. */
async function everyLook(name: string, whole = true): Promise<void> {
  for (const [width, height, dark] of LOOKS) {
    await look(width, height, dark);
    const measure = () => watched.page.locator('main#content').evaluate((e) => ({ wide: e.scrollWidth - e.clientWidth, high: e.scrollHeight }));
    await soon(async () => (await measure()).wide).toBeLessThanOrEqual(0); // a new size is laid out in steps
    const box = await measure();
    expect(await watched.page.evaluate('document.documentElement.scrollWidth'), `${name} at ${width}`).toBeLessThanOrEqual(width);
    if (SHOTS && whole) await look(width, Math.min(4000, Math.max(height, box.high + 140)), dark);
    await shot(`${name}-${width}-${dark ? 'dark' : 'light'}`);
  }
  await look(1440, 900, false);
}

// One walk in steps: after a step that failed, the next ones say so at once.
let broken = '';
const step = (name: string, walk: () => Promise<void>): void => test(name, async () => {
  if (broken) throw new Error(`not reached: "${broken}" failed`);
  onTestFailed(async () => {
    broken ||= name;
    await shot('failed');
    console.log(pc?.lines.slice(-30).join('\n'));
  });
  await walk();
});

describe('a spare PC', () => {
  step('a house without one says so, and how one joins', async () => {
    await at('nav-nodes').click();
    await at('join-command').waitFor();
    const command = await at('join-command').innerText();
    expect(command).toMatch(new RegExp(`^curl -fsSk --pinnedpubkey sha256//[A-Za-z0-9+/]{43}= https://[\\d.]+:${rig.port}/join\\.sh \\| sudo sh$`));
    await at('join-copy').click();
    await toast(/^Copied/);
    for (const [way, words] of [['Windows', /powershell/], ['Container', /docker/]] as const) {
      await at('join').getByText(way, { exact: true }).click();
      await soon(() => at('join-command').innerText()).toMatch(words);
      expect(await at('join').innerText()).toMatch(/Experimental/);
    }
    await at('join').getByText('Linux', { exact: true }).click();
    await at('join').locator('summary').click();
    expect(await at('join-address').innerText()).toMatch(new RegExp(`^MANTEL_COORDINATOR='[\\d.]+:${rig.port}'$`));
    await everyLook('empty');
  });

  step('its card appears within 3 s, with what it has; ignored it waits behind a small line', async () => {
    pc = startPc();
    await expect.poll(async () => (await cards()).length, { timeout: 20_000, interval: 50 }).toBe(1);
    const began = performance.now();
    await at('discovered').waitFor();
    expect(performance.now() - began).toBeLessThan(3000);
    id = (await cards())[0]!.id;
    await soon(() => at('discovered').innerText()).toMatch(/Ann’s PC\n127\.0\.0\.1\n\d+ cores? · [\d.]+ GB memory/);
    expect(await at('discovered-change').innerText()).toBe('What it would change is not known yet.'); // nothing was ever measured here
    await everyLook('discovered');
    await at('discovered-ignore').click();
    await at('discovered').waitFor({ state: 'detached' });
    await toast(/is ignored/);
    await at('toast-action').last().click();
    await at('discovered').waitFor();
    await at('discovered-ignore').click();
    await at('discovered-ignored').click();
    await at('ignored-pc').waitFor();
    await shot('ignored');
    await at('discovered-back').click();
    await at('discovered').waitFor();
  });

  step('both sides show the same number; Escape asks first, and No lets nobody in', async () => {
    await at('discovered-add').focus();
    await watched.page.keyboard.press('Enter');
    await soon(view).toBe('code');
    const shown = async (): Promise<string> => (await at('pair-code').innerText()).replace(' ', '');
    expect(await shown()).toMatch(/^\d{6}$/);
    expect(says()).toMatchObject({ state: 'code', code: await shown() });
    await everyLook('code', false);
    await watched.page.keyboard.press('Escape');
    await at('pair-leave').waitFor();
    await shot('leave');
    expect((await cards())[0]).toMatchObject({ state: 'code' }); // asking ends nothing
    await at('pair-stay').click();
    pc.process.kill('SIGSTOP');
    await expect.poll(view, { timeout: 30_000 }).toBe('vanished');
    await shot('vanished');
    pc.process.kill('SIGCONT');
    await soon(view).toBe('code');
    await at('pair-no').click();
    await soon(view).toBe('refused');
    await soon(async () => (await cards())[0]?.state).toBe('new');
    expect(existsSync(join(folder, 'paired.json'))).toBe(false);
    await shot('refused');
    await at('pair-close').click();
    await at('pair').waitFor({ state: 'detached' });
    await soon(() => watched.page.evaluate(`(() => { let at = document.activeElement; while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement; return at?.closest('button')?.getRootNode().host?.dataset.testid ?? at?.dataset?.testid })()`)).toBe('discovered-add');
  });

  step('approved, it takes its first job: the photo gets its preview', async () => {
    await at('discovered-add').click();
    await soon(view).toBe('code');
    expect((await at('pair-code').innerText()).replace(' ', '')).toBe(says().code);
    await at('pair-yes').click();
    await soon(view).toBe('done');
    await shot('done');
    await expect.poll(async () => (await api<Asset>(`/assets/${photo}`)).preview, { timeout: 20_000 }).toBe('ready');
    await at('pair-close').click();
    await card().waitFor();
    expect(await at('discovered').count()).toBe(0);
    await soon(() => card().innerText()).toMatch(/Ann’s PC\nReady\nPreviews · [\d.]+ m?s each · 100 % of the work/);
    await soon(() => card().getByRole('meter').evaluateAll((all) => all.map((m) => `${m.getAttribute('aria-label')} ${m.getAttribute('aria-valuetext')}`))).toEqual([expect.stringMatching(/^Processor \d+ %$/), expect.stringMatching(/^Memory [\d.]+ [GM]B of [\d.]+ [GM]B$/)]);
  });

  step('what it does now stands on its card, and its page tells the rest', async () => {
    const { coordinator } = rig;
    await coordinator.db.writeSql((sql) => coordinator.probes.enqueue(sql, 'watched', { holdMs: 6000 }));
    coordinator.queue.wake();
    await soon(() => card().getAttribute('data-state')).toBe('busy');
    expect(await card().getByTestId('node-jobs').innerText()).toBe('A test');
    await everyLook('working');
    await soon(() => card().getAttribute('data-state')).toBe('online');
    await card().getByRole('link').focus();
    await watched.page.keyboard.press('Enter');
    await at('node-head').waitFor();
    expect(watched.page.url()).toBe(`${url}/admin/nodes/${id}`);
    expect(await at('node-work').innerText()).toMatch(/Previews\n100 % of the work\n1 done · [\d.]+ m?s each/);
  });

  step('a test gives it one job of each kind and shows the times', async () => {
    await at('node-test').click();
    await expect.poll(() => watched.page.locator('[data-testid=node-test-result]').evaluateAll((all) => all.map((e) => `${e.getAttribute('data-kind')} ${e.getAttribute('data-state')}`).sort()), { timeout: 30_000 }).toEqual(['preview passed', 'probe passed']);
    expect(await at('node-tests').innerText()).toMatch(/Previews\s+works, [\d.]+ m?s/);
  });

  step('settings hold at once and can be taken back', async () => {
    const settings = async (): Promise<Node['settings']> => (await me())!.settings;
    await at('node-slots').selectOption('1');
    await soon(async () => (await settings()).slots).toBe(1);
    await at('node-hours').click({ position: { x: 16, y: 10 } });
    await soon(async () => (await settings()).hours).toEqual({ from: '22:00', to: '07:00' });
    await at('node-hours-from').fill('07:00');
    await at('node-hours-from').blur();
    await soon(() => at('node-settings').innerText()).toMatch(/Choose two different times/);
    expect((await settings()).hours).toEqual({ from: '22:00', to: '07:00' });
    await toast(/^Saved/);
    await at('toast-action').last().click();
    await soon(async () => (await settings()).hours).toBeNull();
    await at('node-labels').fill('gpu ÜBER');
    await at('node-labels').blur();
    await soon(() => at('node-settings').innerText()).toMatch(/“über” cannot be a label/);
    await at('node-labels').fill('gpu, attic');
    await watched.page.keyboard.press('Enter');
    await soon(async () => (await settings()).labels).toEqual(['gpu', 'attic']);
    await at('node-kind').click({ position: { x: 16, y: 10 } });
    await soon(async () => (await settings()).kindsOff).toEqual(['preview']);
    await at('node-kinds-none').waitFor();
    await at('node-kind').click({ position: { x: 16, y: 10 } });
    await soon(async () => (await settings()).kindsOff).toEqual([]);
    await at('node-libraries-some').check();
    await soon(async () => (await settings()).libraries?.length).toBeGreaterThan(1);
    await at('node-library').last().uncheck();
    await soon(async () => (await settings()).libraries?.length).toBe(1);
    await soon(() => at('node-libraries-left').innerText()).toMatch(/do not see are left out.*\n?.*No other PC may see all libraries/);
    await everyLook('settings');
    await at('node-libraries-all').check();
    await soon(async () => (await settings()).libraries).toBeNull();
    await at('node-name').fill('Attic PC');
    const news = watched.page.waitForResponse((r) => r.url().endsWith('/api/v1/nodes'));
    await (await news).finished();
    await watched.page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
    expect(await at('node-name').inputValue()).toBe('Attic PC');
    await watched.page.keyboard.press('Enter');
    await soon(() => at('node-head').innerText()).toMatch(/^Attic PC/);
    expect((await me())!.name).toBe('Attic PC');
  });

  step('held back after three failures it says so, and is let try again', async () => {
    await rig.coordinator.db.writeSql((sql) => sql.run("update node_kind set held_until = ?, last_error = 'bad_result: not usable' where node_id = ? and kind = 'preview'", Date.now() + 600_000, id));
    await at('node-held').waitFor();
    expect(await at('node-trouble').innerText()).toMatch(/several previews in a row/);
    await everyLook('held');
    await at('node-release').click();
    await at('node-held').waitFor({ state: 'detached' });
    await at('node-trouble').waitFor({ state: 'detached' });
  });

  step('paused it gets nothing, until it is taken back; it can finish and stop; its log is there', async () => {
    await at('node-pause').click();
    await soon(() => at('node-head').getAttribute('data-state')).toBe('paused');
    const { assetId } = uploaded(must(await rig.upload(admin.token, await scene(random(4), '2026:05:15 10:00:00'), 'IMG_4102.JPG'), 201));
    await toast(/gets no more work/);
    expect((await api<Asset>(`/assets/${assetId}`)).preview).toBe('waiting');
    await at('toast-action').last().click();
    await expect.poll(async () => (await api<Asset>(`/assets/${assetId}`)).preview, { timeout: 20_000 }).toBe('ready');
    await at('node-drain').click();
    await soon(() => at('node-head').getAttribute('data-state')).toBe('draining');
    await at('node-undrain').click();
    await soon(() => at('node-head').getAttribute('data-state')).toBe('online');
    await at('node-log').locator('summary').click();
    await soon(() => at('node-log-lines').innerText()).toMatch(/\d\d:\d\d:\d\d at work/);
    await at('node-log-lines').scrollIntoViewIfNeeded();
    await shot('log');
  });

  step('the jobs page tells who did what', async () => {
    await at('nav-jobs').click();
    await soon(() => at('recent-job').first().innerText()).toMatch(/by Attic PC · in [\d.]+ m?s/);
    expect(await at('jobs-workers').innerText()).toMatch(/^\d+ PCs? works? for this house/);
    await at('recent-kind').selectOption('preview');
    await soon(() => at('recent-job').evaluateAll((all) => [...new Set(all.map((e) => e.getAttribute('data-kind')))])).toEqual(['preview']);
    expect(await at('recent').innerText()).toMatch(/Preview of IMG_4102\.JPG/);
    await everyLook('jobs');
    await at('metrics').locator('summary').click();
    await at('metrics').locator('code').nth(1).waitFor();
    const [address, token] = await at('metrics').locator('code').allInnerTexts();
    expect(address).toBe(`${url}/metrics`);
    expect(await (await fetch(address!, { headers: { authorization: `Bearer ${token}` } })).text()).toMatch(/^# HELP mantel_/);
    await at('jobs-workers').click();
    await card().waitFor();
  });

  step('unplugged it is lost, and nothing is red; switched on again it works on', async () => {
    await pc.kill('SIGKILL');
    await expect.poll(() => card().getAttribute('data-state'), { timeout: 20_000 }).toBe('lost');
    expect(await card().innerText()).toMatch(/comes back by itself/);
    await everyLook('lost');
    pc = startPc();
    await expect.poll(() => card().getAttribute('data-state'), { timeout: 20_000 }).toBe('online');
  });

  step('removed, the PC is told; it may ask again', async () => {
    await watched.page.goto(`${url}/admin/nodes/${id}`);
    await at('node-remove').click();
    expect(await watched.page.locator('m-confirm-dialog wa-dialog').evaluate((e) => [e.getAttribute('label'), e.textContent])).toEqual([expect.stringMatching(/^Remove Attic PC\?/), expect.stringMatching(/shut out at once. No photo is touched/)]);
    await shot('remove');
    await at('confirm').click();
    await soon(() => watched.page.url()).toBe(`${url}/admin/nodes`);
    await soon(() => says().says).toMatch(/removed/);
    expect(existsSync(join(folder, 'paired.json'))).toBe(false);
    await soon(() => card().count()).toBe(0);
    await watched.page.goto(`${url}/admin/nodes/${id}`);
    await at('node-gone').waitFor();
  });

  step('nothing left the host, and nothing complained', async () => {
    expect(watched.complaints).toEqual([]);
  });
});
