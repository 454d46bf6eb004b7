import { Type, type Static } from 'typebox';
import { Closed, Id, Nullable, Time } from './common.ts';
import { JobKind } from './job.ts';

/** `w` and 10 hex digits of the SHA-256 of the worker's public key: follows from the key, never from name or address. */
export const NodeId = Type.String({ pattern: '^w[0-9a-f]{10}$' });
/** The versions of the conversation between coordinator and worker that this code speaks. Agreed: the smaller of both `max`, if neither `min` is above it. */
export const PROTOCOL = { min: 1, max: 1 } as const;

/**
 * `resting`: its owner uses it, or it is outside its hours. `asleep`: it said good-bye, or has been silent for long; a normal thing.
 * `lost`: it vanished without a word just now. `outdated`: it speaks an older (or newer) language and gets no work until it is updated.
 */
export const NodeState = Type.Enum(['online', 'busy', 'resting', 'paused', 'draining', 'asleep', 'lost', 'outdated']);
export type NodeState = Static<typeof NodeState>;
/** Why a worker that is there gets nothing. */
export type Rest = 'paused' | 'draining' | 'hours' | 'owner';

const Clock = Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$' });
export const Label = Type.String({ pattern: '^[a-z0-9][a-z0-9._:-]{0,39}$' });
export const NodeName = Type.String({ minLength: 1, maxLength: 63, pattern: '^[^\\x00-\\x1f\\x7f-\\x9f]*\\S[^\\x00-\\x1f\\x7f-\\x9f]*$' });
/** What an admin decides about a worker; kept in the database and enforced where jobs are handed out. */
export const NodeSettings = Closed({
  paused: Type.Boolean({ description: 'Gets no work until resumed; running jobs end.' }),
  slots: Nullable(Type.Integer({ minimum: 1, maximum: 64, description: 'At most so many jobs at once; null: what the worker itself offers.' })),
  kindsOff: Type.Array(JobKind, { maxItems: 20, uniqueItems: true }),
  hours: Nullable(Closed({ from: Clock, to: Clock })),
  whenIdle: Type.Boolean({ description: 'Only while nobody uses that PC.' }),
  libraries: Nullable(Type.Array(Id, { maxItems: 1000, description: 'It sees photos of these libraries only; null: of all.' })),
  labels: Type.Array(Label, { maxItems: 20, uniqueItems: true }),
  wake: Type.Boolean({ description: 'Wake it over the LAN when much work waits.' }),
  autoUpdate: Type.Boolean({ description: 'It becomes what the house is, by itself.' }),
});
export type NodeSettings = Static<typeof NodeSettings>;
export const DEFAULT_SETTINGS: NodeSettings = { paused: false, slots: null, kindsOff: [], hours: null, whenIdle: false, libraries: null, labels: [], wake: false, autoUpdate: true };

/** What a machine has, as it says itself when it pairs and greets. `speed`: MB/s of SHA-256 on one core, to compare machines before the first job. */
export const NodeCaps = Closed({
  os: Type.String({ maxLength: 100 }), arch: Type.String({ maxLength: 20 }), cpu: Type.String({ maxLength: 100 }), cores: Type.Integer({ minimum: 1, maximum: 4096 }), memoryBytes: Type.Integer({ minimum: 0 }),
  gpu: Nullable(Type.String({ maxLength: 100 })), speed: Type.Number({ minimum: 0 }), slots: Type.Integer({ minimum: 1, maximum: 64 }), macs: Type.Array(Type.String({ pattern: '^([0-9a-f]{2}:){5}[0-9a-f]{2}$' }), { maxItems: 8 }), missing: Type.Array(Type.String({ maxLength: 300 }), { maxItems: 20 }),
});
export type NodeCaps = Static<typeof NodeCaps>;

/** A worker whose temporary folder has less room than this takes no work. */
export const LOW_DISK_BYTES = 256 << 20;
/** How a worker is at the moment. `cpu`: 0 to 1 over all cores. `owner`: whether somebody uses that PC. */
export const NodeLoad = Closed({ cpu: Type.Number({ minimum: 0, maximum: 1 }), memoryBytes: Type.Integer({ minimum: 0 }), freeDiskBytes: Nullable(Type.Integer({ minimum: 0 })), owner: Type.Enum(['away', 'active', 'unknown']) });
export type NodeLoad = Static<typeof NodeLoad>;

/** One kind of work on one worker. `share`: of all that was done of this kind in the last 24 hours, 0 to 1. `heldUntil`: it failed three times in a row (or called twenty files spoilt that no other worker did) and gets none of this kind until then. */
export const NodeKind = Type.Object({ kind: JobKind, done: Type.Integer(), failed: Type.Integer(), msPerJob: Nullable(Type.Number()), share: Type.Number(), heldUntil: Nullable(Time), lastError: Nullable(Type.String()) });
export type NodeKind = Static<typeof NodeKind>;
export const NodeTest = Type.Object({ kind: JobKind, state: Type.Enum(['running', 'passed', 'failed']), ms: Nullable(Type.Number()), error: Nullable(Type.String()), at: Time });
export type NodeTest = Static<typeof NodeTest>;
export const RunningJob = Type.Object({ id: Type.Integer(), kind: JobKind, name: Type.String(), startedAt: Time });

export const Node = Type.Object({
  id: Type.String(), name: Type.String(), local: Type.Boolean({ description: 'The worker of the coordinator\'s own machine.' }), state: NodeState, resting: Nullable(Type.Enum(['hours', 'owner'], { description: 'Why it rests: it is outside its hours, or somebody uses that PC (or may be using it).' })), trouble: Nullable(Type.String({ description: 'A sentence for a person, when something is to be done.' })),
  running: Type.Array(RunningJob), load: Nullable(NodeLoad), caps: Nullable(NodeCaps), kinds: Type.Array(NodeKind), settings: NodeSettings, tests: Type.Array(NodeTest),
  address: Nullable(Type.String()), version: Nullable(Type.String()), update: Type.Enum(['none', 'available', 'running', 'failed']),
  backlogWithout: Nullable(Type.Integer({ description: 'Seconds that the waiting work would take without this worker; null: unknown or never.' })),
  lastSeenAt: Nullable(Time), joinedAt: Nullable(Time),
});
export type Node = Static<typeof Node>;

/** A PC in the LAN that would like to help. `code` is there while it pairs; both screens show the same six digits. `change`: seconds that the waiting work takes without and with it. */
export const Discovered = Type.Object({
  id: NodeId, name: Type.String(), address: Type.String(), caps: Nullable(NodeCaps), state: Type.Enum(['new', 'open', 'code', 'ignored']), code: Nullable(Type.String({ pattern: '^\\d{6}$' })), expiresAt: Nullable(Time), seenAt: Time,
  change: Nullable(Type.Object({ before: Nullable(Type.Integer()), after: Nullable(Type.Integer()) })), trouble: Nullable(Type.String({ description: 'A sentence for a person, when something is to be done.' })),
});
export type Discovered = Static<typeof Discovered>;

const Build = Type.String({ pattern: '^[0-9a-f]{16}$' });
/** What the house wants a worker to become: the bundle `path` on the coordinator's TLS port. `again`: an admin asked for it, also when it failed before. */
export const WorkerUpdate = Type.Object({ build: Build, path: Type.String(), sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }), bytes: Type.Integer({ minimum: 1 }), unpacked: Type.Integer({ minimum: 1 }), again: Type.Boolean() });
export type WorkerUpdate = Static<typeof WorkerUpdate>;
/** How far a worker is with it. After `failed` it works on as what it was. */
export const UpdateReport = Closed({ build: Build, state: Type.Enum(['running', 'failed']), error: Nullable(Type.String({ maxLength: 300 })) });
export type UpdateReport = Static<typeof UpdateReport>;

export const Platform = Type.Enum(['linux-x64', 'linux-arm64']);
export type Platform = Static<typeof Platform>;
/** How a spare PC gets in: lines to type there. `pin`: base64 SHA-256 of the certificate's public key. `platforms`: for which machines the program is at hand; parts for others are fetched only when an admin asks (`nodes.prepare`). */
export const JoinInfo = Type.Object({
  command: Type.String(), powershell: Type.String({ description: 'Experimental.' }), container: Type.String({ description: 'Experimental.' }), pin: Type.String(), address: Type.String(), port: Type.Integer(),
  trouble: Nullable(Type.String({ description: 'Why computers in the LAN are not found by themselves.' })),
  platforms: Type.Array(Type.Object({ platform: Platform, state: Type.Enum(['ready', 'making', 'unasked', 'failed']), bytes: Nullable(Type.Integer()), error: Nullable(Type.String()) })),
});
export type JoinInfo = Static<typeof JoinInfo>;
