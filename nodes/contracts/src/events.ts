import { Type, type Static } from 'typebox';

/**
 * Live events on GET /api/v1/live (server-sent events). `change` lines come from the change log: `id:` is its sequence number, so a client that
 * reconnects with Last-Event-ID misses nothing. `reset` means: too far behind, load everything again. `jobs`, `nodes`, `plugins` and `repairs` (admins only) and `imports` (everybody) are hints to ask again, each at most twice a second.
 */
export const ChangeKind = Type.Union([Type.Literal('asset'), Type.Literal('library'), Type.Literal('member'), Type.Literal('user'), Type.Literal('album'), Type.Literal('person')]);
export type ChangeKind = Static<typeof ChangeKind>;
export const ChangeOp = Type.Union([Type.Literal('create'), Type.Literal('update'), Type.Literal('delete'), Type.Literal('grant'), Type.Literal('revoke')]);
export type ChangeOp = Static<typeof ChangeOp>;
export const Change = Type.Object({ seq: Type.Integer(), kind: ChangeKind, id: Type.String(), op: ChangeOp });
export type Change = Static<typeof Change>;
export const LIVE_EVENTS = ['change', 'reset', 'jobs', 'nodes', 'plugins', 'repairs', 'imports'] as const;
