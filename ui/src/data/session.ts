import { api, ask, whenSignedOut } from './api.ts';
import { startLive, stopLive, whenRefused } from './live.ts';
import type { ServerInfo, Session, User } from './types.ts';
import { createStore } from './store.ts';

/** Who sits here. `unknown` until the server was asked. The session itself is a cookie that scripts cannot read. */
type State = { kind: 'unknown' } | { kind: 'unreachable'; error: unknown } | { kind: 'setup' } | { kind: 'out' } | { kind: 'in'; user: User };

class SessionState extends EventTarget {
  state: State = { kind: 'unknown' };
  get user(): User | null { return this.state.kind === 'in' ? this.state.user : null; }

  async start(): Promise<void> {
    try {
      const server: ServerInfo = await ask(api.GET('/api/v1/server'));
      if (server.needsSetup) return this.#become({ kind: 'setup' });
      this.#become(server.user ? { kind: 'in', user: server.user } : { kind: 'out' });
    } catch (error) {
      this.#become({ kind: 'unreachable', error });
    }
  }
  /** Whether the session has ended elsewhere: signed out from another browser, or the account was switched off. */
  async check(): Promise<void> {
    // No answer says nothing about the session.
    const server: ServerInfo | null = await ask(api.GET('/api/v1/server')).catch(() => null);
    if (server && !server.user) this.signedOut();
  }
  signedIn(user: User): void { this.#become({ kind: 'in', user }); }
  signedOut(): void { if (this.state.kind !== 'unknown') this.#become({ kind: 'out' }); }

  #become(state: State): void {
    this.state = state;
    if (state.kind === 'in') startLive();
    else stopLive();
    this.dispatchEvent(new Event('change'));
  }
}

export const session = new SessionState();
whenSignedOut(() => session.signedOut());
whenRefused(() => void session.check());

export async function login(email: string, password: string): Promise<void> {
  const { user } = await ask(api.POST('/api/v1/auth/login', { body: { email, password } }));
  session.signedIn(user);
}
export async function logout(): Promise<void> {
  await ask(api.POST('/api/v1/auth/logout'));
  session.signedOut();
}
export async function rename(name: string): Promise<void> { session.signedIn(await ask(api.PATCH('/api/v1/auth/me', { body: { name } }))); }
export async function changePassword(current: string, next: string): Promise<void> { await ask(api.POST('/api/v1/auth/password', { body: { current, next } })); }

export const sessions = createStore<Session[]>(() => ask(api.GET('/api/v1/auth/sessions')));
export async function revokeSession(id: string): Promise<void> {
  await ask(api.DELETE('/api/v1/auth/sessions/{id}', { params: { path: { id } } }));
  await sessions.refresh();
}
