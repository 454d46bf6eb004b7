import { expect, it } from 'vitest';
import type { Advert } from './advert.ts';
import { createFound, MISSES } from './found.ts';

const pc = (n: number, more: Partial<Advert> = {}): Advert => ({ role: 'worker', id: `w${String(n).padStart(10, '0')}`, name: 'pc', port: 9, txt: {}, ...more });
const missed = (list: ReturnType<typeof createFound>): void => { for (let i = 0; i < MISSES; i++) list.asked(); };
const hosts = (list: ReturnType<typeof createFound>): string[] => list.all().map((f) => f.host);

it('is told of what is new or different only', () => {
  const list = createFound();
  expect(list.seen(pc(1), '10.0.0.1', ['10.0.0.1'], 1)).toBe(true);
  expect(list.seen(pc(1), '10.0.0.1', ['10.0.0.1'], 2)).toBe(false);
  expect(list.seen(pc(1, { name: 'renamed' }), '10.0.0.1', ['10.0.0.1'], 3)).toBe(true);
  expect(list.all()).toEqual([{ ...pc(1), name: 'renamed', host: '10.0.0.1', seenAt: 3, places: [{ host: '10.0.0.1', port: 9, txt: {} }] }]);
});
it('goes after three missed questions, not after two, and any answer counts', () => {
  const list = createFound();
  list.seen(pc(1), '10.0.0.1', [], 1);
  list.asked();
  list.asked();
  expect(list.expire()).toBe(false);
  list.seen(pc(1), '10.0.0.1', [], 2);
  list.asked();
  list.asked();
  expect([list.expire(), list.all().length]).toEqual([false, 1]);
  list.asked();
  expect([list.expire(), list.all()]).toEqual([true, []]);
});
it('a new address replaces the old one at once when the computer no longer has that', () => {
  const list = createFound();
  list.seen(pc(1), '10.0.0.1', ['10.0.0.1'], 1);
  expect(list.seen(pc(1), '10.0.0.9', ['10.0.0.9'], 2)).toBe(true);
  expect(hosts(list)).toEqual(['10.0.0.9']);
  missed(list);
  list.seen(pc(1), '10.0.0.9', ['10.0.0.9'], 3);
  list.expire();
  expect(list.all()[0]!.places).toEqual([{ host: '10.0.0.9', port: 9, txt: {} }]);
});
it('with two cards it stays where it is, until it no longer answers there', () => {
  const list = createFound();
  const both = ['10.0.0.1', '10.1.0.1'];
  list.seen(pc(1), '10.0.0.1', both, 1);
  for (let i = 0; i < 5; i++) {
    list.asked();
    expect([list.seen(pc(1), '10.1.0.1', both, 2), list.seen(pc(1), '10.0.0.1', both, 2)]).toEqual([false, false]);
  }
  for (let i = 0; i < 2; i++) { list.asked(); list.seen(pc(1), '10.1.0.1', both, 3); }
  expect(hosts(list)).toEqual(['10.1.0.1']);
});
it('a liar does not hide the right one, and does not fill the list', () => {
  const list = createFound();
  list.seen(pc(1), '10.0.0.1', ['10.0.0.1'], 1);
  for (let i = 0; i < 300; i++) list.seen(pc(1, { port: 666 }), `10.6.6.${i % 250}`, [], 1);
  list.asked();
  list.seen(pc(1), '10.0.0.1', ['10.0.0.1'], 1);
  expect(list.all()[0]).toMatchObject({ host: '10.0.0.1', port: 9 });
  expect(list.all()[0]!.places).toHaveLength(8);
  expect(list.gone(pc(1).id, '10.6.6.6')).toBe(false);
  for (let i = 2; i < 500; i++) list.seen(pc(i), '10.6.6.6', [], 1);
  expect(list.all()).toHaveLength(17);
  for (let i = 500; i < 900; i++) list.seen(pc(i), `10.7.${i >> 8}.${i & 255}`, [], 1);
  expect(list.all()).toHaveLength(64);
  expect(list.gone(pc(1).id, '10.0.0.1')).toBe(true);
});
