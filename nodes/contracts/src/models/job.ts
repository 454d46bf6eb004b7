import { Type, type Static } from 'typebox';
import { Id, Nullable, Time } from './common.ts';

export const JobKind = Type.Union([Type.Literal('preview'), Type.Literal('probe')]);
export type JobKind = Static<typeof JobKind>;
export const JOB_KINDS: readonly JobKind[] = ['preview', 'probe'];
/** Kinds that do something for the library. `probe` only tries a worker out: its bytes, its speed, its way here. */
export const LIBRARY_KINDS: readonly JobKind[] = ['preview'];
/** From this priority on somebody waits for it: taken before everything else, also by the slot that each worker keeps free for it. */
export const INTERACTIVE = 10;

/** Labels that a worker must have all of, must have one of, or should have. Every worker has `node:<id>`, so that a job can be pinned to it. */
export interface Needs { require?: string[]; any?: string[]; prefer?: string[] }

/** How much the previews understand: raise it when a format is added, and every house tries again what it could not show. */
export const DECODERS = 1;

export const JobKindStatus = Type.Object({
  kind: JobKind, paused: Type.Boolean(), queued: Type.Integer(), running: Type.Integer(), failed: Type.Integer(), done: Type.Integer({ description: 'In the last 24 hours.' }),
  perMinute: Type.Number({ description: 'Finished per minute, over the last five.' }), etaSeconds: Nullable(Type.Integer({ description: 'null when nothing moves.' })),
});
export type JobKindStatus = Static<typeof JobKindStatus>;
export const FailedJob = Type.Object({ id: Type.Integer(), kind: JobKind, assetId: Nullable(Id), name: Type.String(), error: Type.String(), attempts: Type.Integer(), at: Time });
export type FailedJob = Static<typeof FailedJob>;

/** A job that ended. `worker`: who ended it; null when nobody did (its worker went away too often). `ms`: from lease to result. */
export const RecentJob = Type.Object({ id: Type.Integer(), kind: JobKind, name: Type.String(), worker: Nullable(Type.String()), workerName: Nullable(Type.String()), state: Type.Enum(['done', 'failed']), ms: Nullable(Type.Number()), attempt: Type.Integer(), at: Time, error: Nullable(Type.String()) });
export type RecentJob = Static<typeof RecentJob>;

export const PreviewPayload = Type.Object({ fileId: Id, mime: Type.String(), bytes: Type.Integer(), name: Type.String() });
export type PreviewPayload = Static<typeof PreviewPayload>;
/** `bytes` are fetched, hashed `rounds` times, held for `holdMs`, and sent back as output `echo`. */
export const ProbePayload = Type.Object({ bytes: Type.Integer({ minimum: 1, maximum: 64 << 20 }), rounds: Type.Integer({ minimum: 1, maximum: 1000 }), holdMs: Type.Integer({ minimum: 0, maximum: 600_000 }) });
export type ProbePayload = Static<typeof ProbePayload>;

const leaseOf = <K extends string, P extends Type.TSchema>(kind: K, payload: P) => Type.Object({
  id: Type.Integer(), kind: Type.Literal(kind), attempt: Type.Integer(), token: Type.String(), leaseMs: Type.Integer(), payload,
  get: Type.String({ description: 'GET: the input (preview: the original), with ranges.' }), put: Type.Record(Type.String(), Type.String({ description: 'output name → PUT path' })),
});
/** What a worker gets. URLs are paths on the coordinator's TLS port, signed for this lease only. */
export const PreviewLease = leaseOf('preview', PreviewPayload);
export type PreviewLease = Static<typeof PreviewLease>;
export const ProbeLease = leaseOf('probe', ProbePayload);
export type ProbeLease = Static<typeof ProbeLease>;
export const Lease = Type.Union([PreviewLease, ProbeLease]);
export type Lease = Static<typeof Lease>;
/** Result of a preview job. Sizes are of the displayed picture (after rotation); hashes are base64 (thumbhash) and 16 hex digits (dHash of a 9×8 grey picture). */
export const PreviewResult = Type.Object({
  width: Type.Integer({ minimum: 1 }), height: Type.Integer({ minimum: 1 }), thumbhash: Type.String({ maxLength: 64 }), dhash: Type.String({ pattern: '^[0-9a-f]{16}$' }), durationMs: Nullable(Type.Integer({ minimum: 0 })),
  problems: Type.Array(Type.Union([Type.Literal('truncated')])),
}, { additionalProperties: false });
export type PreviewResult = Static<typeof PreviewResult>;
/** Hex SHA-256 of the bytes, and how long each part took on the worker. */
export const ProbeResult = Type.Object({ sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }), getMs: Type.Number({ minimum: 0 }), workMs: Type.Number({ minimum: 0 }), putMs: Type.Number({ minimum: 0 }) }, { additionalProperties: false });
export type ProbeResult = Static<typeof ProbeResult>;
/** The gate of each kind checks which of them it is. */
export const JobResult = Type.Union([PreviewResult, ProbeResult]);
export type JobResult = Static<typeof JobResult>;
/** `permanent`: trying again will not help (undecodable, too large, encrypted). */
export const JobFailure = Type.Object({ code: Type.Union([Type.Literal('undecodable'), Type.Literal('too_large'), Type.Literal('encrypted'), Type.Literal('timeout'), Type.Literal('internal')]), message: Type.String({ maxLength: 1000 }), permanent: Type.Boolean() }, { additionalProperties: false });
export type JobFailure = Static<typeof JobFailure>;
/** Outputs of a preview job: 1440 px JPEG and a WebP with a short side of 250 px. */
export const PREVIEW_OUTPUTS = { preview: { mime: 'image/jpeg', edge: 1440, maxBytes: 8 << 20 }, thumb: { mime: 'image/webp', edge: 250, maxBytes: 1 << 20 } } as const;
export type PreviewOutput = keyof typeof PREVIEW_OUTPUTS;
/** How large each output of each kind may be. */
export const OUTPUTS: Record<JobKind, Record<string, { maxBytes: number }>> = { preview: PREVIEW_OUTPUTS, probe: { echo: { maxBytes: 64 << 20 } } };
