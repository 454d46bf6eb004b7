import { defineEntity, p } from '@mikro-orm/sqlite';

const UserSchema = defineEntity({ name: 'User', tableName: 'user', properties: {
  id: p.integer().primary(), uuid: p.string().unique(), email: p.string().unique(), name: p.string(), role: p.string().$type<'admin' | 'member'>(),
  passwordHash: p.string(), disabled: p.boolean(), createdAt: p.integer(),
} });
export class User extends UserSchema.class {}
UserSchema.setClass(User);
