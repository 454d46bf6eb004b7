import { FLAG, LAYOUT_MAGIC, type TimelineView } from '@mantel/contracts/models/timeline.ts';
import type Native from 'better-sqlite3';
import { dayEnd, dayOf, ORD_STEP, ordSeconds } from './ord.ts';

type Prepare = (text: string) => Native.Statement;
export interface Scope { userId: number; view: TimelineView; /** which libraries; for `photos` those that the person shows */ libraries: number[]; version: number; /** one library opened alone: a twin that is shown elsewhere is shown here too */ alone: boolean }

const NOT_HIDDEN = 'not exists (select 1 from hidden h where h.user_id = @user and h.asset_id = a.id)';
const NOT_ARCHIVED = 'not exists (select 1 from hidden h where h.user_id = @user and h.asset_id = a.id and h.reason & 2)';
// of several marked copies of the same bytes the oldest is shown; whether it is the one of the timeline does not matter
const ONCE = (mark: string): string => `not exists (select 1 from asset o join asset_user v on v.asset_id = o.id and v.user_id = @user and v.${mark} = 1 where o.sha256 = a.sha256 and o.vis = 1 and o.id < a.id)`;

/** One ordered SELECT per library (each walks its own index), merged: `in (…)` would sort the whole library. */
function source({ view, libraries, alone }: Pick<Scope, 'view' | 'libraries' | 'alone'>, columns: string, tail: string): string {
  const ids = libraries.map(Number);
  if (view === 'favourites' || view === 'archive') {
    const mark = view === 'archive' ? 'archived' : 'favourite';
    return `select ${columns} from asset_user u join asset a on a.id = u.asset_id where u.user_id = @user and u.${mark} = 1 and a.vis = 1 and a.library_id in (${ids.join(',') || 'null'}) and ${ONCE(mark)} and u.ord < @before order by u.ord desc ${tail}`;
  }
  const where = view === 'trash' ? 'a.trashed_at is not null' : `a.vis = 1 and ${alone ? NOT_ARCHIVED : NOT_HIDDEN}`;
  if (ids.length === 0) return `select ${columns} from asset a where 0 and @user and @before ${tail}`;
  const parts = ids.map((id) => `select * from (select ${columns} from asset a where a.library_id = ${id} and ${where} and a.ord < @before order by a.ord desc ${tail})`);
  return parts.length === 1 ? parts[0]! : `${parts.join(' union all ')} order by ord desc ${tail}`;
}
const EVERYTHING = Number.MAX_SAFE_INTEGER;

function layout(prepare: Prepare, scope: Scope): Uint8Array {
  const rows = prepare(source(scope, 'a.ord, a.ratio', '')).raw(true).all({ user: scope.userId, before: EVERYTHING }) as [number, number][];
  const days: number[] = [];
  const counts: number[] = [];
  let from = 1; // seconds range of the day in hand; empty at first
  let to = 0;
  for (const [ord] of rows) {
    const s = ordSeconds(ord);
    if (s < from || s >= to) {
      days.push(dayOf(s));
      counts.push(0);
      to = dayEnd(days.at(-1)!);
      from = to - 86_400;
    }
    counts[counts.length - 1]!++;
  }
  const out = new Uint8Array(16 + days.length * 8 + rows.length);
  const view = new DataView(out.buffer);
  [LAYOUT_MAGIC, scope.version, rows.length, days.length].forEach((v, i) => view.setUint32(i * 4, v >>> 0, true));
  days.forEach((day, i) => {
    view.setUint32(16 + i * 8, day, true);
    view.setUint32(20 + i * 8, counts[i]!, true);
  });
  const at = 16 + days.length * 8;
  for (let i = 0; i < rows.length; i++) out[at + i] = rows[i]![1];
  return out;
}

type WindowRow = [uuid: string, ord: number, type: string, preview: string, version: string, thumbhash: Buffer | null, duration: number | null, file: string, favourite: number | null, id: number, problems: string, parts: number];
const PROBLEM_FLAGS: [string, number][] = [['"truncated"', FLAG.truncated], ['"too_large"', FLAG.tooLarge], ['"encrypted"', FLAG.encrypted], ['"empty"', FLAG.empty]];
/** Of the problems (JSON text) what a tile says. Nearly always there are none. */
const problemFlags = (problems: string): number => (problems === '[]' ? 0 : PROBLEM_FLAGS.reduce((flags, [name, flag]) => flags | (problems.includes(name) ? flag : 0), 0));
export interface WindowRead { ids: string[]; files: string[]; versions: string[]; thumbhashes: string[]; flags: number[]; times: number[]; durations: number[]; waiting: number[] }

function window(prepare: Prepare, q: Scope & { day: number; skip: number; limit: number }): WindowRead {
  const columns = `a.uuid, a.ord, a.type, a.preview, a.preview_version, a.thumbhash, a.duration_ms, (select f.uuid from file f where f.asset_id = a.id and f.shown = 1),
    (select s.favourite from asset_user s where s.user_id = @user and s.asset_id = a.id), a.id, a.problems, a.parts`;
  // first which rows, by the index alone, then what they say: half the work of reading everything and cutting
  const keys = `select id, ord from (${source(q, 'a.id, a.ord', 'limit @reach')}) order by ord desc limit @limit offset @skip`;
  const sql = `select ${columns} from (${keys}) k cross join asset a on a.id = k.id order by k.ord desc`;
  const rows = prepare(sql).raw(true).all({ user: q.userId, before: dayEnd(q.day) * ORD_STEP, reach: q.skip + q.limit, limit: q.limit, skip: q.skip }) as WindowRow[];
  const out: WindowRead = { ids: [], files: [], versions: [], thumbhashes: [], flags: [], times: [], durations: [], waiting: [] };
  for (const [uuid, ord, type, preview, version, thumbhash, duration, file, favourite, id, problems, parts] of rows) {
    out.ids.push(uuid);
    out.files.push(file);
    out.versions.push(version);
    out.thumbhashes.push(thumbhash?.toString('base64') ?? '');
    out.flags.push((type === 'video' ? FLAG.video : 0) | (favourite ? FLAG.favourite : 0) | (preview === 'waiting' ? FLAG.waiting : 0) | (preview === 'failed' ? FLAG.failed : 0) | (parts & 1 ? FLAG.live : 0) | (parts & 2 ? FLAG.raw : 0) | problemFlags(problems));
    out.times.push(ordSeconds(ord));
    out.durations.push(Math.ceil((duration ?? 0) / 1000));
    if (preview === 'waiting') out.waiting.push(id);
  }
  return out;
}

type Months = { month: number; count: number }[];
function months(prepare: Prepare, scope: Scope): Months {
  if (scope.view !== 'photos') {
    const rows = prepare(`select month, count(*) count from (${source(scope, 'a.month, a.ord', '')}) group by month order by month desc`).all({ user: scope.userId, before: EVERYTHING });
    return rows as Months;
  }
  const ids = scope.libraries.map(Number).join(',') || 'null';
  if (scope.alone) {
    return prepare(`select month, sum(n) count from (select month, n from month_count where library_id in (${ids}) union all select month, -1 from hidden where user_id = ? and library_id in (${ids}) and reason & 2) group by month having sum(n) > 0 order by month desc`).all(scope.userId) as Months;
  }
  return prepare(`select month, sum(n) count from (select month, n from month_count where library_id in (${ids}) union all select month, -n from hidden_count where user_id = ? and library_id in (${ids})) group by month having sum(n) > 0 order by month desc`).all(scope.userId) as Months;
}

export const timelineReads = { 'timeline.layout': layout, 'timeline.window': window, 'timeline.months': months };
