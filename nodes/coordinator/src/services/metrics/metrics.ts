// What the house tells a Prometheus server. Everything is counted or read elsewhere; here it is only put in a row, at most once a second.
import { statfs } from 'node:fs/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Node } from '@mantel/contracts/models/node.ts';
import type { Numbers } from './metrics.reads.ts';
import { exposition, type Metric, type Sample } from './prometheus.ts';

const FRESH_MS = 1000;
const WINDOW_MS = 60_000;

export interface MetricsDeps {
  version: string; data: string; nodes: () => Node[]; numbers: () => Promise<Numbers>;
  refused: (worker: string) => number; now?: () => number;
}

export function createMetrics({ version, data, nodes, numbers, refused, now = Date.now }: MetricsDeps) {
  const requests = new Map<string, { n: number; seconds: number }>();
  const uploads = new Map<string, number>();
  const lag = monitorEventLoopDelay({ resolution: 20 });
  lag.enable();
  let since = now();
  let kept: { at: number; text: Promise<string> } | undefined;

  const gauge = (name: string, help: string, samples: Sample[] | number | null): Metric => ({ name: `mantel_${name}`, type: 'gauge', help, samples: Array.isArray(samples) ? samples : [{ value: samples }] });
  const counter = (name: string, help: string, samples: Sample[]): Metric => ({ name: `mantel_${name}`, type: 'counter', help, samples });

  async function collect(): Promise<string> {
    const list = nodes();
    const { jobs, originalsBytes, assets } = await numbers();
    const of = (n: Node, value: number | null): Sample => ({ labels: { worker: n.id, name: n.name }, value });
    const perKind = (value: (k: Node['kinds'][number]) => number | null): Sample[] => list.flatMap((n) => n.kinds.map((k) => ({ labels: { worker: n.id, name: n.name, kind: k.kind }, value: value(k) })));
    const disk = await statfs(data).catch(() => undefined);
    const memory = process.memoryUsage();
    const seconds = (nanos: number): number => Math.max(0, nanos / 1e9 - 0.02); // what is above the clock's own step
    const metrics: Metric[] = [
      gauge('info', 'The version that runs.', [{ labels: { version }, value: 1 }]),
      gauge('uptime_seconds', 'Since the coordinator started.', Math.round(process.uptime())),
      gauge('jobs', 'Jobs by kind and state; done and cancelled: of the last 24 hours.', jobs.map((j) => ({ labels: { kind: j.kind, state: j.state }, value: j.n }))),
      counter('worker_jobs_done_total', 'Jobs that a worker finished.', perKind((k) => k.done)),
      counter('worker_jobs_failed_total', 'Jobs that failed at a worker.', perKind((k) => k.failed)),
      gauge('worker_job_seconds', 'Moving average of a job, from lease to result.', perKind((k) => (k.msPerJob === null ? null : k.msPerJob / 1000))),
      gauge('worker_held', '1: it failed several times in a row and gets none of this kind for a while.', perKind((k) => (k.heldUntil === null ? 0 : 1))),
      gauge('worker_running_jobs', 'Jobs that it has at the moment.', list.map((n) => of(n, n.running.length))),
      gauge('worker_state', '1 for the state that a worker is in.', list.map((n) => ({ labels: { worker: n.id, name: n.name, state: n.state }, value: 1 }))),
      gauge('worker_cpu_ratio', 'Busy part of all its cores.', list.map((n) => of(n, n.load?.cpu ?? null))),
      gauge('worker_memory_bytes', 'Memory in use on that PC.', list.map((n) => of(n, n.load?.memoryBytes ?? null))),
      gauge('worker_free_disk_bytes', 'Room for its temporary files.', list.map((n) => of(n, n.load?.freeDiskBytes ?? null))),
      gauge('worker_refused_requests', 'Requests refused in the last one to two minutes because it asked too often.', list.map((n) => of(n, refused(n.id)))),
      gauge('event_loop_lag_seconds', 'How late the coordinator gets to its next task, within the last minute.', [['0.5', lag.percentile(50)], ['0.99', lag.percentile(99)], ['1', lag.max]].map(([quantile, v]) => ({ labels: { quantile: String(quantile) }, value: seconds(Number(v)) }))),
      gauge('memory_bytes', 'Memory of the coordinator.', [{ labels: { kind: 'resident' }, value: memory.rss }, { labels: { kind: 'heap' }, value: memory.heapUsed }, { labels: { kind: 'external' }, value: memory.external }]),
      counter('http_requests_total', 'Answers by the first digit of their status.', [...requests].map(([status, r]) => ({ labels: { status }, value: r.n }))),
      counter('http_request_seconds_total', 'Time spent until the end of the answer.', [...requests].map(([status, r]) => ({ labels: { status }, value: Math.round(r.seconds * 1e6) / 1e6 }))),
      counter('uploads_total', 'Uploads by what came of them: created, here already, refused.', [...uploads].map(([result, n]) => ({ labels: { result }, value: n }))),
      gauge('storage_free_bytes', 'Room on the disk with the photos.', disk ? disk.bavail * disk.bsize : null),
      gauge('storage_total_bytes', 'Size of the disk with the photos.', disk ? disk.blocks * disk.bsize : null),
      gauge('originals_bytes', 'Bytes of all originals.', originalsBytes),
      gauge('assets', 'Photos and videos.', assets),
    ];
    if (now() - since > WINDOW_MS) {
      lag.reset();
      since = now();
    }
    return exposition(metrics);
  }

  return {
    /** One answered request. `upload`: what came of it, if it was one. */
    answered(status: number, ms: number): void {
      const key = `${Math.floor(status / 100)}xx`;
      const r = requests.get(key) ?? { n: 0, seconds: 0 };
      requests.set(key, { n: r.n + 1, seconds: r.seconds + ms / 1000 });
    },
    uploaded: (status: number): void => {
      const result = status === 201 ? 'created' : status === 200 ? 'duplicate' : 'refused';
      uploads.set(result, (uploads.get(result) ?? 0) + 1);
    },
    text(): Promise<string> {
      if (!kept || kept.at <= now() - FRESH_MS) {
        const text = collect();
        kept = { at: now(), text };
        text.catch(() => { kept = undefined; });
      }
      return kept.text;
    },
    stop: (): void => { lag.disable(); },
  };
}
export type Metrics = ReturnType<typeof createMetrics>;
