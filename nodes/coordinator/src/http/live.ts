import type { ServerResponse } from 'node:http';
import type { LIVE_EVENTS } from '@mantel/contracts/events.ts';
import type { ChangeRow } from '../db/change-log.ts';
import type { FastifyInstance } from 'fastify';
import { person } from '../services/adapter.ts';
import { BASE } from './api.ts';

export interface LiveDeps { changes: (userId: number, seq: number, limit: number) => ChangeRow[]; lastSeq: () => number; firstSeq: () => number; isAdmin: (userId: number) => boolean }
interface Listener { userId: number; sessionId: number; seq: number; out: ServerResponse }
const BATCH = 500;
const MAX_BEHIND = 5000; // more than this is quicker to load anew
const MAX_WAITING_BYTES = 1 << 20;
const KEEP_ALIVE_MS = 25_000;
const HINT_EVERY_MS = 500;
const MAX_LISTENERS_PER_USER = 32;

/** Server-sent events from the change log. Each listener has its own place in the log, so a reconnect with Last-Event-ID misses nothing. */
export function createLive({ changes, lastSeq, firstSeq, isAdmin }: LiveDeps) {
  const listeners = new Set<Listener>();
  let due: NodeJS.Immediate | undefined;
  const hints = new Map<string, NodeJS.Timeout>();

  const drop = (l: Listener): void => {
    listeners.delete(l);
    l.out.destroy();
  };
  const send = (l: Listener, text: string): void => {
    if (l.out.writableLength > MAX_WAITING_BYTES) drop(l); // it reads too slowly; it will come back where it was
    else l.out.write(text);
  };
  const catchUp = (l: Listener): void => {
    for (let sent = 0; listeners.has(l); ) {
      const upTo = lastSeq();
      const rows = changes(l.userId, l.seq, BATCH);
      for (const c of rows) send(l, `id: ${c.seq}\nevent: change\ndata: ${JSON.stringify({ seq: c.seq, kind: c.kind, id: c.uuid, op: c.op })}\n\n`);
      l.seq = rows.length === BATCH ? rows.at(-1)!.seq : Math.max(l.seq, upTo); // what it may not hear need not be looked at again
      sent += rows.length;
      if (rows.length < BATCH) return;
      if (sent >= MAX_BEHIND) due ??= setImmediate(flush); // the others first
      if (sent >= MAX_BEHIND) return;
    }
  };
  const flush = (): void => {
    due = undefined;
    for (const l of listeners) {
      try {
        catchUp(l);
      } catch {
        drop(l); // it comes back where it was
      }
    }
  };
  /** For admins, or for everybody; at most twice a second. */
  const hint = (event: Exclude<(typeof LIVE_EVENTS)[number], 'change' | 'reset'>): void => {
    if (hints.has(event) || listeners.size === 0) return;
    hints.set(event, setTimeout(() => {
      hints.delete(event);
      for (const l of listeners) if (event === 'imports' || isAdmin(l.userId)) send(l, `event: ${event}\ndata: {}\n\n`);
    }, HINT_EVERY_MS).unref());
  };
  const keepAlive = setInterval(() => { for (const l of listeners) send(l, `id: ${l.seq}\n\n`); }, KEEP_ALIVE_MS);
  keepAlive.unref();

  return {
    /** After a commit. */
    changed(): void {
      if (listeners.size) due ??= setImmediate(flush);
    },
    /** Job counts moved. */
    jobsChanged: (): void => hint('jobs'),
    /** Something is new about workers, or about PCs that would like to be one. */
    nodesChanged: (): void => hint('nodes'),
    /** A plugin came, went, crashed or was switched. */
    pluginsChanged: (): void => hint('plugins'),
    /** A problem card came or went. */
    repairsChanged: (): void => hint('repairs'),
    /** An import run moved, or a source was set up. */
    importsChanged: (): void => hint('imports'),
    /** A session that ended hears nothing more. */
    end(sessionIds: number[]): void {
      for (const l of listeners) {
        if (!sessionIds.includes(l.sessionId)) continue;
        listeners.delete(l);
        l.out.end(); // a clean end: a cut stream would be an error in the browser of somebody who only signed out
      }
    },
    addRoute(app: FastifyInstance): void {
      app.route({
        method: 'GET', url: `${BASE}/live`, exposeHeadRoute: false, config: { permission: 'asset.read' }, schema: { operationId: 'live', summary: 'Live events (server-sent events)', tags: ['live'] },
        handler: async (req, reply) => {
          const user = person(req.actor);
          const mine = [...listeners].filter((l) => l.userId === user.userId);
          if (mine.length >= MAX_LISTENERS_PER_USER) drop(mine[0]!);
          reply.hijack();
          const out = reply.raw;
          out.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
          const given = Number(req.headers['last-event-id'] ?? (req.query as { since?: string }).since ?? Number.NaN);
          const last = lastSeq();
          const tooOld = Number.isFinite(given) && (given < firstSeq() - 1 || given > last || last - given > MAX_BEHIND);
          const listener: Listener = { userId: user.userId, sessionId: user.sessionId, seq: Number.isFinite(given) && !tooOld ? given : last, out };
          listeners.add(listener);
          out.on('close', () => listeners.delete(listener));
          out.write(`retry: 2000\nid: ${listener.seq}\n\n`);
          if (tooOld) send(listener, `id: ${listener.seq}\nevent: reset\ndata: {}\n\n`);
          catchUp(listener);
        },
      });
    },
    stop(): void {
      clearInterval(keepAlive);
      for (const timer of hints.values()) clearTimeout(timer);
      if (due) clearImmediate(due);
      for (const l of listeners) drop(l);
    },
  };
}
export type Live = ReturnType<typeof createLive>;
