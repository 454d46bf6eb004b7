import { Type } from 'typebox';

export const Id = Type.String({ format: 'uuid', description: 'UUID of the thing; stable for its whole life.' });
export const Time = Type.String({ description: 'UTC instant, ISO 8601 with Z.' });
export const Nullable = <T extends Type.TSchema>(schema: T): Type.TUnion<[T, Type.TNull]> => Type.Union([schema, Type.Null()]);
export const Empty = Type.Object({}, { additionalProperties: false });
export const Ok = Type.Object({ ok: Type.Literal(true) });
export const Ids = Type.Object({ ids: Type.Array(Id, { minItems: 1, maxItems: 1000 }) }, { additionalProperties: false });
/** A closed object: an unknown key is an error, so that a typing mistake is not silently ignored. */
export const Closed = <P extends Type.TProperties>(properties: P): Type.TObject<P> => Type.Object(properties, { additionalProperties: false });
