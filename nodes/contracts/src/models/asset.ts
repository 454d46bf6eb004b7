import { Type, type Static } from 'typebox';
import { Id, Nullable, Time } from './common.ts';

export const AssetType = Type.Union([Type.Literal('image'), Type.Literal('video')]);
export type AssetType = Static<typeof AssetType>;
/** `waiting`: a worker will make the previews. `failed`: it cannot be shown; `problem` says why; the original stays downloadable. */
export const PreviewState = Type.Union([Type.Literal('waiting'), Type.Literal('ready'), Type.Literal('failed')]);
export type PreviewState = Static<typeof PreviewState>;
/** Why an asset cannot be shown, or what was odd about it. The UI has words for each. */
export const PROBLEMS = ['undecodable', 'too_large', 'truncated', 'wrong_extension', 'encrypted', 'empty', 'no_date', 'odd_date', 'no_facts', 'missing'] as const;
export const Problem = Type.Enum([...PROBLEMS]);
export type Problem = (typeof PROBLEMS)[number];
export const FileRole = Type.Union([Type.Literal('original'), Type.Literal('live'), Type.Literal('edited'), Type.Literal('raw')]);
export type FileRole = Static<typeof FileRole>;
/** Where the date came from, best first. `upload` = nothing was known, so the time of arrival stands in. */
export const DATE_SOURCES = ['user', 'sidecar', 'import', 'exif', 'xmp', 'iptc', 'quicktime', 'png', 'gps', 'name', 'folder', 'file', 'upload'] as const;
export const DateSource = Type.Enum([...DATE_SOURCES]);
export type DateSource = (typeof DATE_SOURCES)[number];

/** Facts that say where they came from. */
export const FACTS = ['takenAt', 'offset', 'gps', 'camera', 'rating', 'title', 'description', 'tags', 'people'] as const;
export type FactName = (typeof FACTS)[number];
/** `user`: changed here; `sidecar`: an XMP beside the file; `import`: the source that it came from; `gps`: worked out from the place (zone, or the satellites' date); the others are groups of tags, the name, the folder. */
export const FactSource = Type.Enum([...DATE_SOURCES]);
export const FactSources = Type.Partial(Type.Object(Object.fromEntries(FACTS.map((f) => [f, FactSource])) as Record<FactName, typeof FactSource>));
export type FactSources = Partial<Record<FactName, DateSource>>;

/** Where in the displayed picture somebody is: left, top, width and height as fractions (0 to 1). */
export const Region = Type.Object({ x: Type.Number(), y: Type.Number(), w: Type.Number(), h: Type.Number() });
export type Region = Static<typeof Region>;
export const AssetPerson = Type.Object({ id: Id, name: Type.String(), region: Nullable(Region) });
export type AssetPerson = Static<typeof AssetPerson>;
/** A fact that was changed here and by another program: the newer one holds, `lost` is the other one's value as text. */
export const Conflict = Type.Object({ fact: Type.Enum([...FACTS]), lost: Nullable(Type.String()), lostFrom: Type.Union([Type.Literal('here'), Type.Literal('sidecar')]), at: Time });
export type Conflict = Static<typeof Conflict>;

/** One tag as a file carries it, for the technical view. */
export const RawTag = Type.Object({ group: Type.String(), name: Type.String(), value: Type.String() });
export const FileTags = Type.Object({ fileId: Id, name: Type.String(), tags: Type.Array(RawTag), cut: Type.Boolean({ description: 'There were more, or longer ones, than are shown.' }) });
export type FileTags = Static<typeof FileTags>;

export const AssetFile = Type.Object({
  id: Id, role: FileRole, name: Type.String(), path: Type.String({ description: 'Relative to the data folder.' }), bytes: Type.Integer(), mime: Type.String(),
  sha256: Type.String(), sha1: Type.String(), width: Nullable(Type.Integer()), height: Nullable(Type.Integer()), durationMs: Nullable(Type.Integer()),
  shown: Type.Boolean({ description: 'Previews are made of this one.' }), motion: Type.Boolean({ description: 'A clip lies inside: /files/{id}/motion.' }),
});
export type AssetFile = Static<typeof AssetFile>;

export const Contribution = Type.Object({ userId: Id, userName: Type.String(), device: Nullable(Type.String()), originalName: Type.String(), at: Time });

export const Asset = Type.Object({
  id: Id, libraryId: Id, libraryName: Type.String(), type: AssetType, originalName: Type.String(),
  takenAt: Time, takenAtLocal: Type.String({ description: 'Wall clock where it was taken, yyyy-mm-ddThh:mm:ss.' }), takenAtSource: DateSource,
  offset: Nullable(Type.String({ description: 'Zone offset, like +02:00; null when not known.' })),
  gps: Nullable(Type.Tuple([Type.Number(), Type.Number()])), altitude: Nullable(Type.Number()),
  width: Nullable(Type.Integer({ description: 'As displayed, after rotation.' })), height: Nullable(Type.Integer()), durationMs: Nullable(Type.Integer()),
  make: Nullable(Type.String()), model: Nullable(Type.String()), lens: Nullable(Type.String()),
  iso: Nullable(Type.Number()), fNumber: Nullable(Type.Number()), exposureTime: Nullable(Type.Number({ description: 'Seconds.' })), focalLength: Nullable(Type.Number({ description: 'Millimetres.' })),
  orientation: Nullable(Type.Integer({ description: 'EXIF Orientation as written, 1 to 8.' })), colourSpace: Nullable(Type.String()), videoCodec: Nullable(Type.String()), audioCodec: Nullable(Type.String()),
  rating: Nullable(Type.Integer({ minimum: -1, maximum: 5 })), title: Nullable(Type.String()), description: Nullable(Type.String()), tags: Type.Array(Type.String({ description: 'Levels divided by /.' })), people: Type.Array(AssetPerson),
  sources: FactSources, conflicts: Type.Array(Conflict),
  favourite: Type.Boolean(), archived: Type.Boolean(), trashedAt: Nullable(Time),
  preview: PreviewState, problems: Type.Array(Problem), thumbhash: Nullable(Type.String({ description: 'base64' })),
  version: Type.String({ description: 'Derivative version: part of thumbnail and preview URLs, so that they can be cached for ever.' }),
  fileId: Id, files: Type.Array(AssetFile), contributions: Type.Array(Contribution), canEdit: Type.Boolean(), canTrash: Type.Boolean({ description: 'Contributors trash what they brought in themselves, managers anything.' }),
});
export type Asset = Static<typeof Asset>;

/** What an upload answers. `trashed`: the same bytes lie in the trash; restore them there. `sidecar`, when one came: what it says is taken over, or it could not be read and is kept beside the photo as `NAME.xmp.damaged`. */
export const UploadResult = Type.Object({
  outcome: Type.Union([Type.Literal('created'), Type.Literal('duplicate')]), assetId: Id, fileId: Id, libraryId: Id, trashed: Type.Boolean(), problems: Type.Array(Problem),
  sidecar: Type.Optional(Type.Union([Type.Literal('taken'), Type.Literal('damaged')])),
});
export type UploadResult = Static<typeof UploadResult>;

/**
 * One line of `assets export` (DESIGN, fixed interfaces). `path`, `sha256`, `sha1`, `mime` are of the original as it was taken, also where an edited rendition is shown; `live` is the clip of a live photo that came as a file,
 * `embeddedVideo` says that one lies inside the original. A RAW beside it has no line of its own.
 */
export const ExportLine = Type.Object({
  id: Id, library: Type.String(), originalName: Type.String(), path: Type.String(), sha256: Type.String(), sha1: Type.String(), type: AssetType, mime: Type.String(),
  takenAt: Time, takenAtLocal: Type.String(), takenAtSource: DateSource, offset: Nullable(Type.String()), gps: Nullable(Type.Tuple([Type.Number(), Type.Number()])),
  width: Nullable(Type.Integer()), height: Nullable(Type.Integer()), make: Nullable(Type.String()), model: Nullable(Type.String()), rating: Nullable(Type.Integer()), description: Nullable(Type.String()),
  tags: Type.Array(Type.String()), people: Type.Array(Type.String()), albums: Type.Array(Type.String()), favorite: Type.Boolean(), archived: Type.Boolean(), trashed: Type.Boolean(), locked: Type.Boolean(), partner: Type.Boolean(),
  live: Nullable(Type.Object({ sha256: Type.String(), name: Type.String() })), embeddedVideo: Type.Boolean(), edited: Type.Array(Type.Object({ sha256: Type.String(), name: Type.String() })), problems: Type.Array(Problem),
});
export type ExportLine = Static<typeof ExportLine>;
