import { Type } from 'typebox';
import { Album } from '../models/album.ts';
import { Closed, Empty, Id, Nullable } from '../models/common.ts';
import { action } from './define.ts';

/** A tile of an album's page. `flags`: as in the window of the timeline (video, favourite, waiting, failed …); what still waits for its preview is made first. */
const AlbumAsset = Type.Object({ id: Id, fileId: Id, version: Type.String(), type: Type.Enum(['image', 'video']), flags: Type.Integer(), ratio: Type.Number({ description: 'Width by height.' }), thumbhash: Nullable(Type.String()), takenAtLocal: Type.String(), durationMs: Nullable(Type.Integer()), originalName: Type.String() });

export const albums = {
  'albums.list': action('asset.read', 'Albums that hold a photo that I may see, or that are mine; newest photos first', Empty, Type.Array(Album)),
  'albums.get': action('asset.read', 'One album', Closed({ id: Id }), Album),
  'albums.assets': action('asset.read', 'Its photos that I may see, in its order', Closed({ id: Id, after: Type.Optional(Type.Integer({ minimum: 0 })), limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })) }), Type.Object({ assets: Type.Array(AlbumAsset), next: Nullable(Type.Integer()) })),
};
