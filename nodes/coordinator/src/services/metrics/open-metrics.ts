// The wiring of this noun.
import type { Actor } from '@mantel/contracts/permissions.ts';
import type { Database } from '../../db/database.ts';
import type { Handlers } from '../adapter.ts';
import { createMetrics, type Metrics, type MetricsDeps } from './metrics.ts';
import { openMetricsToken, withMetricsToken } from './token.ts';

export interface OpenMetrics extends Omit<MetricsDeps, 'numbers'> { state: string; db: Database; resolve: (token: string) => Actor }

export function openMetrics({ state, db, resolve, ...deps }: OpenMetrics): Metrics & { resolve: (token: string) => Actor; handlers: Handlers } {
  const token = openMetricsToken(state);
  return { ...createMetrics({ ...deps, numbers: () => db.read('metrics.numbers', {}) }), resolve: withMetricsToken(token, resolve), handlers: { 'nodes.metrics': () => ({ path: '/metrics', token }) } };
}
