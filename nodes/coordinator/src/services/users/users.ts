import { randomUUID } from 'node:crypto';
import { MantelError } from '@mantel/contracts/errors.ts';
import type { Role } from '@mantel/contracts/permissions.ts';
import type { SignedIn, User as UserView } from '@mantel/contracts/models/user.ts';
import type { EntityManager } from '@mikro-orm/sqlite';
import { logChange } from '../../db/change-log.ts';
import type { Database, Sql } from '../../db/database.ts';
import { hashPassword, verifyPassword } from './passwords.ts';
import { type Client, openSession, type Sessions } from './sessions.ts';
import type { Throttle } from './throttle.ts';
import { User } from './user.entity.ts';

export interface NewUser { email: string; name: string; password: string; role?: Role }
export interface UserDeps {
  db: Database; sessions: Sessions; throttle: Throttle;
  /** Gives a new person their libraries, in the same transaction. */
  welcome: (sql: Sql, user: { id: number; uuid: string; name: string; role: Role }) => void;
  /** What tells of a person by name must say the new one. */
  renamed: (sql: Sql, userUuid: string) => void;
  log: { warn(fields: object, text: string): void };
}

export const userView = (u: User): UserView => ({ id: u.uuid, email: u.email, name: u.name, role: u.role, disabled: u.disabled, createdAt: new Date(u.createdAt).toISOString() });

/** Adds a person inside a transaction; used by the wizard too. */
export async function insertUser(em: EntityManager, sql: Sql, welcome: UserDeps['welcome'], u: NewUser & { passwordHash: string }): Promise<User> {
  const email = u.email.trim().toLowerCase();
  if (await em.findOne(User, { email })) throw new MantelError('email_taken');
  const user = em.create(User, { uuid: randomUUID(), email, name: u.name.trim(), role: u.role ?? 'member', passwordHash: u.passwordHash, disabled: false, createdAt: Date.now() });
  await em.flush();
  welcome(sql, user);
  logChange(sql, 'user', user.uuid, 'create');
  return user;
}

export function createUsers({ db, sessions, throttle, welcome, renamed, log }: UserDeps) {
  const byUuid = async (em: EntityManager, uuid: string): Promise<User> => {
    const user = await em.findOne(User, { uuid });
    if (!user) throw new MantelError('not_found');
    return user;
  };
  const otherAdmins = (em: EntityManager, id: number): Promise<number> => em.count(User, { role: 'admin', disabled: false, id: { $ne: id } });

  return {
    async login(email: string, password: string, client: Client): Promise<SignedIn> {
      const key = email.trim().toLowerCase();
      if (throttle.blocked(key)) {
        log.warn({ email: key, address: client.address }, 'sign-in refused: too many tries for this account');
        throw new MantelError('rate_limited');
      }
      const user = await db.em.findOne(User, { email: key });
      if (!(await verifyPassword(user?.passwordHash, password)) || !user) {
        throttle.fail(key);
        log.warn({ email: key, address: client.address }, 'sign-in refused: wrong e-mail or password');
        throw new MantelError('bad_credentials');
      }
      if (user.disabled) throw new MantelError('account_disabled');
      throttle.clear(key);
      const token = await db.write(async (em) => openSession(em, user.id, client));
      return { token, user: userView(user) };
    },
    me: async (uuid: string): Promise<UserView> => userView(await byUuid(db.em, uuid)),
    rename: (uuid: string, name: string): Promise<UserView> => db.write(async (em, sql) => {
      const user = await byUuid(em, uuid);
      user.name = name.trim();
      logChange(sql, 'user', uuid, 'update');
      renamed(sql, uuid);
      return userView(user);
    }),
    async changePassword(uuid: string, sessionId: number, current: string, next: string): Promise<void> {
      const user = await byUuid(db.em, uuid);
      if (throttle.blocked(user.email)) throw new MantelError('rate_limited');
      if (!(await verifyPassword(user.passwordHash, current))) {
        throttle.fail(user.email);
        throw new MantelError('bad_credentials', 'Your current password is not this one.');
      }
      const passwordHash = await hashPassword(next);
      await db.write(async (em) => { (await byUuid(em, uuid)).passwordHash = passwordHash; });
      await sessions.endAllOf(user.id, sessionId);
    },
    list: async (): Promise<UserView[]> => (await db.em.find(User, {}, { orderBy: { id: 'asc' } })).map(userView),
    async create(input: NewUser): Promise<UserView> {
      const passwordHash = await hashPassword(input.password);
      return userView(await db.write((em, sql) => insertUser(em, sql, welcome, { ...input, passwordHash })));
    },
    async update(uuid: string, change: { name?: string; role?: Role; disabled?: boolean }): Promise<UserView> {
      const user = await db.write(async (em, sql) => {
        const found = await byUuid(em, uuid);
        const loses = found.role === 'admin' && (change.role === 'member' || change.disabled === true);
        if (loses && (await otherAdmins(em, found.id)) === 0) throw new MantelError('last_admin');
        if (change.name !== undefined) found.name = change.name.trim();
        if (change.role !== undefined) found.role = change.role;
        if (change.disabled !== undefined) found.disabled = change.disabled;
        logChange(sql, 'user', uuid, 'update');
        return found;
      });
      if (user.disabled) await sessions.endAllOf(user.id);
      return userView(user);
    },
    async resetPassword(uuid: string, password: string): Promise<void> {
      const passwordHash = await hashPassword(password);
      const id = await db.write(async (em) => {
        const user = await byUuid(em, uuid);
        user.passwordHash = passwordHash;
        return user.id;
      });
      await sessions.endAllOf(id);
    },
  };
}
export type Users = ReturnType<typeof createUsers>;
