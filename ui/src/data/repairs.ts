import { api, ask } from './api.ts';
import { followKinds } from './live.ts';
import { createStore } from './store.ts';
import type { Repair } from './types.ts';

/** What needs a hand; only admins may ask. */
export const repairs = createStore<Repair[]>(() => ask(api.GET('/api/v1/repairs')), followKinds('repairs'));

const then = async (call: Promise<unknown>): Promise<void> => {
  await call.finally(() => repairs.refresh());
};
const of = (id: string) => ({ params: { path: { id } } });
export const fixRepair = (id: string): Promise<void> => then(ask(api.POST('/api/v1/repairs/{id}/fix', of(id))));
export const dismissRepair = (id: string): Promise<void> => then(ask(api.POST('/api/v1/repairs/{id}/dismiss', of(id))));
