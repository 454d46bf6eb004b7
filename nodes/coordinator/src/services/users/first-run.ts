import { randomInt, timingSafeEqual } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MantelError } from '@mantel/contracts/errors.ts';
import type { SignedIn } from '@mantel/contracts/models/user.ts';
import type { EntityManager } from '@mikro-orm/sqlite';
import type { Database, Sql } from '../../db/database.ts';
import { hashPassword } from './passwords.ts';
import { type Client, openSession } from './sessions.ts';
import { insertUser, type NewUser, type UserDeps, userView } from './users.ts';
import { User } from './user.entity.ts';

// Without letters and digits that look alike: people may have to type it.
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';
// 31^12 codes, and ten tries a minute per address (the route's limit): guessing is hopeless, and a stranger who tries cannot lock the family out.
const newCode = (): string => Array.from({ length: 12 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');

export interface FirstRunDeps extends Pick<UserDeps, 'db' | 'welcome' | 'log'> { state: string; makeFamily: (sql: Sql, name: string) => void }

/** Until somebody is admin, the house belongs to whoever holds the code that `scripts/start` prints from STATE/first-run.code. */
export function createFirstRun({ db, welcome, makeFamily, state, log }: FirstRunDeps) {
  const file = join(state, 'first-run.code');
  const needed = async (database: Database): Promise<boolean> => (await database.em.count(User)) === 0;

  const checkCode = (given: string, address: string): void => {
    if (!existsSync(file)) throw new MantelError('setup_done');
    const want = Buffer.from(readFileSync(file, 'utf8').trim());
    const got = Buffer.from(given.trim().toLowerCase());
    if (got.length === want.length && timingSafeEqual(got, want)) return;
    log.warn({ address }, 'wrong first-run code');
    throw new MantelError('bad_setup_code');
  };
  const makeAdmin = async (em: EntityManager, sql: Sql, admin: NewUser & { passwordHash: string }, libraryName: string): Promise<User> => {
    if ((await em.count(User)) > 0) throw new MantelError('setup_done');
    makeFamily(sql, libraryName.trim());
    return insertUser(em, sql, welcome, { ...admin, role: 'admin' });
  };

  return {
    needed: (): Promise<boolean> => needed(db),
    checkCode,
    /** At boot: makes the admin that the environment names, or the code for the wizard. */
    async prepare(admin?: { email: string; password: string }): Promise<void> {
      if (!(await needed(db))) return rmSync(file, { force: true });
      if (admin) {
        const passwordHash = await hashPassword(admin.password);
        await db.write((em, sql) => makeAdmin(em, sql, { ...admin, name: admin.email.split('@')[0]!, passwordHash }, 'Family'));
        return rmSync(file, { force: true });
      }
      if (!existsSync(file)) writeFileSync(file, `${newCode()}\n`, { mode: 0o600 });
      chmodSync(file, 0o600);
    },
    async finish(input: { code: string; libraryName: string } & NewUser & Client): Promise<SignedIn> {
      if (!(await needed(db))) throw new MantelError('setup_done');
      checkCode(input.code, input.address ?? '');
      const passwordHash = await hashPassword(input.password);
      const result = await db.write(async (em, sql) => {
        const user = await makeAdmin(em, sql, { ...input, passwordHash }, input.libraryName);
        return { token: openSession(em, user.id, input), user: userView(user) };
      });
      rmSync(file, { force: true });
      return result;
    },
  };
}
export type FirstRun = ReturnType<typeof createFirstRun>;
