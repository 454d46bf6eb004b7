import type { Role } from '@mantel/contracts/permissions.ts';
import type { Sql } from '../../db/database.ts';

export interface SessionRow { id: number; userId: number; userUuid: string; role: Role; disabled: number; lastSeenAt: number }

export const sessionByToken = (sql: Pick<Sql, 'get'>, tokenHash: string): SessionRow | undefined =>
  sql.get<SessionRow>('select s.id, s.user_id userId, u.uuid userUuid, u.role, u.disabled, s.last_seen_at lastSeenAt from session s join user u on u.id = s.user_id where s.token_hash = ?', tokenHash);

export const touchSession = (sql: Sql, id: number, now: number): void => void sql.run('update session set last_seen_at = ? where id = ?', now, id);

/** Asked anew each time: a role may change while a session stays open. */
export const isAdmin = (sql: Pick<Sql, 'get'>, userId: number): boolean => sql.get(`select 1 from user where id = ? and role = 'admin' and disabled = 0`, userId) !== undefined;
