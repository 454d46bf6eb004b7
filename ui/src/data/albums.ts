import { api, ask } from './api.ts';
import { followKinds } from './live.ts';
import { createStore, type Store } from './store.ts';
import type { Album } from './types.ts';

export const albums = createStore<Album[]>(() => ask(api.GET('/api/v1/albums')), followKinds('album', 'library', 'member'));

let one: { id: string; store: Store<Album> } | undefined;
/** One album: its name, and what stands over its photos. */
export function albumStore(id: string): Store<Album> {
  if (one?.id !== id) one = { id, store: createStore<Album>(() => ask(api.GET('/api/v1/albums/{id}', { params: { path: { id } } })), followKinds('album', 'library', 'member')) };
  return one.store;
}
