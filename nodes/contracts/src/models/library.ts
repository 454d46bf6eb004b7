import { Type, type Static } from 'typebox';
import { Id, Nullable } from './common.ts';

export const LibraryKind = Type.Union([Type.Literal('personal'), Type.Literal('shared'), Type.Literal('locked'), Type.Literal('external')]);
export type LibraryKind = Static<typeof LibraryKind>;
export const MemberRole = Type.Union([Type.Literal('viewer'), Type.Literal('contributor'), Type.Literal('manager')]);
export type MemberRole = Static<typeof MemberRole>;

export const Member = Type.Object({ userId: Id, name: Type.String(), role: MemberRole });
export type Member = Static<typeof Member>;

export const Library = Type.Object({
  id: Id, name: Type.String(), kind: LibraryKind, ownerId: Nullable(Id),
  role: MemberRole, show: Type.Boolean({ description: 'Whether it is part of my timeline.' }), isDefault: Type.Boolean({ description: 'Where my uploads go when I name no library.' }),
  assets: Type.Integer({ description: 'Photos and videos in it, without the trash.' }), members: Type.Array(Member),
});
export type Library = Static<typeof Library>;
