import type { FastifyInstance } from 'fastify';
import type { Metrics } from '../services/metrics/metrics.ts';
import { BASE } from './api.ts';

/** GET /metrics for Prometheus: with an admin's session, or with the token that `mantel nodes metrics-token` shows. Before all other routes, because it counts their answers. */
export function addMetricsRoute(app: FastifyInstance, metrics: Metrics): void {
  app.addHook('onResponse', async (req, reply) => {
    metrics.answered(reply.statusCode, reply.elapsedTime);
    if (req.method === 'POST' && req.routeOptions.url === `${BASE}/assets`) metrics.uploaded(reply.statusCode);
  });
  app.route({
    method: 'GET', url: '/metrics', exposeHeadRoute: false, config: { permission: 'admin.metrics' }, schema: { hide: true },
    handler: async (_req, reply) => reply.type('text/plain; version=0.0.4; charset=utf-8').header('cache-control', 'no-store').send(await metrics.text()),
  });
}
