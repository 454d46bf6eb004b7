import type { paths } from '../api/schema.d.ts';

/*
 * The nouns, taken from what the generated operations answer. Only these lines know how the generated file is laid out.
 */
type Json<R> = R extends { content: { 'application/json': infer T } } ? T : never;
type Answer<O> = O extends { responses: infer R } ? Json<R[keyof R & (200 | 201)]> : never;
type Get<P extends keyof paths> = paths[P] extends { get: infer O } ? Answer<O> : never;
type Posted<P extends keyof paths> = paths[P] extends { post: infer O } ? Answer<O> : never;

/** `gps`: latitude and longitude; the client library loses that it is a pair. */
export type Asset = Omit<Get<'/api/v1/assets/{id}'>, 'gps'> & { gps: number[] | null };
export type AssetFile = Asset['files'][number];
export type Problem = Asset['problems'][number];
export type Person = Asset['people'][number];
export type Conflict = Asset['conflicts'][number];
/** What `PATCH /assets/{id}` takes: only what is to change. */
export interface AssetChange { takenAtLocal?: string; offset?: string | null; gps?: [number, number] | null; tags?: string[]; addTags?: string[]; removeTags?: string[]; rating?: number | null; title?: string | null; description?: string | null }
/** The tags of one file, as they stand in it. */
export type FileTags = Get<'/api/v1/assets/{id}/tags'>['files'][number];
export type TimelineWindow = Get<'/api/v1/timeline/window'>;
export type User = Get<'/api/v1/auth/me'>;
export type Session = Get<'/api/v1/auth/sessions'>[number];
export type Library = Get<'/api/v1/libraries'>[number];
export type ServerInfo = Get<'/api/v1/server'>;
export type SetupState = Get<'/api/v1/setup'>;
export type JobKindStatus = Get<'/api/v1/jobs'>[number];
export type JobKind = JobKindStatus['kind'];
export type FailedJob = Get<'/api/v1/jobs/failed'>[number];
export type WorkerNode = Get<'/api/v1/nodes'>[number];
export type NodeSettings = WorkerNode['settings'];
export type NodeState = WorkerNode['state'];
export type NodeKind = WorkerNode['kinds'][number];
export type NodeCaps = NonNullable<WorkerNode['caps']>;
export type Discovered = Get<'/api/v1/nodes/discovered'>[number];
export type Forecast = Get<'/api/v1/nodes/forecast'>;
export type Join = Get<'/api/v1/nodes/join'>;
export type NodeLog = Get<'/api/v1/nodes/{id}/log'>;
export type RecentJob = Get<'/api/v1/jobs/recent'>[number];
export type Storage = Get<'/api/v1/storage'>;
export type Plugin = Get<'/api/v1/plugins'>[number];
export type Manifest = Plugin['manifest'];
export type Isolation = Plugin['isolation'];
export type PluginOffer = Posted<'/api/v1/plugins/inspect'>;
export type ImportSource = Get<'/api/v1/sources'>[number];
export type ImportOptions = ImportSource['options'];
export type CheckResult = Posted<'/api/v1/sources/check'>;
export type PlaceListing = Get<'/api/v1/sources/browse'>;
export type Repair = Get<'/api/v1/repairs'>[number];
export type ImportRun = Get<'/api/v1/imports/{id}'>;
export type RunState = ImportRun['state'];
export type RunPart = ImportRun['parts'][number];
export type RunPreview = NonNullable<ImportRun['preview']>;
export type RunEntry = Get<'/api/v1/imports/{id}/entries'>['entries'][number];
export type EntryOutcome = RunEntry['outcome'];
export type Certificate = NonNullable<Get<'/api/v1/imports/{id}/certificate'>>;
export type Album = Get<'/api/v1/albums/{id}'>;
export type AlbumPhoto = Get<'/api/v1/albums/{id}/assets'>['assets'][number];

export type TimelineView = 'photos' | 'favourites' | 'archive' | 'trash';
/** Bits of a timeline row, see the window route. */
export const FLAG = { video: 1, favourite: 2, waiting: 4, failed: 8, live: 16, raw: 32, truncated: 64, tooLarge: 128, encrypted: 256, empty: 512 } as const;

/** What POST /assets answers; the upload route streams and is therefore not among the generated ones. */
export interface UploadResult { outcome: 'created' | 'duplicate'; assetId: string; fileId: string; libraryId: string; trashed: boolean; problems: Problem[] }
export interface ApiErrorBody { code: string; message: string; data?: Record<string, unknown> }
