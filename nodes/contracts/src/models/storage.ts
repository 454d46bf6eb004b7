import { Type, type Static } from 'typebox';

export const Storage = Type.Object({ dataPath: Type.String(), statePath: Type.String(), freeBytes: Type.Integer(), totalBytes: Type.Integer(), originalsBytes: Type.Integer(), derivedBytes: Type.Integer(), assets: Type.Integer(), present: Type.Boolean() });
export type Storage = Static<typeof Storage>;

export const Health = Type.Object({ status: Type.Literal('ok'), version: Type.String() });
export const ServerInfo = Type.Object({ version: Type.String(), needsSetup: Type.Boolean() });
export const SetupState = Type.Object({ dataPath: Type.String(), freeBytes: Type.Integer(), totalBytes: Type.Integer(), warnings: Type.Array(Type.String()) });
