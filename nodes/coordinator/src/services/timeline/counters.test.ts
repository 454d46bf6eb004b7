import { afterEach, beforeEach, expect, test } from 'vitest';
import { type House, insertAsset, openHouse, type Person, SEED } from '../../testing/house.ts';
import { counted, enterTimeline, HIDDEN, leaveTimeline, refreshTwinsOf, setHidden, setLocalTime } from './counters.repository.ts';
import { dayEnd, dayOf, localSeconds, monthOf, ratioByte } from './ord.ts';
import { createTimeline } from './timeline.ts';

let house: House;
let people: Person[];
beforeEach(async () => {
  house = await openHouse();
  people = [];
  for (const name of ['Ann', 'Bob', 'Cleo']) people.push(await house.addPerson(name));
});
afterEach(() => house.close());

/** What a person's timeline must hold, straight from the rows, without any counter. */
function expected(userId: number): Map<number, number> {
  const rows = house.db.sql.all<{ id: number; sha256: string; month: number; archived: number | null }>(
    `select a.id, a.sha256, a.month, s.archived from asset a join membership m on m.library_id = a.library_id and m.user_id = ? and m.show = 1 left join asset_user s on s.asset_id = a.id and s.user_id = m.user_id where a.vis = 1 order by a.id`, userId);
  const months = new Map<number, number>();
  const seen = new Set<string>();
  for (const r of rows) {
    if (seen.has(r.sha256)) continue;
    seen.add(r.sha256);
    if (!r.archived) months.set(r.month, (months.get(r.month) ?? 0) + 1);
  }
  return months;
}

function random(seed: number): (n: number) => number {
  let s = seed >>> 0;
  return (n) => {
    s = (Math.imul(s, 1664525) + 1013904223) >>> 0;
    return Math.floor((s / 2 ** 32) * n);
  };
}

test.each([1, 2, 3, 4])('counters, twins and layout agree with the rows after 150 random changes (round %i)', async (round) => {
  const pick = random(SEED * 100 + round);
  const timeline = createTimeline({ db: house.db, wanted: () => undefined });
  const libraries = house.db.sql.all<{ id: number; kind: string }>('select id, kind from library');
  const shared = libraries.find((l) => l.kind === 'shared')!.id;
  const ids: number[] = [];
  for (let step = 0; step < 150; step++) {
    await house.db.writeSql((sql) => {
      const person = people[pick(people.length)]!;
      const what = pick(12);
      const id = ids[pick(Math.max(1, ids.length))];
      if (what < 5 || id === undefined) {
        const sha256 = `content${pick(12)}`;
        const libraryId = libraries[pick(libraries.length)]!.id;
        if (sql.get('select 1 from file where library_id = ? and sha256 = ?', libraryId, sha256)) return;
        ids.push(insertAsset(sql, { libraryId, local: `20${10 + pick(3)}-0${1 + pick(9)}-15T12:00:0${pick(3)}`, sha256, ...(pick(2) ? { lat: pick(170) - 85, lon: pick(350) - 175 } : {}) }).id);
      } else if (what < 7) {
        const a = counted(sql, id)!;
        const visible = sql.get<{ vis: number }>('select vis from asset where id = ?', id)!.vis === 1;
        sql.run('update asset set vis = ?, trashed_at = ? where id = ?', visible ? 0 : 1, visible ? 1 : null, id);
        if (visible) leaveTimeline(sql, a);
        else enterTimeline(sql, a);
      } else if (what < 9) {
        const on = pick(2) === 1;
        sql.run('insert into asset_user(user_id, asset_id, ord, archived) select ?, id, ord, ? from asset where id = ? on conflict do update set archived = excluded.archived', person.id, on ? 1 : 0, id);
        if (sql.get<{ vis: number }>('select vis from asset where id = ?', id)!.vis === 1) setHidden(sql, person.id, counted(sql, id)!, HIDDEN.archived, on);
      } else if (what > 9) {
        const local = `20${10 + pick(3)}-0${1 + pick(9)}-15T12:00:0${pick(3)}`;
        sql.run('update asset set taken_at_local = ? where id = ?', local, id);
        setLocalTime(sql, id, localSeconds(local));
      } else {
        sql.run('update membership set show = 1 - show where user_id = ? and library_id = ?', person.id, shared);
        refreshTwinsOf(sql, person.id);
      }
    });
  }
  for (const person of people) {
    const want = expected(person.id);
    // the archive mark belongs to the asset that is shown; one that hides behind its twin keeps its own mark, so compare where neither is archived apart
    const { months, total } = await timeline.months(person.id);
    const layout = await timeline.layout(person.id);
    expect(new DataView(layout.buffer).getUint32(8, true)).toBe(total);
    expect(Object.fromEntries(months.map((m) => [m.month, m.count]))).toEqual(Object.fromEntries(want));
  }
  const geo = house.db.sql.get<{ n: number }>('select coalesce(sum(n), 0) n from geo_cell where z = 2')!.n;
  expect(geo).toBe(house.db.sql.get<{ n: number }>('select count(*) n from asset where vis = 1 and lat is not null')!.n);
});

test('days, months and bytes', () => {
  for (const local of ['2023-05-31T23:59:59', '1969-12-31T00:00:00', '1887-05-04T12:00:00', '2024-02-29T00:00:00']) {
    const s = localSeconds(local);
    expect(dayOf(s)).toBe(Number(local.slice(0, 10).replaceAll('-', '')));
    expect(monthOf(s)).toBe(Math.floor(dayOf(s) / 100));
    expect(dayEnd(dayOf(s))).toBeGreaterThan(s);
    expect(dayEnd(dayOf(s)) - s).toBeLessThanOrEqual(86_400);
  }
  expect([ratioByte(4000, 3000), ratioByte(3000, 4000), ratioByte(null, 1), ratioByte(1, 900), ratioByte(9000, 100)]).toEqual([85, 48, 85, 1, 255]);
});

test('assets of one second get different ords, in order of arrival, and windows walk them all', async () => {
  const libraryId = house.libraryId('Ann');
  const made = await house.db.writeSql((sql) => Array.from({ length: 25 }, (_, i) => insertAsset(sql, { libraryId, local: i % 2 ? '2020-01-01T10:00:00' : '2020-01-02T10:00:00' }).uuid));
  const timeline = createTimeline({ db: house.db, wanted: () => undefined });
  const ann = people[0]!.id;
  const got: string[] = [];
  for (const day of [20200102, 20200101]) {
    for (let skip = 0; ; skip += 4) {
      const w = await timeline.window(ann, { day, skip, limit: 4 });
      const ofDay = w.ids.filter((_, i) => dayOf(w.times[i]!) === day);
      got.push(...ofDay);
      if (ofDay.length < 4) break;
    }
  }
  expect(new Set(got)).toEqual(new Set(made));
  expect(got).toHaveLength(25);
});

test('a library opened alone shows its own copy of a twin, and a change to the other copy is news for it', async () => {
  const ann = people[0]!;
  const [own, family] = [house.libraryId('Ann'), house.libraryId('Family')];
  const uuidOf = (id: number): string => house.db.sql.get<{ uuid: string }>('select uuid from library where id = ?', id)!.uuid;
  const [first, second] = await house.db.writeSql((sql) => [own, family].map((libraryId) => insertAsset(sql, { libraryId, local: '2020-01-01T10:00:00', sha256: 'twin' })));
  await house.db.writeSql((sql) => sql.run('insert into asset_user(user_id, asset_id, ord, favourite) select ?, id, ord, 1 from asset where id = ?', ann.id, second!.id));
  const timeline = createTimeline({ db: house.db, wanted: () => undefined });
  const window = async (libraryId?: string, view: 'photos' | 'favourites' = 'photos'): Promise<string[]> => (await timeline.window(ann.id, { day: 20200101, view, ...(libraryId ? { libraryId } : {}) })).ids;
  expect(await window()).toEqual([first!.uuid]);
  expect(await window(uuidOf(family))).toEqual([second!.uuid]);
  expect((await timeline.months(ann.id, 'photos', uuidOf(family))).total).toBe(1);
  expect(await window(undefined, 'favourites')).toEqual([second!.uuid]); // the copy that was marked, although the timeline shows the other
});

test('an asset that moves in time takes its marks, tags and counts along, in view or in the trash', async () => {
  const ann = people[0]!;
  const libraryId = house.libraryId('Ann');
  const timeline = createTimeline({ db: house.db, wanted: () => undefined });
  const to = localSeconds('1999-12-31T23:59:59');
  const [seen, trashed, resident] = await house.db.writeSql((sql) => {
    const made = ['2020-01-01T10:00:00', '2020-01-01T10:00:00', '1999-12-31T23:59:59'].map((local) => insertAsset(sql, { libraryId, local, lat: 1, lon: 2 }));
    for (const { id } of made) sql.run('insert into asset_user(user_id, asset_id, ord, favourite, archived) select ?, id, ord, 1, 0 from asset where id = ?', ann.id, id);
    sql.run(`insert into tag(id, uuid, name, path) values(1, 't', 'beach', 'beach')`);
    sql.run(`insert into asset_tag select 1, ord, id, 'file' from asset`);
    sql.run('update asset set vis = 0, trashed_at = 1 where id = ?', made[1]!.id);
    leaveTimeline(sql, counted(sql, made[1]!.id)!);
    for (const { id } of made.slice(0, 2)) setLocalTime(sql, id, to);
    return made;
  });
  expect((await timeline.months(ann.id)).months).toEqual([{ month: 199912, count: 2 }]);
  expect((await timeline.window(ann.id, { day: 19991231, view: 'favourites' })).ids).toEqual([seen!.uuid, resident!.uuid]); // the next free places of that second
  expect((await timeline.window(ann.id, { day: 19991231, view: 'trash' })).ids).toEqual([trashed!.uuid]);
  for (const table of ['asset_user', 'asset_tag']) expect(house.db.sql.get(`select count(*) n from ${table} x join asset a on a.id = x.asset_id where x.ord <> a.ord`), table).toEqual({ n: 0 });
});

test('a twin that is hidden moves in time without taking the month of the visible one along', async () => {
  const ann = people[0]!;
  const timeline = createTimeline({ db: house.db, wanted: () => undefined });
  const [seen, hidden] = await house.db.writeSql((sql) => ['Family', 'Ann'].map((library) => insertAsset(sql, { libraryId: house.libraryId(library), local: '2020-01-01T10:00:00', sha256: 'twin' })));
  for (const [asset, local, month] of [[hidden, '2021-06-01T10:00:00', 202001], [hidden, '2021-07-01T10:00:00', 202001], [seen, '2022-06-01T10:00:00', 202206]] as const) {
    await house.db.writeSql((sql) => setLocalTime(sql, asset!.id, localSeconds(local)));
    expect((await timeline.months(ann.id)).months).toEqual([{ month, count: 1 }]);
    expect(house.db.sql.all('select month, n from hidden_count where user_id = ?', ann.id)).toEqual(house.db.sql.all('select month, 1 n from asset where id = ?', hidden!.id));
  }
  expect(house.db.sql.all('select vis from asset')).toEqual([{ vis: 1 }, { vis: 1 }]);
});
