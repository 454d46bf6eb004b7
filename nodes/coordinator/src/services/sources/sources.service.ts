import type { Actor } from '@mantel/contracts/permissions.ts';
import { MantelError } from '@mantel/contracts/errors.ts';
import type { Handlers } from '../adapter.ts';
import { browse } from './browse.ts';
import type { Asker, Sources } from './sources.ts';

export const asker = (actor: Actor): Asker => {
  if (actor.kind === 'system') return { admin: true, userId: null };
  if (actor.kind !== 'user') throw new MantelError('unauthenticated');
  return { admin: actor.role === 'admin', userId: actor.userUuid };
};
/** Named with `exactOptionalPropertyTypes` in mind: what was not said is not there. */
export const sourceHandlers = (sources: Sources, hidden: (path: string) => boolean): Handlers => ({
  'sources.kinds': () => sources.kinds(),
  'sources.list': (_p, actor) => sources.list(asker(actor)),
  'sources.check': (p, actor) => sources.check(asker(actor), p),
  'sources.create': (p, actor) => sources.create(asker(actor), p),
  'sources.update': (p, actor) => sources.update(asker(actor), p),
  'sources.remove': async ({ id }, actor) => {
    await sources.remove(asker(actor), id);
    return { ok: true };
  },
  'sources.browse': ({ path }, actor) => {
    if (!asker(actor).admin) throw new MantelError('forbidden', "Folders of the house's machine are chosen by an admin.");
    return browse(path ?? '/', hidden);
  },
});
