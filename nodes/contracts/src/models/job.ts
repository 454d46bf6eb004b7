import { Type, type Static } from 'typebox';
import { Id, Nullable, Time } from './common.ts';

export const JobKind = Type.Union([Type.Literal('preview')]);
export type JobKind = Static<typeof JobKind>;
export const JOB_KINDS: readonly JobKind[] = ['preview'];

/** How much the previews understand: raise it when a format is added, and every house tries again what it could not show. */
export const DECODERS = 1;

export const JobKindStatus = Type.Object({
  kind: JobKind, paused: Type.Boolean(), queued: Type.Integer(), running: Type.Integer(), failed: Type.Integer(), done: Type.Integer({ description: 'In the last 24 hours.' }),
  perMinute: Type.Number({ description: 'Finished per minute, over the last five.' }), etaSeconds: Nullable(Type.Integer({ description: 'null when nothing moves.' })),
});
export type JobKindStatus = Static<typeof JobKindStatus>;
export const FailedJob = Type.Object({ id: Type.Integer(), kind: JobKind, assetId: Nullable(Id), name: Type.String(), error: Type.String(), attempts: Type.Integer(), at: Time });
export type FailedJob = Static<typeof FailedJob>;

export const Node = Type.Object({ id: Type.String(), name: Type.String(), local: Type.Boolean(), state: Type.Union([Type.Literal('online'), Type.Literal('busy'), Type.Literal('lost')]), running: Type.Integer(), lastSeenAt: Nullable(Time), version: Nullable(Type.String()) });
export type Node = Static<typeof Node>;

/** What a worker gets with a preview lease. URLs are paths on the coordinator's TLS port, signed for this lease only. */
export const PreviewPayload = Type.Object({ fileId: Id, mime: Type.String(), bytes: Type.Integer(), name: Type.String() });
export type PreviewPayload = Static<typeof PreviewPayload>;
export const Lease = Type.Object({
  id: Type.Integer(), kind: JobKind, attempt: Type.Integer(), token: Type.String(), leaseMs: Type.Integer(), payload: PreviewPayload,
  get: Type.String({ description: 'GET: the original, with ranges.' }), put: Type.Record(Type.String(), Type.String({ description: 'output name → PUT path' })),
});
export type Lease = Static<typeof Lease>;
/** Result of a preview job. Sizes are of the displayed picture (after rotation); hashes are base64 (thumbhash) and 16 hex digits (dHash of a 9×8 grey picture). */
export const PreviewResult = Type.Object({
  width: Type.Integer({ minimum: 1 }), height: Type.Integer({ minimum: 1 }), thumbhash: Type.String({ maxLength: 64 }), dhash: Type.String({ pattern: '^[0-9a-f]{16}$' }), durationMs: Nullable(Type.Integer({ minimum: 0 })),
  problems: Type.Array(Type.Union([Type.Literal('truncated')])),
}, { additionalProperties: false });
export type PreviewResult = Static<typeof PreviewResult>;
/** `permanent`: trying again will not help (undecodable, too large, encrypted). */
export const JobFailure = Type.Object({ code: Type.Union([Type.Literal('undecodable'), Type.Literal('too_large'), Type.Literal('encrypted'), Type.Literal('timeout'), Type.Literal('internal')]), message: Type.String({ maxLength: 1000 }), permanent: Type.Boolean() }, { additionalProperties: false });
export type JobFailure = Static<typeof JobFailure>;
/** Outputs of a preview job: 1440 px JPEG and a WebP with a short side of 250 px. */
export const PREVIEW_OUTPUTS = { preview: { mime: 'image/jpeg', edge: 1440, maxBytes: 8 << 20 }, thumb: { mime: 'image/webp', edge: 250, maxBytes: 1 << 20 } } as const;
export type PreviewOutput = keyof typeof PREVIEW_OUTPUTS;
