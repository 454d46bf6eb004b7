import { api, ask } from './api.ts';
import { followKinds } from './live.ts';
import { createStore } from './store.ts';
import type { Library } from './types.ts';

export const libraries = createStore<Library[]>(() => ask(api.GET('/api/v1/libraries')), followKinds('library', 'member'));

export async function showLibrary(id: string, change: { show?: boolean; isDefault?: boolean }): Promise<void> {
  await ask(api.PATCH('/api/v1/libraries/{id}/membership', { params: { path: { id } }, body: change }));
  await libraries.refresh();
}

/** Those that I may add to, the default one first. */
export const writable = (all: Library[]): Library[] =>
  all.filter((l) => l.role !== 'viewer' && l.kind !== 'external' && l.kind !== 'locked').sort((a, b) => Number(b.isDefault) - Number(a.isDefault));
