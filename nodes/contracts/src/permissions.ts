/**
 * What a caller may do. Each action declares one permission; a role or (later) an API key is a set of them.
 * Rights inside a library (viewer, contributor, manager) are checked by the rules of the noun, not here.
 */
export const PERMISSIONS = [
  'public', // anybody, without signing in
  'worker', // a request signed for a leased job, or a worker's own token
  'account', // one's own profile, password and sessions
  'library.read', 'library.manage',
  'asset.read', 'asset.upload', 'asset.update', 'asset.trash',
  'import', // bring in photos from a source; paths of the house's machine, other people's sources and the setting-up of plugins are the admins'
  'admin.users', 'admin.jobs', 'admin.nodes', 'admin.storage', 'admin.metrics', 'admin.plugins',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

export const ROLES = ['admin', 'member'] as const;
export type Role = (typeof ROLES)[number];

const MEMBER: readonly Permission[] = ['public', 'account', 'library.read', 'library.manage', 'asset.read', 'asset.upload', 'asset.update', 'asset.trash', 'import'];
const ADMIN: readonly Permission[] = [...MEMBER, 'admin.users', 'admin.jobs', 'admin.nodes', 'admin.storage', 'admin.metrics', 'admin.plugins'];

export const permissionsOf = (role: Role): readonly Permission[] => (role === 'admin' ? ADMIN : MEMBER);

/** Who asks. `system` is the house itself (boot, jobs, command line on the same machine); `metrics` a program that may read the metrics and nothing else. */
export type Actor =
  | { kind: 'anonymous' }
  | { kind: 'system' }
  | { kind: 'metrics' }
  | { kind: 'user'; userId: number; userUuid: string; role: Role; sessionId: number };

export function allowed(actor: Actor, permission: Permission): boolean {
  if (permission === 'public' || actor.kind === 'system') return true;
  if (actor.kind === 'metrics') return permission === 'admin.metrics';
  return actor.kind === 'user' && permissionsOf(actor.role).includes(permission);
}
