import type { ImportOptions, ImportRun, RunPreview } from '@mantel/contracts/models/source.ts';
import type { Doors } from './doors.ts';
import type { Moving } from './engine.ts';
import type { PartStore } from './parts.ts';
import * as runs from './runs.repository.ts';

const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());
const FRESH_MS = 400;

/** A run as people see it. Counting a large one takes a moment, so that what was counted is good for a little while; one that rests is counted once. */
export function createView(doors: Doors, parts: PartStore, moving: (id: number) => Moving | undefined) {
  const counted = new Map<number, { at: number; tally: Promise<runs.Tally> }>();
  const tallyOf = (row: runs.RunRow): Promise<runs.Tally> => {
    if (row.summary !== null) return Promise.resolve(JSON.parse(row.summary) as runs.Tally);
    const known = counted.get(row.id);
    if (known && Date.now() - known.at < FRESH_MS) return known.tally;
    const tally = doors.db.read('imports.tally', row.id);
    counted.set(row.id, { at: Date.now(), tally });
    if (counted.size > 100) counted.delete(counted.keys().next().value!);
    return tally;
  };
  return async (row: runs.RunRow): Promise<ImportRun> => {
    const { counts, items, unread } = await tallyOf(row);
    const m = moving(row.id);
    const preview = row.preview === null ? null : (JSON.parse(row.preview) as RunPreview);
    const total = Object.values(items).reduce((a, b) => a + b, 0);
    const done = total - (items.pending ?? 0);
    const rate = row.state === 'running' ? (m?.meter.perSecond() ?? null) : null;
    const bytes = preview?.bytes ?? 0;
    return {
      id: row.uuid, sourceId: row.sourceUuid, name: row.name, pluginId: row.pluginId, pluginVersion: row.pluginVersion, libraryId: row.libraryUuid, libraryName: row.libraryName, ownerId: row.ownerUuid, ownerName: row.ownerName,
      options: JSON.parse(row.options) as ImportOptions, state: row.state, trouble: row.trouble ?? (m?.waits ? `Waits until “${m.waits}” is through.` : null), scanned: m?.scanned ?? { done: 0, total: null, what: null }, preview, counts,
      items: { total, done, failed: (items.problem ?? 0) + (unread ?? 0) }, bytes: { total: Math.max(bytes, row.doneBytes), done: row.doneBytes }, perSecond: rate, etaSeconds: rate ? Math.ceil((total - done) / rate) : null, now: m?.now ?? null,
      parts: await parts.view(row), albumIds: runs.albumsMade(doors.db.sql, row.id), createdAt: iso(row.createdAt)!, startedAt: iso(row.startedAt), endedAt: iso(row.endedAt),
      canUndo: row.startedAt !== null && (JSON.parse(row.options) as ImportOptions).mode !== 'move' && ['done', 'cancelled', 'paused', 'failed'].includes(row.state),
    };
  };
}
export type View = ReturnType<typeof createView>;
