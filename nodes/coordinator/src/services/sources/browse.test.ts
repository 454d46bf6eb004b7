import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { browse } from './browse.ts';
import { checkSchedule, nextDue } from './due.ts';

let dir: string;
const hidden = (path: string): boolean => path.startsWith(join(dir, 'own'));
beforeAll(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'mantel-browse-')));
  for (const d of ['own/deep', 'IMG 10', 'IMG 9', 'many']) mkdirSync(join(dir, d), { recursive: true });
  writeFileSync(join(dir, 'a.zip'), 'xyz');
  writeFileSync(join(dir, '.secret'), '');
  symlinkSync(join(dir, 'own/deep'), join(dir, 'sneaky'));
  symlinkSync(join(dir, 'IMG 9'), join(dir, 'linked'));
  symlinkSync(join(dir, 'gone'), join(dir, 'dangling'));
  for (let n = 0; n < 1100; n++) writeFileSync(join(dir, 'many', `f${n}`), '');
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

test('folders first, numbers in their order; what is hidden or leads there is not shown', async () => {
  const { entries, parent, cut } = await browse(dir, hidden);
  expect(entries.map((e) => [e.name, e.folder, e.bytes])).toEqual([['IMG 9', true, null], ['IMG 10', true, null], ['linked', true, null], ['many', true, null], ['a.zip', false, 3]]);
  expect([parent, cut]).toEqual([join(dir, '..'), false]);
  expect(await browse(join(dir, 'linked'), hidden)).toMatchObject({ path: join(dir, 'IMG 9'), entries: [] });
});

test('a large folder is cut, and what cannot be shown is told', async () => {
  const { entries, cut } = await browse(join(dir, 'many'), hidden);
  expect([entries.length, cut]).toEqual([1000, true]);
  for (const path of ['own', 'own/deep', 'sneaky', 'linked/../own']) await expect(browse(join(dir, path), hidden), path).rejects.toMatchObject({ type: 'forbidden' });
  await expect(browse(join(dir, 'nowhere'), hidden)).rejects.toMatchObject({ type: 'not_found' });
  await expect(browse(join(dir, 'a.zip'), hidden)).rejects.toMatchObject({ type: 'bad_request', message: expect.stringContaining('not a folder') });
  await expect(browse('photos', hidden)).rejects.toMatchObject({ type: 'bad_request' });
});

test('a place that does not answer is not waited for', async () => {
  await expect(browse(join(dir, 'many'), hidden, 0)).rejects.toMatchObject({ type: 'timeout', message: expect.stringContaining('does not answer') });
});

test('times are five fields in the time of the house', () => {
  const at = new Date(2026, 0, 31, 12, 0).getTime();
  expect(nextDue('30 4 * * *', at)).toBe(new Date(2026, 1, 1, 4, 30).getTime());
  expect(nextDue('0 0 30 2 *', at)).toBeNull();
  for (const schedule of ['30 4 * *', '* * * * * *', 'daily', '61 * * * *', '0 0 30 2 *', '']) expect(() => checkSchedule(schedule), schedule).toThrow(expect.objectContaining({ type: 'source_invalid' }));
  expect(() => checkSchedule('*/5 * * * 1-5')).not.toThrow();
});
