import { afterAll, beforeAll, expect, test } from 'vitest';
import { type House, openHouse } from '../../testing/house.ts';
import { createRepairs, type Repairs } from './repairs.ts';
import { repairHandlers } from './repairs.service.ts';

let house: House;
let repairs: Repairs;
let [at, changes] = [1000, 0];
beforeAll(async () => {
  house = await openHouse();
  repairs = createRepairs({ db: house.db, onChange: () => { changes++; }, now: () => at });
});
afterAll(() => house.close());

test('one problem about one thing is one card, with the newest words', async () => {
  await repairs.raise({ kind: 'plugin_crashed', about: 'cam', text: 'It crashed.', fix: 'plugins.enable' });
  at = 2000;
  await repairs.raise({ kind: 'plugin_crashed', about: 'cam', text: 'It crashed again.', fix: 'plugins.enable' });
  await repairs.raise({ kind: 'source_failed', about: 'cam', text: 'Another kind.' });
  expect(repairs.list()).toEqual([
    { id: 'plugin_crashed:cam', kind: 'plugin_crashed', about: 'cam', text: 'It crashed again.', fix: 'plugins.enable', at: '1970-01-01T00:00:02.000Z', times: 2 },
    { id: 'source_failed:cam', kind: 'source_failed', about: 'cam', text: 'Another kind.', fix: null, at: '1970-01-01T00:00:02.000Z', times: 1 },
  ]);
  expect(changes).toBe(3);
});

test('a card that was put away comes back when it happens again; a standing condition only after it was cleared', async () => {
  await repairs.dismiss('plugin_crashed:cam');
  expect(repairs.list().map((r) => r.id)).toEqual(['source_failed:cam']);
  await repairs.raise({ kind: 'plugin_crashed', about: 'cam', text: 'Once more.', fix: 'plugins.enable' });
  expect(repairs.list().map((r) => r.id)).toContain('plugin_crashed:cam');
  const wall = { kind: 'not_isolated', about: 'house', text: 'No walls here.', standing: true } as const;
  await repairs.raise(wall);
  await repairs.dismiss('not_isolated:house');
  await repairs.raise(wall);
  expect(repairs.list().map((r) => r.id)).not.toContain('not_isolated:house');
  await repairs.clear('not_isolated', 'house');
  await repairs.raise(wall);
  expect(repairs.list().map((r) => r.id)).toContain('not_isolated:house');
  await expect(repairs.dismiss('plugin_crashed:nobody')).rejects.toMatchObject({ type: 'not_found' });
});

test('its button calls the action with what it is about, and the card goes only when that worked', async () => {
  const calls: unknown[] = [];
  let fails = true;
  const actor = { kind: 'system' } as const;
  const handlers = repairHandlers(repairs, (async (name: string, params: unknown, who: unknown) => {
    calls.push([name, params, who]);
    if (fails) throw new Error('still broken');
  }) as never);
  await expect(handlers['repairs.fix']!({ id: 'plugin_crashed:cam' }, actor)).rejects.toThrow('still broken');
  expect(repairs.list().map((r) => r.id)).toContain('plugin_crashed:cam');
  fails = false;
  await handlers['repairs.fix']!({ id: 'plugin_crashed:cam' }, actor);
  expect(calls[1]).toEqual(['plugins.enable', { id: 'cam' }, actor]);
  expect(repairs.list().map((r) => r.id)).not.toContain('plugin_crashed:cam');
  await expect(handlers['repairs.fix']!({ id: 'source_failed:cam' }, actor)).rejects.toMatchObject({ type: 'conflict' });
});
