// What workers reach over NATS, and nothing else. Every request carries the worker's token; every lease its own.
import { GATEWAY, type GatewayName, type GatewayParams, type GatewayResult } from '@mantel/contracts/actions/index.ts';
import { errorCode, ERRORS, MantelError } from '@mantel/contracts/errors.ts';
import type { JobKind, Lease } from '@mantel/contracts/models/job.ts';
import { signUrl } from '@mantel/runtime/bytes.ts';
import { check } from '@mantel/runtime/validate.ts';
import moleculer, { type Context, type ServiceBroker } from 'moleculer';
import type { Nodes } from '../nodes/nodes.ts';
import { type Held, type JobRow, type Leased, MAX_AGE_MS, type Queue } from './queue.ts';

/** A lease may be extended for as long: the addresses end with it, because each request asks whether it still lives. */
const URL_MS = MAX_AGE_MS + 3600_000;
/** What the gateway needs to know of a kind: what its worker is told, which outputs it may send, and how a result is checked before it counts. */
export interface JobGate { /** What the worker is told, and the path of its input. */ offer: (job: JobRow) => { payload: Lease['payload']; path: string }; outputs: readonly string[]; accept: (job: JobRow, result: unknown) => Promise<unknown>; discard: (token: string) => Promise<void> }
export interface GatewayDeps { queue: Queue; nodes: Nodes; secret: string; gates: Record<JobKind, JobGate>; heldJob: (held: Held) => JobRow | undefined; /** Throws while there is no disk, or no room on it. */ requireStorage: () => void | Promise<void>; log: { warn(fields: object, text: string): void }; now?: () => number }

type Handlers = { [N in GatewayName]: (params: GatewayParams<N>, workerId: string) => Promise<GatewayResult<N>> | GatewayResult<N> };

export function gatewayHandlers({ queue, nodes, secret, gates, heldJob, requireStorage, log, now = Date.now }: GatewayDeps): Handlers {
  const lease = (worker: string, job: Leased): Lease => {
    const gate = gates[job.kind];
    const { payload, path: input } = gate.offer(job);
    const sign = (method: string, path: string): string => signUrl({ method, path, worker, lease: job.token, exp: now() + URL_MS }, secret);
    return { // the gate of a kind offers that kind's payload
      id: job.id, kind: job.kind, attempt: job.attempt, token: job.token, leaseMs: job.leaseMs, payload,
      get: sign('GET', input), put: Object.fromEntries(gate.outputs.map((o) => [o, sign('PUT', `/worker/outputs/${job.id}/${o}`)])),
    } as Lease;
  };
  const held = (worker: string, p: { id: number; token: string }): Held => ({ worker, id: p.id, token: p.token });
  const ending = new Map<string, Promise<{ ok: boolean }>>();
  const end = async (p: GatewayParams<'jobs.done'>, id: string): Promise<{ ok: boolean }> => {
    const job = heldJob(held(id, p));
    if (!job) return { ok: false };
    try {
      const checked = await gates[job.kind].accept(job, p.result);
      const ok = await queue.done(held(id, p), checked);
      await gates[job.kind].discard(job.token); // what did not count, or was not needed
      return { ok };
    } catch (e) {
      if (errorCode(e) !== 'bad_result') throw e;
      log.warn({ worker: id, job: job.id, err: e }, 'a result was refused');
      await gates[job.kind].discard(job.token);
      await queue.fail(held(id, p), { code: 'internal', message: (e as Error).message, permanent: false });
      return { ok: false };
    }
  };
  return {
    'nodes.hello': async (p, id) => {
      const answer = await nodes.hello(id, p);
      queue.greeted(id, answer.ok, p.run);
      return answer;
    },
    'nodes.report': (p, id) => {
      queue.owner(id, p.load.owner);
      queue.drainedThere(id, p.drained === true);
      return { ...nodes.report(id, p), whenIdle: queue.whenIdle(id) };
    },
    'nodes.bye': async (p, id) => {
      queue.endPolls(id);
      await nodes.ended(id, p.why === 'sleep' ? 'sleep' : 'stop');
      return { ok: true };
    },
    'jobs.lease': async (p, id) => {
      await requireStorage(); // without the disk there is nothing to work on, and on a full one no place for what was made; the worker asks again later
      const job = await queue.lease(id, p.kinds, p.waitMs, p.interactive);
      return job ? lease(id, job) : null;
    },
    'jobs.extend': async (p, id) => ({ ok: await queue.extend(held(id, p)) }),
    // a worker that hears nothing for a while says it again: both get the answer of the first
    'jobs.done': (p, id) => {
      const key = `${id} ${p.token}`;
      const running = ending.get(key) ?? end(p, id).finally(() => ending.delete(key));
      ending.set(key, running);
      return running;
    },
    'jobs.fail': async (p, id) => {
      const job = heldJob(held(id, p));
      if (job) await gates[job.kind].discard(job.token);
      return { ok: await queue.fail(held(id, p), p.failure) };
    },
    'jobs.release': async (p, id) => {
      const job = heldJob(held(id, p));
      if (job) await gates[job.kind].discard(job.token);
      return { ok: await queue.release(held(id, p)) };
    },
  };
}

/** A class does not survive the wire; name, type and status do. */
function onTheWire(e: unknown): Error {
  const type = errorCode(e);
  return new moleculer.Errors.MoleculerError(e instanceof MantelError ? e.message : ERRORS.internal.message, ERRORS[type].status, type);
}

/** What the transport says of a request: whose key it came with, and whether it is one too many. */
interface Meta { from: string; refused: boolean }

export function addGateway(broker: ServiceBroker, nodes: Nodes, handlers: Handlers, log: { error(fields: object, text: string): void }): void {
  const groups: Record<string, Record<string, (ctx: Context<{ auth?: unknown }, Partial<Meta>>) => Promise<unknown>>> = {};
  for (const [name, handler] of Object.entries(handlers) as [GatewayName, (p: unknown, worker: string) => unknown][]) {
    const [prefix, rest] = name.split('.') as [string, string];
    (groups[prefix] ??= {})[rest] = async (ctx) => {
      const { from, refused } = ctx.meta;
      ctx.meta = {}; // it would travel back with the answer
      try {
        if (refused) throw new MantelError('rate_limited', 'This worker asks too often.');
        const params = check(GATEWAY[name].params, ctx.params) as { auth: string };
        const { id } = nodes.who(params.auth, from);
        if (name === 'nodes.hello' && !nodes.mayGreet(id)) throw new MantelError('rate_limited', 'This worker says hello too often.'); // it is written down, and wakes everybody
        return await handler(params, id);
      } catch (e) {
        if (errorCode(e) === 'internal') log.error({ err: e, action: name }, 'a gateway request failed');
        throw onTheWire(e);
      }
    };
  }
  for (const [name, actions] of Object.entries(groups)) broker.createService({ name, actions });
}
