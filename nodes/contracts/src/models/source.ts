import { Type, type Static } from 'typebox';
import { Closed, Id, Nullable, Time } from './common.ts';
import { PluginId } from './plugin.ts';

// --- What an import source tells the house (the wire between plugin-runner and host; authors find it explained in plugins/sdk) ---

/** Where the bytes of a file lie, so that the house reads them itself: `path` (one that the source was granted), from byte `start`, `length` bytes as stored. */
export const Span = Closed({ path: Type.String({ maxLength: 4096 }), start: Type.Integer({ minimum: 0 }), length: Type.Integer({ minimum: 0 }), method: Type.Enum(['stored', 'deflate']) });
export type Span = Static<typeof Span>;
/** One entry of the source. `part`: the archive it lies in, by its file name; null for a plain folder. `here` false: known from an earlier run, its bytes are no longer there. Without `span`, the house asks the plugin's `open` for `ref`. `crc32` in hex, where the source knows it. */
export const SourceCopy = Closed({
  part: Nullable(Type.String({ maxLength: 1000 })), path: Type.String({ minLength: 1, maxLength: 4096 }), bytes: Nullable(Type.Integer({ minimum: 0 })), here: Type.Boolean(),
  span: Type.Optional(Span), ref: Type.Optional(Type.String({ maxLength: 4096 })), crc32: Type.Optional(Type.String({ pattern: '^[0-9a-f]{8}$' })), modifiedAt: Type.Optional(Type.Number({ description: 'ms since 1970' })),
});
export type SourceCopy = Static<typeof SourceCopy>;
/** One file of a photo. `copies`: entries that are this file, the one to keep first; those with other bytes are the same picture written anew (an album's copy) and are accounted for, not kept. `sidecar`: the XMP that lies beside it and goes with it. */
export const SourceFile = Closed({
  role: Type.Enum(['original', 'live', 'edited', 'raw']), name: Type.String({ minLength: 1, maxLength: 1000, description: 'What it was called where it was taken.' }), copies: Type.Array(SourceCopy, { minItems: 1, maxItems: 1000 }), sidecar: Type.Optional(SourceCopy),
});
export type SourceFile = Static<typeof SourceFile>;
/**
 * What the source knows about a photo; a fact that it does not know is missing. It goes before what the file says of itself, and after what a person changed here.
 * `takenAt`: UTC, ms since 1970. `takenAtLocal`: wall clock, as exact as it is known (`2019`, `2019-08`, `2019-08-12`, `2019-08-12T10:11:12`); weaker than a date in the file. `takenAtMinute`: `takenAt` is only known to the minute, and the file's own seconds hold. `gps` null: the source says that there is none.
 */
export const SourceHints = Closed({
  takenAt: Type.Optional(Type.Number()), takenAtMinute: Type.Optional(Type.Boolean()), takenAtLocal: Type.Optional(Type.String({ pattern: '^\\d{4}(-\\d\\d(-\\d\\d(T\\d\\d:\\d\\d:\\d\\d)?)?)?$' })), offsetMinutes: Type.Optional(Type.Integer({ minimum: -900, maximum: 900 })),
  gps: Type.Optional(Nullable(Closed({ lat: Type.Number({ minimum: -90, maximum: 90 }), lon: Type.Number({ minimum: -180, maximum: 180 }), altitude: Type.Optional(Type.Number()) }))),
  title: Type.Optional(Type.String({ maxLength: 2000 })), description: Type.Optional(Type.String({ maxLength: 20_000 })), rating: Type.Optional(Type.Integer({ minimum: -1, maximum: 5 })),
  tags: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 500 }), { maxItems: 1000 })), people: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { maxItems: 1000 })),
  favourite: Type.Optional(Type.Boolean()), archived: Type.Optional(Type.Boolean()), trashed: Type.Optional(Type.Boolean()), locked: Type.Optional(Type.Boolean()), partner: Type.Optional(Type.Boolean()),
  folder: Type.Optional(Type.String({ maxLength: 1000, description: 'The path it lay in; its names may say the date.' })),
});
export type SourceHints = Static<typeof SourceHints>;
const SourceKey = Type.String({ minLength: 1, maxLength: 2000 });
/** A photo. `id` is the same in every run. The first file is the original. `albums`: ids of albums that this scan names. `alone`: must not be put together with others of its name (the source knows that they are different photos). */
export const SourceItem = Closed({ id: SourceKey, files: Type.Array(SourceFile, { minItems: 1, maxItems: 100 }), hints: SourceHints, albums: Type.Array(SourceKey, { maxItems: 1000 }), alone: Type.Optional(Type.Boolean()) });
export type SourceItem = Static<typeof SourceItem>;
/** `optional`: off unless the person wants it (an untitled group). Two albums of one title stay two. */
export const SourceAlbum = Closed({ id: SourceKey, title: Type.String({ maxLength: 500 }), description: Type.Optional(Type.String({ maxLength: 20_000 })), optional: Type.Optional(Type.Boolean()), place: Type.Optional(Closed({ lat: Type.Number(), lon: Type.Number() })) });
export type SourceAlbum = Static<typeof SourceAlbum>;
/** Why an entry is no photo, or could not be used. */
export const ENTRY_REASONS = [
  'metadata', 'album-metadata', // read, and used for others
  'other-product', 'not-a-photo', 'link', 'system-file', 'thumbnail', 'unwanted', 'nested-archive', 'same-entry',
  'sidecar-without-media', 'corrupt-metadata', 'too-large', 'unsafe-path', 'damaged', 'damaged-part', 'encrypted', 'empty', 'unreadable',
] as const;
export type EntryReason = (typeof ENTRY_REASONS)[number];
/** An entry that is no file of an item. `of`: ids of the items that it tells something about. */
export const SourceEntry = Closed({
  part: Nullable(Type.String({ maxLength: 1000 })), path: Type.String({ minLength: 1, maxLength: 4096 }), bytes: Nullable(Type.Integer({ minimum: 0 })), outcome: Type.Enum(['metadata', 'ignored', 'problem']), reason: Type.Enum([...ENTRY_REASONS]), detail: Type.Optional(Type.String({ maxLength: 1000 })), of: Type.Optional(Type.Array(SourceKey, { maxItems: 1000 })),
});
export type SourceEntry = Static<typeof SourceEntry>;
export const ScanEvent = Type.Union([
  Closed({ type: Type.Literal('item'), item: SourceItem }), Closed({ type: Type.Literal('album'), album: SourceAlbum }), Closed({ type: Type.Literal('entry'), entry: SourceEntry }),
  Closed({ type: Type.Literal('progress'), done: Type.Number({ minimum: 0 }), total: Nullable(Type.Number({ minimum: 0 })), what: Type.Optional(Type.String({ maxLength: 200 })) }),
]);
export type ScanEvent = Static<typeof ScanEvent>;
/** `collection`: what these entries are a part of (one export, one card): runs of the same collection share what was learnt of it, over days. `problems`: `field` names the property of the configuration. */
export const CheckResult = Closed({ ok: Type.Boolean(), summary: Type.Optional(Type.String({ maxLength: 500 })), collection: Type.Optional(Type.String({ maxLength: 500 })), problems: Type.Array(Closed({ field: Type.Optional(Type.String({ maxLength: 100 })), message: Type.String({ maxLength: 1000 }) }), { maxItems: 100 }) });
export type CheckResult = Static<typeof CheckResult>;

// --- Sources and runs as the dashboard and the command line see them ---

/** How files come in. `copy`: they stay where they are; `move`: removed there once the copy is verified; `index`: looked at where they lie, in an external library. */
export const TakeMode = Type.Enum(['copy', 'move', 'index']);
export type TakeMode = 'copy' | 'move' | 'index';
export const ImportOptions = Closed({
  mode: Type.Optional(TakeMode), albums: Type.Optional(Type.Boolean({ description: 'Make its albums (default yes).' })), untitled: Type.Optional(Type.Boolean({ description: 'Optional groups too (default no).' })), people: Type.Optional(Type.Boolean({ description: 'Take over names of people (default yes).' })),
  favourites: Type.Optional(Type.Boolean()), archived: Type.Optional(Type.Boolean()), trashed: Type.Optional(Type.Boolean({ description: 'Bring in what lies in its trash, into ours (default yes).' })), locked: Type.Optional(Type.Boolean({ description: 'Bring in what is locked, into my locked library (default yes).' })),
  partner: Type.Optional(Type.Boolean({ description: 'Bring in what a partner shared (default yes).' })), albumPlaces: Type.Optional(Type.Boolean({ description: "An album's place for photos without one (default no)." })), previews: Type.Optional(Type.Boolean({ description: 'Make previews (default yes).' })),
});
export type ImportOptions = Static<typeof ImportOptions>;

/** A configured source. Secrets in `config` are never given out: they read `{ "secret": true }`, and sent back so they stay as they are. */
export const ImportSource = Type.Object({
  id: Id, name: Type.String(), pluginId: PluginId, config: Type.Record(Type.String(), Type.Unknown()), libraryId: Id, ownerId: Id, options: ImportOptions, schedule: Nullable(Type.String({ description: 'cron: minute hour day month weekday, in the time of the house.' })), watch: Type.Boolean(),
  enabled: Type.Boolean(), lastRunId: Nullable(Id), nextRunAt: Nullable(Time), trouble: Nullable(Type.String()),
});
export type ImportSource = Static<typeof ImportSource>;

/** `collecting`: waits for parts from a browser. `ready`: the preview can be read; nothing was written. `failed`: `trouble` says why; it can be started again. */
export const RUN_STATES = ['collecting', 'scanning', 'ready', 'running', 'paused', 'done', 'cancelled', 'failed', 'undoing', 'undone'] as const;
export const RunState = Type.Enum([...RUN_STATES]);
export type RunState = (typeof RUN_STATES)[number];
/** What became of an entry. `copy`: the same picture as `assetId`, in another place of the source. `pending`: not yet. */
export const ENTRY_OUTCOMES = ['imported', 'duplicate', 'copy', 'live', 'edited', 'raw', 'metadata', 'ignored', 'problem', 'pending'] as const;
export const EntryOutcome = Type.Enum([...ENTRY_OUTCOMES]);
export type EntryOutcome = (typeof ENTRY_OUTCOMES)[number];
export const RunEntry = Type.Object({ part: Nullable(Type.String()), path: Type.String(), bytes: Nullable(Type.Integer()), outcome: EntryOutcome, reason: Nullable(Type.String()), detail: Nullable(Type.String()), assetId: Nullable(Id), sha256: Nullable(Type.String()) });
export type RunEntry = Static<typeof RunEntry>;

const Count = Type.Integer({ minimum: 0 });
/** What a scan found: read before anything is written. `known`: are here from an earlier run of this collection; `maybeKnown`: a file of this name and size is here. */
export const RunPreview = Type.Object({
  items: Count, photos: Count, videos: Count, livePhotos: Count, edited: Count, raw: Count, bytes: Count, known: Count, maybeKnown: Count, years: Type.Array(Type.Object({ year: Nullable(Type.Integer()), items: Count })), albums: Type.Array(Type.Object({ id: Type.String(), title: Type.String(), items: Count, optional: Type.Boolean() })),
  people: Type.Array(Type.Object({ name: Type.String(), items: Count })), favourites: Count, archived: Count, trashed: Count, locked: Count, partner: Count, withoutMetadata: Count, ignored: Count, problems: Count, entries: Count,
  needsBytes: Count, freeBytes: Nullable(Type.Number()), enough: Type.Boolean(),
});
export type RunPreview = Static<typeof RunPreview>;
/** A part that is sent from a browser. */
export const RunPart = Type.Object({ name: Type.String(), bytes: Count, received: Count, state: Type.Enum(['waiting', 'arriving', 'here', 'imported', 'released']) });
export type RunPart = Static<typeof RunPart>;

export const ImportRun = Type.Object({
  id: Id, sourceId: Nullable(Id), name: Type.String(), pluginId: PluginId, pluginVersion: Type.String(), libraryId: Id, libraryName: Type.String(), ownerId: Id, ownerName: Type.String(), options: ImportOptions, state: RunState, trouble: Nullable(Type.String()),
  scanned: Type.Object({ done: Type.Number(), total: Nullable(Type.Number()), what: Nullable(Type.String()) }), preview: Nullable(RunPreview),
  counts: Type.Record(Type.String(), Count, { description: 'Entries by outcome.' }), items: Type.Object({ total: Count, done: Count, failed: Count }), bytes: Type.Object({ total: Count, done: Count }),
  perSecond: Nullable(Type.Number({ description: 'Items, over the last half minute.' })), etaSeconds: Nullable(Type.Integer()), now: Nullable(Type.String({ description: 'The file that is being read.' })), parts: Type.Array(RunPart), albumIds: Type.Array(Id),
  createdAt: Time, startedAt: Nullable(Time), endedAt: Nullable(Time), canUndo: Type.Boolean(),
});
export type ImportRun = Static<typeof ImportRun>;

/** May it be deleted where it came from? Yes only when every line holds. */
export const Certificate = Type.Object({
  runId: Id, verdict: Type.Boolean(), at: Time, checks: Type.Array(Type.Object({ name: Type.Enum(['accounted', 'no_problems', 'copies', 'stored', 'second_copy']), ok: Type.Boolean(), text: Type.String(), failing: Type.Array(Type.String({ description: 'At most 100 paths.' })) })),
  files: Count, bytes: Count,
});
export type Certificate = Static<typeof Certificate>;
/** A folder of the house's machine, for choosing a path. */
export const PlaceListing = Type.Object({ path: Type.String(), parent: Nullable(Type.String()), entries: Type.Array(Type.Object({ name: Type.String(), path: Type.String(), folder: Type.Boolean(), bytes: Nullable(Type.Integer()) })), cut: Type.Boolean() });
export type PlaceListing = Static<typeof PlaceListing>;
