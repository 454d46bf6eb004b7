import type { Sql } from '../../db/database.ts';

export const storageTotals = (sql: Pick<Sql, 'get'>): { originalsBytes: number; assets: number } =>
  sql.get(`select coalesce((select sum(bytes) from file where state = 'live'), 0) originalsBytes, (select count(*) from asset where vis = 1) assets`)!;
