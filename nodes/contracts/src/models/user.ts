import { Type, type Static } from 'typebox';
import { Id, Nullable, Time } from './common.ts';

export const Email = Type.String({ minLength: 3, maxLength: 254, pattern: '^[^\\s@]+@[^\\s@]+$' });
export const Password = Type.String({ minLength: 1, maxLength: 1024 });
export const PersonName = Type.String({ minLength: 1, maxLength: 100, pattern: '\\S' });
export const RoleSchema = Type.Union([Type.Literal('admin'), Type.Literal('member')]);

export const User = Type.Object({ id: Id, email: Type.String(), name: Type.String(), role: RoleSchema, disabled: Type.Boolean(), createdAt: Time });
export type User = Static<typeof User>;

export const Session = Type.Object({
  id: Id, device: Type.String({ description: 'Browser or program, from its user agent.' }), address: Nullable(Type.String()), createdAt: Time, lastSeenAt: Time, current: Type.Boolean(),
});
export type Session = Static<typeof Session>;

export const SignedIn = Type.Object({ token: Type.String({ description: 'Opaque; send as Authorization: Bearer.' }), user: User });
export type SignedIn = Static<typeof SignedIn>;
