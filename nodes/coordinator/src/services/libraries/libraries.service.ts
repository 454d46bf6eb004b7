import { type Handlers, person } from '../adapter.ts';
import type { Libraries } from './libraries.ts';

const me = (actor: Parameters<typeof person>[0]): { id: number; uuid: string } => ({ id: person(actor).userId, uuid: person(actor).userUuid });

export const libraryHandlers = (libraries: Libraries): Handlers => ({
  'libraries.list': (_p, actor) => libraries.list(me(actor).id),
  'libraries.create': ({ name }, actor) => libraries.create(me(actor), name),
  'libraries.setMember': ({ id, userId, role }, actor) => libraries.setMember(me(actor).id, id, userId, role),
  'libraries.removeMember': async ({ id, userId }, actor) => {
    await libraries.removeMember(me(actor), id, userId);
    return { ok: true };
  },
  'libraries.show': ({ id, ...change }, actor) => libraries.show(me(actor).id, id, change),
});
