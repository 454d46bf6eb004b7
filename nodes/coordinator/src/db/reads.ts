import { albumReads } from '../services/albums/albums.reads.ts';
import { exportReads } from '../services/assets/export.reads.ts';
import { importReads } from '../services/imports/imports.reads.ts';
import { jobReads } from '../services/jobs/jobs.reads.ts';
import { metricsReads } from '../services/metrics/metrics.reads.ts';
import { recentReads } from '../services/jobs/recent.reads.ts';
import { timelineReads } from '../services/timeline/timeline.reads.ts';

/** Every named read of the house. A read takes a statement maker and one plain argument, and returns plain values or one Uint8Array (which is moved, not copied). */
export const READS = { ...timelineReads, ...albumReads, ...exportReads, ...jobReads, ...recentReads, ...metricsReads, ...importReads };
export type ReadName = keyof typeof READS;
export type ReadArgs<N extends ReadName> = Parameters<(typeof READS)[N]>[1];
export type ReadResult<N extends ReadName> = ReturnType<(typeof READS)[N]>;
