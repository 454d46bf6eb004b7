import { Type, type Static } from 'typebox';
import { Closed, Nullable } from './common.ts';

/** What the `mantel worker` command and the worker on the same machine say to each other: one JSON line each way over a Unix socket that only the worker's user may open. */
export const ControlRequest = Closed({ do: Type.Enum(['status', 'drain', 'resume', 'leave']) });
export type ControlRequest = Static<typeof ControlRequest>;
/** `state`: how pairing stands (`looking`, `waiting`, `code`, …), or `working` once paired. `connected`: whether the house is reached now. `since`: ms since 1970. */
export const ControlStatus = Type.Object({
  state: Type.String(), house: Nullable(Type.String()), address: Nullable(Type.String()), code: Nullable(Type.String()), name: Type.String(), id: Nullable(Type.String()), version: Type.String(), build: Type.String(),
  connected: Type.Boolean(), drained: Type.Boolean(), running: Type.Array(Type.Object({ id: Type.Integer(), kind: Type.String(), since: Type.Number() })),
  update: Nullable(Type.Object({ build: Type.String(), state: Type.String(), error: Nullable(Type.String()) })), missing: Type.Array(Type.String()),
});
export type ControlStatus = Static<typeof ControlStatus>;
/** `heard`: whether the house answered the good-bye of `leave`. */
export const ControlAnswer = Type.Object({ ok: Type.Boolean(), heard: Type.Optional(Type.Boolean()), error: Type.Optional(Type.String()), status: Type.Optional(ControlStatus) });
export type ControlAnswer = Static<typeof ControlAnswer>;
