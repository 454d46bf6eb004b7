import type { Actor } from '@mantel/contracts/permissions.ts';
import type { Handlers } from '../adapter.ts';
import { person } from '../adapter.ts';
import type { Asker, Imports } from './imports.ts';

/** Admins see every run; the house itself starts those that are due. */
export function asker(actor: Actor): Asker {
  if (actor.kind === 'system') return { userId: null, userUuid: null, all: true };
  const user = person(actor);
  return { userId: user.userId, userUuid: user.userUuid, all: user.role === 'admin' };
}
export const importHandlers = (imports: Imports): Handlers => ({
  'imports.list': (_p, a) => imports.list(asker(a)),
  'imports.get': ({ id }, a) => imports.get(asker(a), id),
  'imports.create': (p, a) => imports.create(asker(a), p),
  'imports.options': ({ id, ...change }, a) => imports.options(asker(a), id, change),
  'imports.start': ({ id }, a) => imports.start(asker(a), id),
  'imports.pause': ({ id }, a) => imports.pause(asker(a), id),
  'imports.resume': ({ id }, a) => imports.resume(asker(a), id),
  'imports.cancel': ({ id }, a) => imports.cancel(asker(a), id),
  'imports.undo': ({ id }, a) => imports.undo(asker(a), id),
  'imports.retry': ({ id }, a) => imports.retry(asker(a), id),
  'imports.entries': ({ id, ...q }, a) => imports.entries(asker(a), id, q),
  'imports.certify': ({ id, copy }, a) => imports.certify(asker(a), id, copy),
  'imports.certificate': ({ id }, a) => imports.certificate(asker(a), id),
});
