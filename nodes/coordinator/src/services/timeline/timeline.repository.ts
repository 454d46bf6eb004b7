import type { TimelineView } from '@mantel/contracts/models/timeline.ts';
import type { Sql } from '../../db/database.ts';

type Read = Pick<Sql, 'get' | 'all'>;
/** The libraries that a view draws from. `photos` is what a person shows; the other views reach every library that they are a member of. Locked ones are in none. */
export function librariesInView(sql: Read, userId: number, view: TimelineView, only?: string): number[] {
  return sql.all<{ id: number }>(
    `select l.id from membership m join library l on l.id = m.library_id where m.user_id = ? and l.kind <> 'locked' and (? is null or l.uuid = ?) and (m.show = 1 or ? <> 'photos' or ? is not null) order by l.id`,
    userId, only ?? null, only ?? null, view, only ?? null).map((r) => r.id);
}
/** Grows with every change that a person may see. */
export function timelineVersion(sql: Read, userId: number): number {
  const libraries = sql.all<{ id: number }>('select library_id id from membership where user_id = ?', userId).map((r) => r.id);
  const max = (where: string, id: number): number => sql.get<{ v: number | null }>(`select max(seq) v from change where ${where} = ?`, id)?.v ?? 0;
  return Math.max(max('user_id', userId), ...libraries.map((id) => max('library_id', id)));
}
