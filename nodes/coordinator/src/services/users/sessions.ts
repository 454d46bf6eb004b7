import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { MantelError } from '@mantel/contracts/errors.ts';
import type { Actor } from '@mantel/contracts/permissions.ts';
import type { Session as SessionView } from '@mantel/contracts/models/user.ts';
import type { EntityManager } from '@mikro-orm/sqlite';
import type { Database } from '../../db/database.ts';
import { Session } from './session.entity.ts';
import { sessionByToken, touchSession } from './sessions.repository.ts';

const IDLE_MS = 90 * 24 * 3600 * 1000;
const TOUCH_MS = 5 * 60 * 1000;
export const hashToken = (token: string): string => createHash('sha256').update(token).digest('hex');

export interface Client { device?: string; address?: string | null }

/** Opens a session inside a transaction and returns its token, which exists nowhere else. */
export function openSession(em: EntityManager, userId: number, client: Client): string {
  const token = randomBytes(32).toString('base64url');
  const now = Date.now();
  em.create(Session, { uuid: randomUUID(), userId, tokenHash: hashToken(token), device: client.device?.slice(0, 300) || 'unknown device', address: client.address ?? null, createdAt: now, lastSeenAt: now });
  return token;
}

export function createSessions(db: Database, onEnd: (sessionIds: number[]) => void) {
  const end = async (where: object): Promise<number> => {
    const ids = await db.write(async (em) => {
      const rows = await em.find(Session, where);
      await em.nativeDelete(Session, { id: { $in: rows.map((r) => r.id) } });
      return rows.map((r) => r.id);
    });
    onEnd(ids);
    return ids.length;
  };
  return {
    /** Who a token belongs to. Sessions that were idle for 90 days are over. */
    resolve(token: string): Actor {
      const row = sessionByToken(db.sql, hashToken(token));
      const now = Date.now();
      if (!row || row.lastSeenAt < now - IDLE_MS) return { kind: 'anonymous' };
      if (row.disabled) throw new MantelError('account_disabled');
      if (row.lastSeenAt < now - TOUCH_MS) db.writeSql((sql) => touchSession(sql, row.id, now)).catch(() => undefined); // only a time of day; the next request tries again
      return { kind: 'user', userId: row.userId, userUuid: row.userUuid, role: row.role, sessionId: row.id };
    },
    async list(userId: number, current: number): Promise<SessionView[]> {
      const rows = await db.em.find(Session, { userId }, { orderBy: { lastSeenAt: 'desc' } });
      return rows.map((s) => ({ id: s.uuid, device: s.device, address: s.address ?? null, createdAt: new Date(s.createdAt).toISOString(), lastSeenAt: new Date(s.lastSeenAt).toISOString(), current: s.id === current }));
    },
    /** Sessions that are over anyway. */
    prune: (): Promise<number> => end({ lastSeenAt: { $lt: Date.now() - IDLE_MS } }),
    endOne: (id: number): Promise<number> => end({ id }),
    async revoke(userId: number, uuid: string): Promise<void> {
      if ((await end({ userId, uuid })) === 0) throw new MantelError('not_found');
    },
    endAllOf: (userId: number, except?: number): Promise<number> => end(except === undefined ? { userId } : { userId, id: { $ne: except } }),
  };
}
export type Sessions = ReturnType<typeof createSessions>;
