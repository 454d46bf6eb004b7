import { readFileSync } from 'node:fs';
import { Type, type Static } from 'typebox';
import { matches } from './validate.ts';

/** What a worker keeps after pairing (a 0600 JSON file): who it is, and how to reach and recognise its coordinator. `cert` is the pinned certificate (PEM), `seed` the NKey seed. */
export const Paired = Type.Object({
  id: Type.String({ pattern: '^w[0-9a-f]{10}$' }), token: Type.String({ minLength: 16 }), seed: Type.String({ pattern: '^SU' }), cid: Type.String({ pattern: '^[0-9a-f]{8,64}$' }),
  cert: Type.String({ pattern: '^-----BEGIN CERTIFICATE-----' }), host: Type.String({ minLength: 1 }), port: Type.Integer({ minimum: 1, maximum: 65535 }), natsPort: Type.Integer({ minimum: 1, maximum: 65535 }),
  name: Type.String({ minLength: 1, maxLength: 100 }),
});
export type Paired = Static<typeof Paired>;

/** A parse error quotes the text that it failed on, and this text holds keys: it is not handed on. */
function parse(json: string): unknown { try { return JSON.parse(json); } catch { return undefined; } }

/** Throws with the file's name and what to do, never with its content. */
export function readPaired(file: string): Paired {
  let json: string;
  try { json = readFileSync(file, 'utf8'); } catch (cause) { throw new Error(`The pairing file ${file} cannot be read (${(cause as NodeJS.ErrnoException).code}). Delete it and pair this computer again.`, { cause }); }
  const value = parse(json);
  if (!matches(Paired, value)) throw new Error(`The pairing file ${file} is not complete. Delete it and pair this computer again.`);
  return value;
}
