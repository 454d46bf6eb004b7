import { Type, type Static } from 'typebox';
import { Nullable } from './common.ts';
import { User } from './user.ts';

export const Storage = Type.Object({ dataPath: Type.String(), statePath: Type.String(), freeBytes: Type.Integer(), totalBytes: Type.Integer(), originalsBytes: Type.Integer(), derivedBytes: Type.Integer(), assets: Type.Integer(), present: Type.Boolean() });
export type Storage = Static<typeof Storage>;

export const Health = Type.Object({ status: Type.Literal('ok'), version: Type.String() });
/** The first thing that a client asks; `user` is null for somebody who is not signed in, so that asking is no error. */
export const ServerInfo = Type.Object({ version: Type.String(), needsSetup: Type.Boolean(), user: Nullable(User) });
export const SetupState = Type.Object({ dataPath: Type.String(), freeBytes: Type.Integer(), totalBytes: Type.Integer(), warnings: Type.Array(Type.String()) });
