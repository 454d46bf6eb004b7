import type { Static, TSchema } from 'typebox';
import type { Permission } from '../permissions.ts';

/** One thing that can be asked of the house: who may, what goes in, what comes out. Routes, OpenAPI and the typed call are derived from it. */
export interface ActionDef<P extends TSchema = TSchema, R extends TSchema = TSchema> { permission: Permission; summary: string; params: P; result: R }
export const action = <P extends TSchema, R extends TSchema>(permission: Permission, summary: string, params: P, result: R): ActionDef<P, R> => ({ permission, summary, params, result });
export type ParamsOf<A> = A extends ActionDef<infer P, TSchema> ? Static<P> : never;
export type ResultOf<A> = A extends ActionDef<TSchema, infer R> ? Static<R> : never;
