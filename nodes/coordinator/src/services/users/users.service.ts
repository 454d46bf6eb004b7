import { type Handlers, person } from '../adapter.ts';
import type { FirstRun } from './first-run.ts';
import type { Sessions } from './sessions.ts';
import type { Users } from './users.ts';

interface Deps { users: Users; sessions: Sessions; firstRun: FirstRun; version: string; storageForSetup: () => Promise<{ dataPath: string; freeBytes: number; totalBytes: number; warnings: string[] }> }
const ok = { ok: true } as const;

export const userHandlers = ({ users, sessions, firstRun, version, storageForSetup }: Deps): Handlers => ({
  'setup.info': async (_p, actor) => ({ version, needsSetup: await firstRun.needed(), user: actor.kind === 'user' ? await users.me(actor.userUuid) : null }),
  'setup.state': async ({ code }) => {
    firstRun.checkCode(code, '');
    return storageForSetup();
  },
  'setup.finish': (p) => firstRun.finish(p),
  'auth.login': ({ email, password, device, address }) => users.login(email, password, { device, address }),
  'auth.logout': async (_p, actor) => {
    await sessions.endOne(person(actor).sessionId);
    return ok;
  },
  'auth.me': (_p, actor) => users.me(person(actor).userUuid),
  'auth.rename': ({ name }, actor) => users.rename(person(actor).userUuid, name),
  'auth.password': async ({ current, next }, actor) => {
    await users.changePassword(person(actor).userUuid, person(actor).sessionId, current, next);
    return ok;
  },
  'sessions.list': (_p, actor) => sessions.list(person(actor).userId, person(actor).sessionId),
  'sessions.revoke': async ({ id }, actor) => {
    await sessions.revoke(person(actor).userId, id);
    return ok;
  },
  'users.list': () => users.list(),
  'users.create': (p) => users.create(p),
  'users.update': ({ id, ...change }) => users.update(id, change),
  'users.resetPassword': async ({ id, password }) => {
    await users.resetPassword(id, password);
    return ok;
  },
});
