// What the gateway knows of each kind: what its worker is told, which outputs it may send, and who looks at a result.
import type { JobKind } from '@mantel/contracts/models/job.ts';
import type { Preview, PreviewJob } from '../assets/preview.ts';
import type { createProbes, ProbeJob } from '../probes/probes.ts';
import type { JobGate } from './gateway.service.ts';

export const createGates = ({ preview, probes, sampled }: { preview: Preview; probes: ReturnType<typeof createProbes>; /** The same gate, that also knows the picture that workers are tested with. */ sampled: (gate: JobGate) => JobGate }): Record<JobKind, JobGate> => ({
  preview: sampled({
    outputs: ['preview', 'thumb'],
    offer: (job) => {
      const { fileId, mime, bytes, name } = JSON.parse(job.payload) as PreviewJob;
      return { payload: { fileId, mime, bytes, name }, path: `/worker/files/${fileId}` };
    },
    accept: async (job, result) => ({ ...(result as object), ...(await preview.accept(JSON.parse(job.payload) as PreviewJob, job.token, result)) }),
    discard: preview.discard,
  }),
  probe: {
    outputs: ['echo'],
    offer: (job) => {
      const { bytes, rounds, holdMs } = JSON.parse(job.payload) as ProbeJob;
      return { payload: { bytes, rounds, holdMs }, path: `/worker/probes/${job.id}` };
    },
    accept: (job, result) => probes.accept(JSON.parse(job.payload) as ProbeJob, job.token, result),
    discard: probes.discard,
  },
});
