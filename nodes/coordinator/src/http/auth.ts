import { MantelError } from '@mantel/contracts/errors.ts';
import { type Actor, allowed, type Permission } from '@mantel/contracts/permissions.ts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyRequest { actor: Actor }
  interface FastifyContextConfig { permission?: Permission }
}
export const COOKIE = 'mantel_session';
const COOKIE_DAYS = 400; // the longest that browsers keep one; the session itself ends after 90 idle days
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

function tokenOf(req: FastifyRequest): string | undefined {
  const bearer = /^Bearer (\S{1,200})$/i.exec(req.headers.authorization ?? '')?.[1];
  return bearer ?? req.cookies[COOKIE];
}

/** A page of another web site must not act with the cookie of a signed-in browser. Programs send no Origin. */
function checkOrigin(req: FastifyRequest): void {
  if (SAFE.has(req.method)) return;
  const { origin } = req.headers;
  if (origin === undefined) {
    if (req.headers['sec-fetch-site'] === 'cross-site') throw new MantelError('foreign_origin');
    return;
  }
  let host: string | undefined;
  try {
    host = new URL(origin).host;
  } catch { /* "null" and nonsense are foreign */ }
  if (host !== req.headers.host) throw new MantelError('foreign_origin');
}

/** Runs before the body is read: who asks, from where, and whether the route's permission allows it. A route without a permission cannot be registered. */
export function addAuth(app: FastifyInstance, resolve: (token: string) => Actor): void {
  app.decorateRequest('actor');
  app.addHook('onRoute', (route) => {
    const permission = (route.config as { permission?: Permission } | undefined)?.permission;
    if (!permission) throw new Error(`wiring: the route ${String(route.method)} ${route.url} declares no permission`);
  });
  app.addHook('onRequest', async (req) => {
    const token = tokenOf(req);
    req.actor = token === undefined ? { kind: 'anonymous' } : resolve(token);
    const { permission } = req.routeOptions.config;
    if (permission === 'worker') return; // signed addresses are checked by the route
    checkOrigin(req);
    if (permission && !allowed(req.actor, permission)) throw new MantelError(req.actor.kind === 'anonymous' ? 'unauthenticated' : 'forbidden');
  });
}

export function setSessionCookie(req: FastifyRequest, reply: FastifyReply, token: string): void {
  const secure = (req.socket as { encrypted?: boolean }).encrypted === true;
  void reply.setCookie(COOKIE, token, { path: '/', httpOnly: true, sameSite: 'lax', secure, maxAge: COOKIE_DAYS * 24 * 3600 });
}
export const clearSessionCookie = (reply: FastifyReply): void => void reply.clearCookie(COOKIE, { path: '/' });
