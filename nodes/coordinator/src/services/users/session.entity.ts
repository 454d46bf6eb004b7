import { defineEntity, p } from '@mikro-orm/sqlite';

/** The token itself is never stored, only its SHA-256: a stolen database opens no session. */
const SessionSchema = defineEntity({ name: 'Session', tableName: 'session', properties: {
  id: p.integer().primary(), uuid: p.string().unique(), userId: p.integer(), tokenHash: p.string().unique(), device: p.string(), address: p.string().nullable(), createdAt: p.integer(), lastSeenAt: p.integer(),
} });
export class Session extends SessionSchema.class {}
SessionSchema.setClass(Session);
