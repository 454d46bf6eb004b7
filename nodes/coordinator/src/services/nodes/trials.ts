// The test button: one job of each kind that a worker offers, for it alone. Nothing of the library is touched, and what comes back is looked at and thrown away.
import { stat } from 'node:fs/promises';
import { MantelError } from '@mantel/contracts/errors.ts';
import { INTERACTIVE, JOB_KINDS, type JobKind } from '@mantel/contracts/models/job.ts';
import type { NodeTest } from '@mantel/contracts/models/node.ts';
import type { Database, Sql } from '../../db/database.ts';
import type { Nodes } from './nodes.ts';
import { SAMPLE, SAMPLE_JOB } from './sample.ts';
import { dropOldTrials, dropTrial, onlyOnce, trialJob } from './trials.repository.ts';

const LIMIT_MS = 60_000;
const PROBE_BYTES = 8 << 20;

interface Needs { require: string[] }
interface Trial extends NodeTest { jobId: number; until: number }
export interface TrialDeps {
  db: Database; nodes: Pick<Nodes, 'entryOf' | 'has' | 'state' | 'kindsOf'>; insert: (sql: Sql, job: { kind: JobKind; key: string; libraryId: null; needs: Needs; prio: number; payload: unknown }) => boolean; probe: (sql: Sql, key: string, what: { bytes: number }, prio: number, needs: Needs) => boolean;
  wake: () => void; onChange: () => void; background: (what: string, work: Promise<unknown>) => void; now?: () => number;
}
const NOT_NOW: Record<string, string> = {
  asleep: 'This worker is asleep. Switch that PC on, or wake it, and try again.', lost: 'This worker cannot be reached at the moment. Look at that PC and its network.', outdated: 'This worker must be updated first.',
  paused: 'This worker is paused. Resume it to test it.', draining: 'This worker takes no jobs at the moment (it drains). End that to test it.', resting: 'This worker rests: its owner uses it, or it is outside its hours.',
};

export function createTrials({ db, nodes, insert, probe, wake, onChange, background, now = Date.now }: TrialDeps) {
  const trials = new Map<string, Trial[]>();
  const running = (): Trial[] => [...trials.values()].flat().filter((t) => t.state === 'running');
  let timer: NodeJS.Timeout | undefined;

  const end = (t: Trial, state: 'passed' | 'failed', ms: number | null, error: string | null): void => {
    Object.assign(t, { state, ms, error });
    background('ending a test', db.writeSql((sql) => dropTrial(sql, t.jobId)));
    onChange();
  };
  /** After each commit, and when time is up. */
  const look = (): void => {
    for (const t of running()) {
      const job = trialJob(db.sql, t.jobId);
      if (job?.state === 'done') end(t, 'passed', job.ms, null);
      else if (!job || job.state === 'failed' || job.state === 'cancelled') end(t, 'failed', null, job?.error ?? 'The test was cancelled.');
      else if (t.until <= now()) end(t, 'failed', null, job.state === 'leased' ? `No result after ${LIMIT_MS / 1000} seconds.` : `The worker did not take the test within ${LIMIT_MS / 1000} seconds. It may be busy, or held back from this kind of work.`);
    }
    if (!running().length) clearInterval(timer);
  };
  db.onCommit(() => { if (running().length) look(); });
  background('ending tests of before', db.writeSql(dropOldTrials));

  /** Jobs that only this worker may do go with it: they would wait for ever, and wake others. */
  async function forget(id: string): Promise<void> {
    const mine = trials.get(id) ?? [];
    trials.delete(id);
    if (mine.length) await db.writeSql((sql) => { for (const t of mine) dropTrial(sql, t.jobId); });
  }

  return {
    async start(id: string): Promise<void> {
      nodes.entryOf(id);
      const why = NOT_NOW[nodes.state(id)];
      if (why) throw new MantelError('conflict', why);
      const offered = nodes.kindsOf(id);
      const kinds = JOB_KINDS.filter((k) => offered.includes(k));
      if (!kinds.length) throw new MantelError('conflict', 'This worker offers no kind of work. Its card says what is missing there.');
      if (trials.get(id)?.some((t) => t.state === 'running')) throw new MantelError('conflict', 'This worker is being tested already.');
      const { size } = await stat(SAMPLE);
      const needs = { require: [`node:${id}`] };
      const started = await db.writeSql((sql) => kinds.map((kind: JobKind): Trial => {
        const key = kind === 'probe' ? `probe:test:${id}` : `test:${id}:${kind}`;
        if (kind === 'probe') probe(sql, `test:${id}`, { bytes: PROBE_BYTES }, INTERACTIVE, needs);
        else insert(sql, { kind, key, libraryId: null, needs, prio: INTERACTIVE, payload: { ...SAMPLE_JOB, bytes: size } });
        return { kind, jobId: onlyOnce(sql, key), state: 'running', ms: null, error: null, at: new Date(now()).toISOString(), until: now() + LIMIT_MS };
      }));
      trials.set(id, started);
      if (!nodes.has(id)) return forget(id); // it was removed meanwhile
      clearInterval(timer);
      timer = setInterval(look, 1000);
      timer.unref();
      wake();
      onChange();
    },
    tests: (id: string): NodeTest[] => (trials.get(id) ?? []).map(({ kind, state, ms, error, at }) => ({ kind, state, ms, error, at })),
    forget,
    stop: (): void => clearInterval(timer),
  };
}
export type Trials = ReturnType<typeof createTrials>;
