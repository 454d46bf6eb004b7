import { createHash } from 'node:crypto';
import { ACTIONS, type Params } from '@mantel/contracts/actions/index.ts';
import { MantelError } from '@mantel/contracts/errors.ts';
import type { SignedIn } from '@mantel/contracts/models/user.ts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type TObject, type TProperties, Type } from 'typebox';
import { Convert } from 'typebox/value';
import type { Call } from '../services/adapter.ts';
import { clearSessionCookie, setSessionCookie } from './auth.ts';
import type { Route } from './route.ts';

export const BASE = '/api/v1';
const LOGIN_LIMIT = { max: 10, timeWindow: '1 minute' };
/** A client cannot say these itself. */
const toldByServer = (route: Route): string[] => [...(route.session === 'open' ? ['device', 'address'] : []), ...(route.at ? ['at'] : [])];

interface Parts { params?: TObject; querystring?: TObject; body?: TObject }
// the schemas of all actions are one union here, so their common shape has to be said
const shape = (route: Route): { properties: TProperties; required: string[] } => {
  const { properties, required } = ACTIONS[route.action].params as unknown as { properties: TProperties; required?: string[] };
  return { properties, required: required ?? [] };
};
/** Where each parameter of an action comes from. */
export function partsOf(route: Route): Parts {
  const { properties, required } = shape(route);
  const inPath = new Set<string>([...route.url.matchAll(/:(\w+)/g)].map((m) => m[1]!));
  const pick = (names: readonly string[]): TObject => Type.Object(Object.fromEntries(names.map((n) => [n, required.includes(n) ? properties[n]! : Type.Optional(properties[n]!)])) as TProperties, { additionalProperties: false });
  const rest = Object.keys(properties).filter((n) => !inPath.has(n) && !toldByServer(route).includes(n));
  return {
    ...(inPath.size ? { params: pick([...inPath]) } : {}),
    ...(rest.length ? { [route.method === 'GET' || route.method === 'DELETE' ? 'querystring' : 'body']: pick(rest) } : {}),
  };
}

const hasNul = (value: unknown): boolean => (typeof value === 'string' ? value.includes('\0') : typeof value === 'object' && value !== null && Object.entries(value).some(([k, v]) => hasNul(k) || hasNul(v)));

/** Path and query are text: numbers and booleans in them are read as the contract wants them. Everything is checked once, at the action. */
function paramsOf(req: FastifyRequest, parts: Parts): object {
  const text = (schema: TObject | undefined, value: unknown): object => (schema ? (Convert(schema, value) as object) : (value as object));
  const body = req.body ?? {};
  if (typeof body !== 'object' || Array.isArray(body)) throw new MantelError('bad_request');
  const params = { ...text(parts.querystring, req.query), ...body, ...text(parts.params, req.params) };
  if (hasNul(params)) throw new MantelError('bad_request', 'Text must not contain a NUL character.'); // it ends a text for the database, and nobody means it
  return params;
}

export function addApiRoutes(app: FastifyInstance, routes: Route[], call: Call): void {
  for (const route of routes) {
    const { permission, summary, result } = ACTIONS[route.action];
    const parts = partsOf(route);
    const binary = (result as { format?: string }).format === 'binary';
    app.route({
      method: route.method, url: BASE + route.url,
      config: { permission, ...(route.limit ? { rateLimit: LOGIN_LIMIT } : {}) },
      schema: { operationId: route.action, summary, tags: [route.action.split('.')[0]!], ...parts, ...(binary ? {} : { response: { [route.status ?? 200]: result } }) },
      handler: async (req, reply) => {
        const params = paramsOf(req, parts);
        if (route.session === 'open') Object.assign(params, { device: req.headers['user-agent']?.slice(0, 300) ?? 'unknown device', address: req.ip });
        if (route.at) Object.assign(params, { at: req.socket.localAddress });
        const value = await call(route.action, params as Params<typeof route.action>, req.actor);
        if (route.session === 'open') setSessionCookie(req, reply, (value as SignedIn).token);
        if (route.session === 'close') clearSessionCookie(reply);
        if (value instanceof Uint8Array) {
          const etag = `"${createHash('sha1').update(value).digest('base64url')}"`;
          void reply.header('etag', etag).header('cache-control', 'private, no-cache').type('application/octet-stream');
          return req.headers['if-none-match'] === etag ? reply.code(304).send() : reply.send(Buffer.from(value.buffer, value.byteOffset, value.byteLength));
        }
        return reply.code(route.status ?? 200).header('cache-control', 'no-store').send(value);
      },
    });
  }
}
