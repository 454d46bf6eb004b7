import { createHash } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import type { GatewayName, GatewayParams, GatewayResult } from '@mantel/contracts/actions/index.ts';
import type { PreviewLease } from '@mantel/contracts/models/job.ts';
import { netBroker } from '@mantel/runtime/broker.ts';
import { createLogger } from '@mantel/runtime/logger.ts';
import type { Paired } from '@mantel/runtime/paired.ts';
import sharp from 'sharp';
import { type Answer, ask } from './ask.ts';

/** A worker whose every move the test decides. */
export async function joinGateway(paired: Paired) {
  const broker = netBroker(paired.id, paired, createLogger(paired.id, { level: 'silent' }));
  await broker.start();
  await broker.waitForServices(['jobs', 'nodes'], 10_000, 20);
  const call = <N extends GatewayName>(name: N, params: Omit<GatewayParams<N>, 'auth'>, auth = paired.token): Promise<GatewayResult<N>> => broker.call(name, { ...params, auth }, { timeout: 15_000 });
  const tls = (method: string, path: string, body?: Buffer, headers: Record<string, string | number> = {}): Promise<Answer> => ask(paired.port, { method, path, cert: paired.cert, headers, ...(body ? { body } : {}) });
  return {
    id: paired.id, broker, call, tls,
    lease: (waitMs = 8000): Promise<PreviewLease | null> => call('jobs.lease', { kinds: ['preview'], waitMs }) as Promise<PreviewLease | null>,
    put: (path: string, body: Buffer, headers: Record<string, string | number> = {}): Promise<Answer> =>
      tls('PUT', path, body, { 'content-type': 'application/octet-stream', 'content-length': body.length, 'x-sha256': createHash('sha256').update(body).digest('hex'), ...headers }),
    stop: (): Promise<void> => broker.stop(),
  };
}
export type GatewayClient = Awaited<ReturnType<typeof joinGateway>>;

export const RESULT = { width: 48, height: 32, thumbhash: 'AAAA', dhash: '0123456789abcdef', durationMs: null, problems: [] };
/** Outputs that pass: `n` makes them different. */
export const outputs = async (n = 0): Promise<{ preview: Buffer; thumb: Buffer }> => {
  const picture = () => sharp({ create: { width: 48, height: 32, channels: 3, background: { r: n % 256, g: 9, b: 99 } } });
  return { preview: await picture().jpeg().toBuffer(), thumb: await picture().webp().toBuffer() };
};

/** The next request that reaches the server of this process under a path. */
export function nextRequest(path: string, ms = 15_000): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const look = (message: unknown): void => {
      const { request } = message as { request: IncomingMessage };
      if (!request.url?.startsWith(path)) return;
      clearTimeout(limit);
      unsubscribe('http.server.request.start', look);
      resolve(request);
    };
    const limit = setTimeout(() => {
      unsubscribe('http.server.request.start', look);
      reject(new Error(`nobody asked for ${path} in ${ms} ms`));
    }, ms);
    subscribe('http.server.request.start', look);
  });
}
