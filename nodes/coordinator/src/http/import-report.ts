import { Readable } from 'node:stream';
import { MantelError } from '@mantel/contracts/errors.ts';
import type { FastifyInstance } from 'fastify';
import type { Database } from '../db/database.ts';
import type { ReportRow } from '../services/imports/imports.reads.ts';
import { type Asker } from '../services/imports/imports.ts';
import { asker } from '../services/imports/imports.service.ts';
import { BASE } from './api.ts';

const PAGE = 1000;
const COLUMNS = ['part', 'path', 'bytes', 'outcome', 'reason', 'detail', 'assetId', 'sha256'] as const;

/** A cell by RFC 4180. A text that a spreadsheet would run as a formula gets a quote before it. */
export function cell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) || safe !== value ? `"${safe.replaceAll('"', '""')}"` : safe;
}
const csvLine = (row: ReportRow): string => `${COLUMNS.map((c) => cell(row[c])).join(',')}\r\n`;
const jsonOf = ({ n: _n, ...row }: ReportRow): string => JSON.stringify(row);

/** `GET /imports/:id/report?format=csv|json`: every entry of the source and what became of it, in the order in which it was found. Streams page by page. For the owner of the run, and for admins. */
export function addImportReportRoute(app: FastifyInstance, { db, run }: { db: Database; run: (who: Asker, uuid: string) => { id: number; name: string; createdAt: number } }): void {
  app.route({
    method: 'GET', url: `${BASE}/imports/:id/report`, exposeHeadRoute: false, config: { permission: 'import' }, schema: { operationId: 'imports.report', summary: 'The whole report, as CSV or JSON (?format=)', tags: ['imports'] },
    handler: async (req, reply) => {
      const format = (req.query as { format?: unknown }).format ?? 'csv';
      if (format !== 'csv' && format !== 'json') throw new MantelError('bad_request', 'A report is CSV or JSON: ?format=csv or ?format=json.');
      const row = run(asker(req.actor), (req.params as { id: string }).id);
      async function* pages(): AsyncGenerator<ReportRow[]> {
        for (let after: number | null = -1; after !== null; ) {
          const page: { rows: ReportRow[]; next: number | null } = await db.read('imports.report', { runId: row.id, after, limit: PAGE });
          if (page.rows.length) yield page.rows;
          after = page.next;
        }
      }
      async function* csv(): AsyncGenerator<string> {
        yield `\uFEFF${COLUMNS.join(',')}\r\n`; // the mark tells a spreadsheet that names are UTF-8
        for await (const rows of pages()) yield rows.map(csvLine).join('');
      }
      async function* json(): AsyncGenerator<string> {
        let first = true;
        for await (const rows of pages()) {
          yield `${first ? '[\n' : ',\n'}${rows.map(jsonOf).join(',\n')}`;
          first = false;
        }
        yield first ? '[]\n' : '\n]\n';
      }
      const name = `import-${new Date(row.createdAt).toISOString().slice(0, 10)}.${format}`;
      return reply.type(format === 'csv' ? 'text/csv; charset=utf-8' : 'application/json; charset=utf-8').header('content-disposition', `attachment; filename="${name}"`).header('cache-control', 'no-store').send(Readable.from(format === 'csv' ? csv() : json()));
    },
  });
}
