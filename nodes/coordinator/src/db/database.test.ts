import { randomUUID } from 'node:crypto';
import Native from 'better-sqlite3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type House, openHouse } from '../testing/house.ts';
import { User } from '../services/users/user.entity.ts';
import { Database } from './database.ts';

let house: House;
beforeAll(async () => { house = await openHouse(); });
afterAll(() => house.close());

const newUser = (email: string) => ({ uuid: randomUUID(), email, name: 'x', role: 'member' as const, passwordHash: 'x', disabled: false, createdAt: 0 });
const insert = (email: string): Promise<unknown> => house.db.writeSql((sql) => sql.run(`insert into user(uuid, email, name, role, password_hash, created_at) values(?, ?, 'x', 'member', 'x', 0)`, randomUUID(), email));
const has = (email: string): boolean => house.db.sql.get('select 1 from user where email = ?', email) !== undefined;

test('an ORM rollback between other writes loses nothing and keeps nothing of its own', async () => {
  const rolledBack = house.db.write(async (em) => {
    em.create(User, newUser('lost@x'));
    await em.flush();
    await new Promise((resolve) => { setImmediate(resolve); });
    throw new Error('roll back');
  });
  const raws = ['r1@x', 'r2@x', 'r3@x'].map(insert);
  const mixed = house.db.write(async (em, sql) => {
    em.create(User, newUser('orm@x'));
    await em.flush();
    sql.run(`insert into setting values('mixed', '1')`);
  });
  await expect(rolledBack).rejects.toThrow('roll back');
  await Promise.all([...raws, mixed]);
  expect(['lost@x', 'r1@x', 'r2@x', 'r3@x', 'orm@x'].map(has)).toEqual([false, true, true, true, true]);
  expect(house.db.sql.get(`select 1 from setting where key = 'mixed'`)).toBeDefined();
});

test('many rollbacks, ORM writes and raw writes at once: exactly the acknowledged ones are there', async () => {
  const names = Array.from({ length: 60 }, (_, i) => `many${i}@x`);
  const outcomes = await Promise.allSettled(names.map((email, i) => (i % 3 === 0
    ? insert(email)
    : house.db.write(async (em) => {
      em.create(User, newUser(email));
      await em.flush();
      if (i % 3 === 1) throw new Error('no');
    }))));
  expect(names.map(has)).toEqual(outcomes.map((o) => o.status === 'fulfilled'));
  expect(outcomes.filter((o) => o.status === 'fulfilled')).toHaveLength(40);
});

test('small writes share a commit, and a failing one does not spoil its neighbours', async () => {
  const before = house.db.commits;
  const results = await Promise.allSettled([insert('n1@x'), insert('n1@x'), insert('n2@x')]);
  expect(results.map((r) => r.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(house.db.commits - before).toBe(1);
});

test('control: the bare handle beside an open ORM transaction loses an acknowledged row', async () => {
  const { em, native } = Database.unsafe(house.db);
  let opened = (): void => undefined;
  let finish = (): void => undefined;
  const open = new Promise<void>((resolve) => { opened = resolve; });
  const end = new Promise<void>((resolve) => { finish = resolve; });
  const orm = em.transactional(async (tx) => {
    tx.create(User, newUser('c1@x'));
    await tx.flush();
    opened();
    await end;
    throw new Error('roll back');
  });
  await open;
  expect(native.prepare(`insert into setting values('acknowledged', 'x')`).run().changes).toBe(1);
  finish();
  await expect(orm).rejects.toThrow('roll back');
  expect(house.db.sql.get(`select 1 from setting where key = 'acknowledged'`)).toBeUndefined();
});

test('a database of another shape than its number says is refused, by name', async () => {
  const file = `${house.data}/odd.sqlite`;
  await (await Database.open(file)).close();
  await (await Database.open(file)).close(); // nothing is odd about its own
  const odd = new Native(file);
  odd.exec('alter table job drop column verdict; drop index job_later');
  odd.close();
  await expect(Database.open(file)).rejects.toThrow(/not have the shape.*table job, index job_later/);
});

test('a database of a newer Mantel is refused', async () => {
  const other = await openHouse();
  const { native } = Database.unsafe(other.db);
  const file = native.name;
  native.pragma('user_version = 999');
  await expect(Database.open(file)).rejects.toThrow(/newer Mantel/);
  await other.close();
});

test('only a write that need not wait for the disk does not; beside one that must, it waits too', async () => {
  const mode = (): unknown => Database.unsafe(house.db).native.pragma('synchronous', { simple: true });
  const [full, normal] = [2, 1];
  const seen: unknown[] = [];
  const write = (durable: boolean): Promise<unknown> => house.db.writeSql(() => seen.push(mode()), { durable });
  await write(true);
  await write(false);
  await Promise.all([write(false), write(true)]);
  await write(false);
  await house.db.write(async () => { seen.push(mode()); });
  expect(seen).toEqual([full, normal, full, full, normal, full]);
});
