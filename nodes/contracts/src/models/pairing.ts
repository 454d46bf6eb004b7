import { Type, type Static } from 'typebox';
import { Closed, Nullable } from './common.ts';
import { NodeCaps, NodeId } from './node.ts';

/*
 * How a PC gets in, over TLS whose certificate it does not know yet (README of runtime/pairing):
 * knock → (an admin presses Add) → start {commit} → reveal {nonce} → both screens show the same code → (the admin confirms) → claim, signed with the worker's key.
 * The worker commits to its nonce before it sees the coordinator's, so somebody in the middle has one chance in a million per try, and tries are few.
 */
const Hex32 = Type.String({ pattern: '^[0-9a-f]{32}$' });
const Hex64 = Type.String({ pattern: '^[0-9a-f]{64}$' });
const Signature = Type.String({ maxLength: 200, pattern: '^[\\w-]+$' });
export const NKey = Type.String({ pattern: '^U[A-Z2-7]{55}$' });
const Name = Type.String({ minLength: 1, maxLength: 63, pattern: '^(?=.*\\S)[^\\x00-\\x1f\\x7f-\\x9f]+$' });

/** `caps`: null while it does not know yet what it can do. `paired`: I was let in and only ask whether I still am; makes no card. */
export const Knock = Closed({ nkey: NKey, name: Name, caps: Nullable(NodeCaps), protocol: Closed({ min: Type.Integer(), max: Type.Integer() }), paired: Type.Optional(Type.Boolean()) });
export type Knock = Static<typeof Knock>;
/**
 * `wait`: shown to an admin, ask again; `open`: start now; `ignored`: an admin does not want it; `full`: too many wait already; `known`: this key is let in already;
 * `outdated`: we have no language in common, `upgrade` says whose is too old.
 */
export const KnockAnswer = Type.Object({ id: NodeId, cid: Type.String({ pattern: '^[0-9a-f]{8,64}$' }), house: Type.String(), state: Type.Enum(['wait', 'open', 'ignored', 'full', 'known', 'outdated']), upgrade: Type.Optional(Type.Enum(['worker', 'coordinator'])) });
export type KnockAnswer = Static<typeof KnockAnswer>;
/** `signature`: of `mantel-start\n<cid>\n<hex SHA-256 of the certificate>\n<commit>` with the worker's NKey, base64url: only the owner of a key can use up its tries. */
export const PairStart = Closed({ nkey: NKey, commit: Hex64, signature: Signature });
export type PairStart = Static<typeof PairStart>;
export const PairStarted = Type.Object({ id: NodeId, attempt: Hex32, nonce: Hex32, cid: Type.String({ pattern: '^[0-9a-f]{8,64}$' }) });
export type PairStarted = Static<typeof PairStarted>;
export const PairReveal = Closed({ id: NodeId, attempt: Hex32, nonce: Hex32 });
export type PairReveal = Static<typeof PairReveal>;
/** `signature`: of `mantel-claim\n<cid>\n<hex SHA-256 of the certificate>\n<id>\n<attempt>` with the worker's NKey, base64url. */
export const PairClaim = Closed({ id: NodeId, attempt: Hex32, signature: Signature });
export type PairClaim = Static<typeof PairClaim>;
export const PairClaimed = Type.Object({ state: Type.Enum(['wait', 'refused', 'paired']), token: Type.Optional(Type.String()), natsPort: Type.Optional(Type.Integer()), name: Type.Optional(Type.String()) });
export type PairClaimed = Static<typeof PairClaimed>;
