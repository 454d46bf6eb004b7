import type { Bench } from './bench.ts';
import { bytesBenches } from './bytes.ts';
import { decodingBenches } from './decoding.ts';
import { importBenches } from './import.ts';
import { ingestBenches } from './ingest.ts';
import { memoryBenches } from './memory.ts';
import { timelineBenches } from './timeline.ts';
import { uploadBenches } from './upload.ts';
import { workerBenches } from './workers.ts';

/** Everything that can be measured; a new group is a file of its own and one line here. */
export const BENCHES: Bench[] = [...decodingBenches, ...ingestBenches, ...importBenches, ...uploadBenches, ...timelineBenches, ...memoryBenches, ...workerBenches, ...bytesBenches];
