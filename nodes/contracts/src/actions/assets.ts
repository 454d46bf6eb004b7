import { Type } from 'typebox';
import { Closed, Id, Ids, Nullable } from '../models/common.ts';
import { Asset, FileTags, UploadResult, FACTS } from '../models/asset.ts';
import { MonthCount, TimelineView, TimelineWindow } from '../models/timeline.ts';
import { action } from './define.ts';

const Changed = Type.Object({ changed: Type.Integer() });
const View = { view: Type.Optional(TimelineView), libraryId: Type.Optional(Id) };

const Tags = Type.Array(Type.String({ minLength: 1, maxLength: 500 }), { maxItems: 200 });

export const assets = {
  'assets.get': action('asset.read', 'One photo or video with all facts', Closed({ id: Id }), Asset),
  'assets.tags': action('asset.read', 'Every tag that the files of an asset carry, as they carry it', Closed({ id: Id }), Type.Object({ files: Type.Array(FileTags) })),
  'assets.check': action('asset.upload', 'Which of these files are here already, before sending them', Closed({ libraryId: Type.Optional(Id), sha256: Type.Array(Type.String({ pattern: '^[0-9a-f]{64}$' }), { maxItems: 1000 }) }), Type.Object({ known: Type.Array(Type.String()) })),
  'assets.receive': action('asset.upload', 'Take in a file that was received completely (internal to the upload route)', Type.Object({ temp: Type.String(), name: Type.String(), libraryId: Type.Optional(Id), device: Type.Optional(Type.String()), modifiedAt: Type.Optional(Type.Number()), folder: Type.Optional(Type.String()), sidecar: Type.Optional(Type.String()), sha256: Type.String(), sha1: Type.String(), bytes: Type.Integer() }), UploadResult),
  'assets.favourite': action('asset.update', 'Set or clear my favourite mark', Closed({ ids: Ids.properties.ids, value: Type.Boolean() }), Changed),
  'assets.archive': action('asset.update', 'Move to or from my archive', Closed({ ids: Ids.properties.ids, value: Type.Boolean() }), Changed),
  'assets.update': action('asset.update', 'Change what a photo says: date, zone, place, rating, title, description, tags', Closed({
    id: Id, takenAtLocal: Type.Optional(Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}$' })), offset: Type.Optional(Nullable(Type.String({ pattern: '^[+-]\\d{2}:\\d{2}$' }))),
    gps: Type.Optional(Nullable(Type.Tuple([Type.Number({ minimum: -90, maximum: 90 }), Type.Number({ minimum: -180, maximum: 180 })]))), tags: Type.Optional({ ...Tags, description: 'All of them; what is not named goes.' }), addTags: Type.Optional({ ...Tags, description: 'Beside what is there.' }), removeTags: Type.Optional(Tags),
    rating: Type.Optional(Type.Union([Type.Integer({ minimum: -1, maximum: 5 }), Type.Null()])), title: Type.Optional(Type.Union([Type.String({ maxLength: 500 }), Type.Null()])), description: Type.Optional(Type.Union([Type.String({ maxLength: 10_000 }), Type.Null()])) }), Asset),
  'assets.retry': action('asset.update', 'Try again to show what could not be shown', Ids, Changed),
  'assets.split': action('asset.update', 'Make one file of an asset an asset of its own again; answers the new one', Closed({ id: Id, fileId: Id }), Asset),
  'assets.settle': action('asset.update', 'Settle a conflict: keep what holds, or take the value that lost', Closed({ id: Id, fact: Type.Enum([...FACTS]), take: Type.Union([Type.Literal('held'), Type.Literal('lost')]) }), Asset),
  'assets.trash': action('asset.trash', 'Move to the trash', Ids, Changed),
  'assets.restore': action('asset.trash', 'Bring back from the trash', Ids, Changed),
  'timeline.months': action('asset.read', 'Photos per month', Closed(View), Type.Object({ version: Type.Integer(), total: Type.Integer(), months: Type.Array(MonthCount) })),
  'timeline.layout': action('asset.read', 'The whole timeline in one byte per photo (binary, see the contract)', Closed(View), Type.Unsafe<Uint8Array>({ type: 'string', format: 'binary' })),
  'timeline.window': action('asset.read', 'Photos from the end of a local day backwards in time', Closed({ ...View, day: Type.Integer({ minimum: 10101, maximum: 99991231, description: 'yyyymmdd' }), skip: Type.Optional(Type.Integer({ minimum: 0, maximum: 100_000 })), limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })) }), TimelineWindow),
};
