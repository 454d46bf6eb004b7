import { type Handlers, person } from '../adapter.ts';
import type { Albums } from './albums.ts';

export const albumHandlers = (albums: Albums): Handlers => ({
  'albums.list': (_p, actor) => albums.list(person(actor).userId),
  'albums.get': ({ id }, actor) => albums.get(person(actor).userId, person(actor).userUuid, id),
  'albums.assets': ({ id, ...page }, actor) => albums.assets(person(actor).userId, person(actor).userUuid, id, page),
});
