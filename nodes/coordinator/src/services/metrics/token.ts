import { randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Actor } from '@mantel/contracts/permissions.ts';

/** What a Prometheus server shows instead of a person's session: STATE/cluster/metrics.token (0600), made when it is missing. A new one: remove the file and restart. */
export function openMetricsToken(state: string): string {
  const file = join(state, 'cluster', 'metrics.token');
  if (!existsSync(file)) {
    writeFileSync(`${file}.new`, randomBytes(24).toString('base64url'), { mode: 0o600, flush: true });
    renameSync(`${file}.new`, file);
  }
  return readFileSync(file, 'utf8').trim();
}

/** Who comes with the token may read the metrics and nothing else; all others are who they were. */
export function withMetricsToken(token: string, resolve: (given: string) => Actor): (given: string) => Actor {
  const own = Buffer.from(token);
  return (given) => {
    const bytes = Buffer.from(given);
    return bytes.length === own.length && timingSafeEqual(bytes, own) ? { kind: 'metrics' } : resolve(given);
  };
}
