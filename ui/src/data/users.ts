import { api, ask } from './api.ts';
import { followKinds } from './live.ts';
import { createStore } from './store.ts';
import type { User } from './types.ts';

export const users = createStore<User[]>(() => ask(api.GET('/api/v1/users')), followKinds('user'));

export async function addUser(body: { email: string; name: string; password: string; role: User['role'] }): Promise<void> {
  await ask(api.POST('/api/v1/users', { body }));
  await users.refresh();
}
export async function updateUser(id: string, body: { name?: string; role?: User['role']; disabled?: boolean }): Promise<void> {
  await ask(api.PATCH('/api/v1/users/{id}', { params: { path: { id } }, body }));
  await users.refresh();
}
export async function resetPassword(id: string, password: string): Promise<void> { await ask(api.POST('/api/v1/users/{id}/password', { params: { path: { id } }, body: { password } })); }
