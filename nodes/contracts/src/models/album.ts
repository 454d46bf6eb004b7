import { Type, type Static } from 'typebox';
import { Id, Nullable, Time } from './common.ts';

/** `from`, `to`: wall clock of its first and last photo that I may see. `cover`: of a photo that I may see. */
export const Album = Type.Object({
  id: Id, name: Type.String(), description: Nullable(Type.String()), ownerId: Id, assets: Type.Integer({ description: 'That I may see.' }), cover: Nullable(Type.Object({ fileId: Id, version: Type.String(), thumbhash: Nullable(Type.String()) })), from: Nullable(Type.String()), to: Nullable(Type.String()), createdAt: Time,
});
export type Album = Static<typeof Album>;
