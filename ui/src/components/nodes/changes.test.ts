import { expect, test } from 'vitest';
import type { NodeChange } from '../../data/nodes.ts';
import type { NodeSettings } from '../../data/types.ts';
import { createChanges } from './changes.ts';

const settings: NodeSettings = { paused: false, slots: null, kindsOff: [], hours: null, whenIdle: false, libraries: ['ann', 'bob', 'cat'], labels: [], wake: false, autoUpdate: true };

test('two quick clicks: the second is about the first, is sent after it was answered, and loses nothing', async () => {
  let held = settings;
  const sent: { to: NodeChange; answer: () => void }[] = [];
  const changes = createChanges((to) => new Promise<void>((resolve) => { sent.push({ to, answer: () => { held = { ...held, ...to.settings }; resolve(); } }); }));
  const without = (id: string): Promise<void> => changes.make({ settings: { libraries: changes.over(held).libraries!.filter((l) => l !== id) } });
  const [first, second] = [without('ann'), without('bob')];
  await Promise.resolve();
  expect(changes.over(held).libraries).toEqual(['cat']); // as it is shown at once
  expect(sent.map((s) => s.to.settings!.libraries)).toEqual([['bob', 'cat']]);
  sent[0]!.answer();
  await first;
  expect(changes.over(held).libraries).toEqual(['cat']);
  sent[1]!.answer();
  await second;
  expect(held.libraries).toEqual(['cat']);
});
test('what was refused jumps back when the last one is answered', async () => {
  const changes = createChanges(async () => false);
  await changes.make({ settings: { paused: true } });
  expect(changes.over(settings)).toEqual(settings);
});
