// A plugin in the browser: looked at, installed, set up through the form that its schema makes, run, fallen over and repaired, brought to a new version and back, removed. A real plugin process.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import type { Repair } from '@mantel/contracts/models/repair.ts';
import type { ImportRun, ImportSource } from '@mantel/contracts/models/source.ts';
import type { Plugin } from '@mantel/contracts/models/plugin.ts';
import { afterAll, beforeAll, describe, expect, onTestFailed, test } from 'vitest';
import { must, type Person, type Rig, startRig } from '../rig.ts';
import { random } from '../rig/pictures.ts';
import { buildDashboard, dropFiles, openBrowser, signIn, type Watched } from './browser.ts';
import { nameless } from './named.ts';
import { writePlugin } from './plugin-files.ts';
import { scene } from './scenes.ts';

const SHOTS = process.env.MANTEL_SCREENSHOTS; // a folder: keeps pictures of each step

const dir = realpathSync(mkdtempSync(join(tmpdir(), 'mantel-plugins-')));
const box = join(dir, 'boxes', 'shoebox');
const [first, second] = [writePlugin(dir, '1.0.0'), writePlugin(dir, '2.0.0')];
const tarball = join(dir, 'shoebox-2.0.0.tgz');
let rig: Rig;
let admin: Person;
let watched: Watched;
let url = '';
let source = '';

beforeAll(async () => {
  mkdirSync(box, { recursive: true });
  for (const n of [1, 2, 3]) mkdirSync(join(dir, 'boxes', `empty ${n}`));
  execFileSync('tar', ['czf', tarball, '-C', second, '.']);
  await buildDashboard(join(dir, 'ui'));
  rig = await startRig({ uiDist: join(dir, 'ui') });
  admin = await rig.admin();
  url = `http://127.0.0.1:${rig.port}`;
  watched = await openBrowser(url, { width: 1440, height: 900, expected: /status of (4\d\d|502)/ }); // what the house refuses, and a plugin that falls over
  await watched.page.goto(`${url}/login`);
  await signIn(watched.page, admin);
  await at('nav-plugins').waitFor();
}, 120_000);
afterAll(async () => {
  await watched?.close();
  await rig?.stop();
  rmSync(dir, { recursive: true, force: true });
}, 60_000);

const at = (name: string) => watched.page.getByTestId(name);
const api = async <T>(path: string): Promise<T> => must(await rig.api('GET', path, undefined, { token: admin.token }), 200).json as T;
const plugin = async (): Promise<Plugin | undefined> => (await api<Plugin[]>('/plugins')).find((p) => p.id === 'shoebox');
const mine = async (): Promise<ImportSource> => (await api<ImportSource[]>('/sources'))[0]!;
const card = (id: string) => watched.page.locator(`[data-testid=plugin][data-id="${id}"]`);
const repair = (kind: Repair['kind']) => watched.page.locator(`[data-testid=repair][data-kind=${kind}]`);
/** On a machine without walls one card more says so. */
const cards = async (): Promise<string> => String((await api<Repair[]>('/repairs')).length || '');
const badge = async (): Promise<string> => ((await at('nav-repairs').count()) ? at('nav-repairs').innerText() : '');
const field = (name: string, form = 'source-config') => at(form).locator(`[data-testid=field][data-name="${name}"]`);
const phase = () => at('plugin-dialog').getAttribute('data-phase');
const soon = <T>(get: () => T | Promise<T>) => expect.poll(get, { timeout: 20_000 });
const toast = (words: RegExp) => soon(() => at('toast').last().innerText()).toMatch(words);
const LOOKS = [[1440, 900, false], [1440, 900, true], [360, 740, false], [360, 740, true]] as const;

async function look(width: number, height: number, dark: boolean): Promise<void> {
  await watched.page.setViewportSize({ width, height });
  await watched.page.emulateMedia({ colorScheme: dark ? 'dark' : 'light', reducedMotion: 'reduce' });
}
/** At both widths, in both themes: nothing is wider than the screen, and every control has a name. With pictures the page is as high as what it holds. */
async function everyLook(name: string, whole = true): Promise<void> {
  for (const [width, height, dark] of LOOKS) {
    await look(width, height, dark);
    const measure = () => watched.page.locator('main#content').evaluate((e) => ({ wide: e.scrollWidth - e.clientWidth, high: e.scrollHeight }));
    await soon(async () => (await measure()).wide).toBeLessThanOrEqual(0);
    const content = await measure();
    expect(await watched.page.evaluate('document.documentElement.scrollWidth'), `${name} at ${width}`).toBeLessThanOrEqual(width);
    if (!SHOTS) continue;
    if (whole) await look(width, Math.min(4000, Math.max(height, content.high + 140)), dark);
    await watched.page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
    await watched.page.screenshot({ path: join(SHOTS, `plugins-${name}-${width}-${dark ? 'dark' : 'light'}.png`), animations: 'disabled' });
  }
  await look(1440, 900, false);
  expect(await watched.page.evaluate(nameless), name).toEqual([]);
}

let broken = '';
const step = (name: string, walk: () => Promise<void>): void => test(name, async () => {
  if (broken) throw new Error(`not reached: "${broken}" failed`);
  onTestFailed(async () => {
    broken ||= name;
    if (SHOTS) await watched.page.screenshot({ path: join(SHOTS, 'plugins-failed.png') });
    console.log(rig.log.filter((l) => l.level === 'error').slice(-5));
  });
  await walk();
});

describe('a plugin', () => {
  step('those that came with Mantel are there, with what they may do', async () => {
    await at('nav-plugins').click();
    await card('folder').waitFor();
    expect(await card('folder').getAttribute('data-state')).toBe('enabled');
    expect(await card('folder').innerText()).toMatch(/reads what you name · no network/);
    expect(await card('folder').getByTestId('wall').innerText()).toBe({ bubblewrap: 'Walled in', none: 'Not isolated', trusted: 'Trusted like Mantel itself' }[(await api<Plugin>('/plugins/folder')).isolation]);
    await everyLook('list');
  });

  step('one from a folder is looked at first: what is wrong is said, what it may do is shown, and nothing is installed', async () => {
    await at('plugin-add').click();
    await at('plugin-dialog').getByText('npm', { exact: true }).click();
    await everyLook('npm', false);
    await at('plugin-dialog').getByText('A folder', { exact: true }).click();
    await at('plugin-look').click();
    await soon(() => at('field-error').innerText()).toBe('This is needed.');
    await at('plugin-dialog').locator('input.path').fill(join(dir, 'boxes'));
    await watched.page.keyboard.press('Enter');
    await soon(() => at('plugin-error').innerText()).toMatch(/no manifest\.json/);
    await everyLook('add', false);
    await at('plugin-dialog').locator('input.path').fill(first);
    await at('plugin-look').click();
    await soon(phase).toBe('offer');
    expect(await at('can').innerText()).toMatch(/Read the files and folders that you name[^]*Reach nothing on the network[^]*Use the passwords[^]*128 MB/);
    expect(await at('can').locator('.new').count()).toBe(0);
    await everyLook('offer', false);
    expect(await plugin()).toBe(undefined);
    await at('plugin-install').click();
    await soon(phase).toBe('done');
    expect((await plugin())!.state).toBe('enabled');
    await everyLook('installed', false);
    await at('plugin-set-up').click();
    await field('folder').waitFor();
  });

  step('its form: what is missing is said at its field, the folder is found with the keyboard', async () => {
    await everyLook('form');
    await at('source-save').click();
    await soon(() => at('field-error').allInnerTexts()).toEqual(['This is needed.', 'This is needed.']);
    await field('folder').locator('input').fill(join(dir, 'boxes'));
    await field('folder').getByTestId('path-choose').click();
    await soon(() => at('path-row').allInnerTexts()).toEqual([1, 2, 3].map((n) => expect.stringMatching(`empty ${n}`)).concat(expect.stringMatching('shoebox')));
    await everyLook('browse', false);
    await watched.page.keyboard.press('Enter');
    await at('path-empty').waitFor();
    await watched.page.keyboard.press('Backspace');
    await at('path-row').first().waitFor();
    await watched.page.keyboard.press('s');
    await watched.page.keyboard.press('Enter');
    await at('path-empty').waitFor();
    await at('path-take').click();
    await soon(() => field('folder').locator('input').inputValue()).toBe(box);
    await at('path-dialog').waitFor({ state: 'detached' });
  });

  step('several paths at once; a folder that nobody may look at says so', async () => {
    await watched.page.goto(`${url}/admin/sources/new/folder`);
    await field('paths').getByTestId('path-choose').click();
    await at('path-row').first().waitFor();
    await at('path-filter').fill('proc');
    await at('path-row').waitFor({ state: 'detached' });
    await at('path-empty').waitFor(); // what belongs to the machine is not offered
    await at('path-filter').fill('');
    for (const name of join(dir, 'boxes').split(sep).filter(Boolean)) await watched.page.locator(`[data-testid=path-row][data-name="${name}"]`).click();
    await soon(() => at('path-crumb').last().innerText()).toBe('boxes');
    await soon(() => at('path-row').count()).toBe(4);
    await watched.page.keyboard.press('Space');
    await watched.page.keyboard.press('End');
    await watched.page.keyboard.press('Space');
    await soon(() => at('path-take').innerText()).toBe('Choose these 2');
    await everyLook('browse-many', false);
    await at('path-take').click();
    await soon(() => at('path-chosen').allInnerTexts()).toEqual([join(dir, 'boxes', 'empty 1'), box]);
    await field('paths').getByTestId('field-remove').first().click();
    await soon(() => at('path-chosen').allInnerTexts()).toEqual([box]);
    await at('source-options').locator('summary').click();
    await everyLook('options');
    rmSync(box, { recursive: true });
    await field('paths').getByTestId('path-choose').click(); // what was chosen is gone: the folder around it opens
    await soon(() => at('path-row').count()).toBe(3);
    rmSync(join(dir, 'boxes', 'empty 3'), { recursive: true });
    await at('path-row').last().click();
    await soon(() => at('path-error').innerText()).toMatch(/This folder cannot be looked at\s+There is no folder .*empty 3/);
    await everyLook('denied', false);
    mkdirSync(box);
    await watched.page.keyboard.press('Escape');
    await at('path-dialog').waitFor({ state: 'detached' });
    await watched.page.goBack();
    await field('folder').locator('input').fill(box);
  });

  step('checked before it is saved: what the plugin says stands at its field', async () => {
    await field('token').locator('input').fill('abracadabra');
    await at('source-check').click();
    await soon(() => field('folder').getByTestId('field-error').innerText()).toBe('There is no picture in this folder.');
    expect(await at('source-checked').getAttribute('data-ok')).toBe('false');
    await everyLook('check');
    for (const n of [1, 2]) writeFileSync(join(box, `IMG_${n}.jpg`), await scene(random(n), `2026:05:1${n} 10:00:00`));
    writeFileSync(join(box, 'notes.txt'), 'shoes');
    await at('source-save').click(); // saving checks, too
    await soon(() => field('token').getByTestId('field-error').innerText()).toBe('The shoebox does not open with this word.');
    await field('token').locator('input').fill('open sesame');
    await field('most').locator('input').fill('many');
    await at('source-check').click();
    await soon(() => field('most').getByTestId('field-error').innerText()).toBe('A number, please.');
    await field('most').locator('input').fill('50');
    await at('source-check').click();
    await soon(() => at('source-checked').innerText()).toMatch(/This works\s+2 pictures\./);
  });

  step('the rest of the form; saved, the secret is never shown again', async () => {
    await field('size').locator('select').selectOption({ label: 'Small' });
    await field('skip').getByTestId('field-add').click();
    await field('skip').locator('input').fill('*.tmp');
    await field('kinds').getByText('Videos').click();
    await field('again').locator('wa-switch').click({ position: { x: 16, y: 10 } });
    await field('since').locator('input').fill('2020-01-31');
    await field('person').locator('select').selectOption(admin.id);
    await field('tidy').getByTestId('schedule-kind').selectOption('hourly');
    const when = field('schedule', 'source-where');
    await when.getByTestId('schedule-kind').selectOption('custom');
    await when.getByTestId('schedule-cron').fill('0 3 * * 8');
    await soon(() => when.getByTestId('schedule-next').innerText()).toMatch(/This is no schedule/);
    await when.getByTestId('schedule-kind').selectOption('weekly');
    await when.getByTestId('schedule-weekday').selectOption('Sunday');
    await soon(() => when.getByTestId('schedule-next').innerText()).toMatch(/^Next: Sun \d+ \w+ at 03:00, by the clock of this house\.$/);
    await at('source-name').locator('input').fill('Attic');
    await everyLook('filled');
    await at('source-save').click();
    await at('source-head').waitFor();
    await toast(/Attic is set up/);
    source = (await mine()).id;
    expect(watched.page.url()).toBe(`${url}/admin/sources/${source}`);
    expect(await mine()).toMatchObject({ name: 'Attic', schedule: '0 3 * * 0', watch: false, config: { folder: box, token: { secret: true }, size: 'small', most: 50, again: false, skip: ['*.tmp'], kinds: ['photo', 'video'], since: '2020-01-31', person: admin.id, tidy: '0 * * * *' } });
    await field('token').getByTestId('secret-kept').waitFor();
    await field('token').getByTestId('secret-change').click();
    await field('token').locator('input').fill('x');
    await field('token').getByTestId('secret-keep').click();
    await field('token').getByTestId('secret-kept').waitFor();
    expect(await at('source-save').count()).toBe(0); // nothing differs
    await everyLook('source');
    await field('most').locator('input').fill('60');
    await watched.page.keyboard.press('Enter');
    await toast(/Attic is saved/);
    expect((await mine()).config).toMatchObject({ most: 60, token: { secret: true } });
  });

  step('it stands in the list, with its next run', async () => {
    await at('source-back').click();
    await soon(() => at('source').innerText()).toMatch(/Attic\s+Shoebox · into .+ · next Sun \d+ \w+ at 03:00\s+not run yet/);
    await everyLook('sources');
    await watched.page.goto(`${url}/admin/sources/${source}`);
    await at('source-check').waitFor();
  });

  step('fallen over again and again it is put away, with a card that says what to do and does it', async () => {
    writeFileSync(join(box, 'crash'), '');
    for (let n = 0; n < 3; n++) {
      await at('source-check').click();
      if (n === 2) break;
      await at('source-failed').waitFor({ timeout: 30_000 });
      if (n === 0) await everyLook('crash');
      await expect.poll(async () => (await plugin())!.crashes, { timeout: 20_000 }).toBe(n + 1);
    }
    await expect.poll(async () => (await plugin())!.state, { timeout: 30_000 }).toBe('broken');
    await soon(() => at('source-plugin-off').innerText()).toMatch(/fell over three times .* Show the plugin$/);
    await at('nav-plugins').click();
    await repair('plugin_crashed').waitFor();
    await soon(badge).toBe(await cards());
    expect(await repair('plugin_crashed').innerText()).toMatch(/A plugin keeps crashing\s+Shoebox 1\.0\.0 fell over three times/);
    expect(await card('shoebox').getAttribute('data-state')).toBe('broken');
    await everyLook('broken');
    await repair('plugin_crashed').getByTestId('repair-show').click();
    await at('plugin-head').waitFor();
    await everyLook('broken-page');
    rmSync(join(box, 'crash'));
    await at('repair-fix').click();
    await soon(() => at('plugin-head').getAttribute('data-state')).toBe('enabled');
    await repair('plugin_crashed').waitFor({ state: 'detached' });
    await soon(badge).toBe(await cards());
    await at('plugin-log').locator('summary').click();
    await soon(() => at('plugin-log-lines').innerText()).toMatch(/looking at/);
    await everyLook('page');
  });

  step('a new version from a file: what it asks for anew is marked; the settings come along', async () => {
    await at('plugin-upgrade').click();
    await at('plugin-dialog').getByText('A file', { exact: true }).click();
    await at('plugin-file').setInputFiles({ name: 'shoes.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('x') });
    await soon(() => at('plugin-error').innerText()).toMatch(/no packed plugin/);
    await everyLook('drop', false);
    await dropFiles(watched.page, [tarball]);
    await soon(phase).toBe('offer');
    await soon(() => at('can').locator('.fresh').allInnerTexts()).toEqual([expect.stringMatching(/Talk to shoebox\.example\s*new/)]);
    expect(await at('offer-replaces').innerText()).toMatch(/Replaces version 1\.0\.0\s+It asks for more than the version that is here\. The settings of 1 source are brought over/);
    expect(await at('upload-panel').count()).toBe(0); // it is no photo
    await everyLook('upgrade', false);
    await at('plugin-install').click();
    await soon(phase).toBe('done');
    await at('plugin-show').click();
    await at('plugin-dialog').waitFor({ state: 'detached' });
    expect((await plugin())!.manifest.version).toBe('2.0.0');
    expect((await mine()).config).toMatchObject({ size: 'tiny', token: { secret: true } });
    await soon(() => at('plugin-versions').innerText()).toMatch(/Version 2\.0\.0, from the file shoebox-2\.0\.0\.tgz[^]*Version 1\.0\.0, the one before/);
    await everyLook('versions');
  });

  step('and back again, with the settings as they were', async () => {
    await at('plugin-rollback').click();
    await at('confirm').click();
    await toast(/Shoebox is at version 1\.0\.0 again/);
    expect((await plugin())!.manifest.version).toBe('1.0.0');
    expect((await mine()).config).toMatchObject({ size: 'small' });
  });

  step('switched off it does nothing, and its source says so; switched on again it does', async () => {
    await at('plugin-disable').click();
    await soon(() => at('plugin-head').getAttribute('data-state')).toBe('disabled');
    await watched.page.goto(`${url}/admin/sources/${source}`);
    await at('source-plugin-off').waitFor();
    await everyLook('off');
    await watched.page.goto(`${url}/admin/plugins/shoebox`);
    await at('plugin-enable').click();
    await soon(() => at('plugin-head').getAttribute('data-state')).toBe('enabled');
  });

  step('run when asked, it shows first what it found', async () => {
    await watched.page.goto(`${url}/admin/sources`);
    await at('source-run').click();
    await soon(() => watched.page.url()).toMatch(/\/import\/[0-9a-f-]{36}$/);
    const run = watched.page.url().split('/').at(-1)!;
    await soon(async () => (await api<ImportRun>(`/imports/${run}`)).state).toBe('ready');
    must(await rig.api('POST', `/imports/${run}/start`, {}, { token: admin.token }), 200);
    await soon(async () => (await api<ImportRun>(`/imports/${run}`)).state).toBe('done');
    expect((await api<ImportRun>(`/imports/${run}`)).counts).toMatchObject({ imported: 2, ignored: 1 });
    await watched.page.goto(`${url}/admin/sources`);
    await soon(() => at('source-last-run').innerText()).toBe('last run just now: done');
    await everyLook('sources-run');
    await watched.page.goto(`${url}/admin/sources/${source}`);
    await at('source-last').waitFor();
  });

  step('uninstalled, it says what goes with it', async () => {
    await watched.page.goto(`${url}/admin/plugins/shoebox`);
    await at('plugin-remove').click();
    await soon(() => watched.page.locator('m-confirm-dialog wa-dialog').evaluate((e) => e.textContent)).toMatch(/The source Attic uses it and goes with it, with its settings\. Photos that it brought in stay\./);
    await everyLook('remove', false);
    await at('confirm').click();
    await soon(() => watched.page.url()).toBe(`${url}/admin/plugins`);
    await card('shoebox').waitFor({ state: 'detached' });
    expect(await api<ImportSource[]>('/sources')).toEqual([]);
    await watched.page.goto(`${url}/admin/plugins/shoebox`);
    await at('plugin-gone').waitFor();
    await watched.page.goto(`${url}/admin/sources/${source}`);
    await at('source-gone').waitFor();
    await at('nav-sources').click();
    await at('sources-none').waitFor();
    await everyLook('none');
  });

  step('a problem that only a person can mend has no button but the one that puts it away', async () => {
    await rig.coordinator.db.writeSql((sql) => sql.run("insert or replace into repair(id, kind, about, text, at) values ('not_isolated:house', 'not_isolated', 'house', 'Install bubblewrap, then restart Mantel.', ?)", Date.now()));
    await watched.page.goto(`${url}/admin/plugins`);
    await soon(() => repair('not_isolated').innerText()).toMatch(/Plugins are not isolated here\s+Install bubblewrap, then restart Mantel\./);
    expect(await at('repair-fix').count()).toBe(0);
    await look(360, 740, false);
    await at('nav-library').click();
    await soon(() => at('nav-repairs').innerText()).toBe('1'); // on a phone the badge stands in the list of pages
    await at('nav-plugins').click();
    await at('repair-dismiss').click();
    await at('repair').waitFor({ state: 'detached' });
    await look(1440, 900, false);
    expect(await at('nav-repairs').count()).toBe(0);
  });

  step('who is no admin sees no plugins, and is told who chooses folders of the house', async () => {
    const bea = await rig.addUser(admin, 'Bea');
    const hers = await openBrowser(url, { expected: /status of 403/ });
    try {
      await hers.page.goto(`${url}/login?next=/admin/plugins`);
      await signIn(hers.page, bea);
      await hers.page.getByText('This page is for admins').waitFor();
      await hers.page.goto(`${url}/admin/sources/new/folder`);
      const config = hers.page.getByTestId('source-config');
      await config.getByTestId('path-choose').click();
      await soon(() => hers.page.getByTestId('path-error').innerText()).toMatch(/chosen by an admin/);
      expect(await hers.page.getByTestId('nav-plugins').count()).toBe(0);
      expect(await hers.page.getByTestId('source-where').locator('[data-name=ownerId]').count()).toBe(0);
      expect(hers.complaints).toEqual([]);
    } finally { await hers.close(); }
  });

  step('nothing left the host, and nothing complained', async () => {
    expect(watched.complaints).toEqual([]);
  });
});
