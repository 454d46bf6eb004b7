import { Type } from 'typebox';
import { Closed, Ok } from '../models/common.ts';
import { JobFailure, JobKind, JobResult, Lease } from '../models/job.ts';
import { NodeCaps, NodeLoad, UpdateReport, WorkerUpdate } from '../models/node.ts';
import { action } from './define.ts';

const Auth = { auth: Type.String({ maxLength: 200, description: 'The token from pairing.' }) };
const Held = { ...Auth, id: Type.Integer(), token: Type.String({ maxLength: 100 }) };
/** What a worker may ask over NATS; nothing else is reachable there. */
export const gateway = {
  'nodes.hello': action('worker', 'Say who I am and what I can do', Closed({ ...Auth, proto: Closed({ min: Type.Integer(), max: Type.Integer() }), version: Type.String({ maxLength: 50 }), name: Type.String({ maxLength: 100 }), kinds: Type.Array(JobKind, { maxItems: 20 }), caps: Type.Optional(NodeCaps), build: Type.Optional(Type.String({ maxLength: 64 })), run: Type.Optional(Type.String({ maxLength: 64, description: 'Which start of it this is: the same one again goes on where it was.' })) }), Type.Object({ ok: Type.Boolean(), proto: Type.Integer(), id: Type.String(), upgrade: Type.Optional(Type.String()), update: Type.Optional(WorkerUpdate) })),
  'nodes.report': action('worker', 'How I am; the answer says what is wanted of me', Closed({ ...Auth, load: NodeLoad, drained: Type.Optional(Type.Boolean({ description: 'It takes no more work for now, by its own decision: somebody there said so, or an update waits for its last jobs.' })), clock: Type.Optional(Type.Integer({ description: 'Its time, ms since 1970.' })), log: Type.Optional(Type.Array(Type.String({ maxLength: 2000 }), { maxItems: 200, description: 'New lines of the log, when they were asked for.' })), update: Type.Optional(UpdateReport) }), Type.Object({ ok: Type.Boolean(), log: Type.Boolean({ description: 'Somebody looks at the log: send new lines with the next report.' }), everyMs: Type.Integer(), whenIdle: Type.Optional(Type.Boolean({ description: 'Work only while nobody uses that PC.' })), update: Type.Optional(WorkerUpdate) })),
  'nodes.bye': action('worker', 'I take no more work', Closed({ ...Auth, why: Type.Optional(Type.Enum(['stop', 'sleep', 'leave'])) }), Ok),
  'jobs.lease': action('worker', 'Give me a job; waits up to waitMs (at most 20 s)', Closed({ ...Auth, kinds: Type.Array(JobKind, { minItems: 1, maxItems: 20 }), waitMs: Type.Integer({ minimum: 0, maximum: 20_000 }), interactive: Type.Optional(Type.Boolean({ description: 'Only work that somebody waits for.' })) }), Type.Union([Lease, Type.Null()])),
  'jobs.extend': action('worker', 'I am still at it; false means stop', Closed(Held), Type.Object({ ok: Type.Boolean() })),
  'jobs.done': action('worker', 'Here is the result; false means it does not count', Closed({ ...Held, result: JobResult }), Type.Object({ ok: Type.Boolean() })),
  'jobs.fail': action('worker', 'I cannot do this', Closed({ ...Held, failure: JobFailure }), Type.Object({ ok: Type.Boolean() })),
  'jobs.release': action('worker', 'I must stop now; give it to another, without counting the attempt', Closed(Held), Type.Object({ ok: Type.Boolean() })),
};
