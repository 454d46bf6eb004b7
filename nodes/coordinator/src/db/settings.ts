import type { Sql } from './database.ts';

export const readSetting = (sql: Pick<Sql, 'get'>, key: string): string | undefined => sql.get<{ value: string }>('select value from setting where key = ?', key)?.value;
export const writeSetting = (sql: Sql, key: string, value: string): void => void sql.run('insert into setting values(?, ?) on conflict do update set value = excluded.value', key, value);
