import { afterAll, beforeAll, expect, test } from 'vitest';
import { type House, insertAsset, openHouse } from '../testing/house.ts';
import { Database } from './database.ts';
import { statementsOf } from './statements.ts';

let house: House;
beforeAll(async () => { house = await openHouse(); });
afterAll(() => house.close());

test('statements are kept by text, and an ever new text does not grow for ever', () => {
  const { native } = Database.unsafe(house.db);
  let prepared = 0;
  const counting = new Proxy(native, { get: (target, key) => (key === 'prepare' ? (text: string) => { prepared++; return target.prepare(text); } : Reflect.get(target, key)) });
  const prepare = statementsOf(counting);
  for (let i = 0; i < 10; i++) prepare('select 1');
  expect(prepared).toBe(1);
  for (let i = 0; i < 600; i++) prepare(`select ${i} x`);
  prepare('select 1');
  expect(prepared).toBe(602); // pushed out by 600 others
});

test('a hundred arrivals need no new statement', async () => {
  const { native } = Database.unsafe(house.db);
  await house.addPerson('Ann');
  const libraryId = house.libraryId('Ann');
  const add = (n: number) => house.db.writeSql((sql) => insertAsset(sql, { libraryId, local: `2020-01-01T10:00:${String(n % 60).padStart(2, '0')}` }));
  await add(0);
  const { prepare } = native;
  let prepared = 0;
  native.prepare = ((text: string) => { prepared++; return prepare.call(native, text); }) as typeof native.prepare;
  for (let n = 1; n <= 100; n++) await add(n);
  native.prepare = prepare;
  expect(prepared).toBe(0);
});
