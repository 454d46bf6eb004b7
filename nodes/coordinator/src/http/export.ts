import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { Database } from '../db/database.ts';
import { person } from '../services/adapter.ts';
import { BASE } from './api.ts';

const PAGE = 500;

/** `GET /assets/export?library=`: one JSON object per line, in order of arrival; the library may be a name or an id. Streams, so that a million lines need no memory. */
export function addExportRoute(app: FastifyInstance, db: Database): void {
  app.route({
    method: 'GET', url: `${BASE}/assets/export`, exposeHeadRoute: false, config: { permission: 'asset.read' }, schema: { operationId: 'assets.export', summary: 'Every asset that I may see, one JSON object per line', tags: ['assets'] },
    handler: async (req, reply) => {
      const { userId } = person(req.actor);
      const library = (req.query as { library?: string }).library || null;
      async function* lines(): AsyncGenerator<string> {
        for (let after: number | null = 0; after !== null; ) {
          const page: { lines: object[]; next: number | null } = await db.read('assets.export', { userId, library, after, limit: PAGE });
          if (page.lines.length) yield `${page.lines.map((l) => JSON.stringify(l)).join('\n')}\n`;
          after = page.next;
        }
      }
      return reply.type('application/x-ndjson').header('cache-control', 'no-store').send(Readable.from(lines()));
    },
  });
}
