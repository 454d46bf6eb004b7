import { Type } from 'typebox';
import { Closed, Empty, Ok } from '../models/common.ts';
import { FailedJob, JobKind, JobKindStatus, RecentJob } from '../models/job.ts';
import { NodeId } from '../models/node.ts';
import { action } from './define.ts';

const Kind = Closed({ kind: JobKind });
const Changed = Type.Object({ changed: Type.Integer() });

export const jobs = {
  'jobs.status': action('admin.jobs', 'Counts, rate and time left per kind', Empty, Type.Array(JobKindStatus)),
  'jobs.failed': action('admin.jobs', 'Jobs that were given up', Closed({ kind: Type.Optional(JobKind) }), Type.Array(FailedJob)),
  'jobs.recent': action('admin.jobs', 'Who did what: the last 200 jobs that ended, newest first', Closed({ kind: Type.Optional(JobKind), worker: Type.Optional(NodeId) }), Type.Array(RecentJob)),
  'jobs.pause': action('admin.jobs', 'Hand out no more jobs of a kind', Kind, Ok),
  'jobs.resume': action('admin.jobs', 'Go on', Kind, Ok),
  'jobs.retry': action('admin.jobs', 'Queue the failed jobs of a kind again', Kind, Changed),
  'jobs.cancel': action('admin.jobs', 'Drop the waiting jobs of a kind', Kind, Changed),
};
