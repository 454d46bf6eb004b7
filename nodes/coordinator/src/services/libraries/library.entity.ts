import type { LibraryKind, MemberRole } from '@mantel/contracts/models/library.ts';
import { defineEntity, p } from '@mikro-orm/sqlite';

/** `folder` is the library's place under DATA/library; it stays when the library is renamed. */
const LibrarySchema = defineEntity({ name: 'Library', tableName: 'library', properties: {
  id: p.integer().primary(), uuid: p.string().unique(), kind: p.string().$type<LibraryKind>(), name: p.string(), folder: p.string().unique(), ownerId: p.integer().nullable(), createdAt: p.integer(),
} });
export class Library extends LibrarySchema.class {}
LibrarySchema.setClass(Library);

const MembershipSchema = defineEntity({ name: 'Membership', tableName: 'membership', properties: {
  userId: p.integer().primary(), libraryId: p.integer().primary(), role: p.string().$type<MemberRole>(), show: p.boolean(), isDefault: p.boolean(),
} });
export class Membership extends MembershipSchema.class {}
MembershipSchema.setClass(Membership);
