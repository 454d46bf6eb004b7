import { join } from 'node:path';
import type { PreviewOutput } from '@mantel/contracts/models/job.ts';

// Everything under DATA/derived can be made again. Two characters of the UUID spread a million files over 256 folders.
const EXT = { preview: 'jpg', thumb: 'webp' } as const;
export const DERIVED = 'derived';
export const STAGING = join(DERIVED, '.staging');

export const derivedPath = (fileId: string, output: PreviewOutput, version: string): string => join(DERIVED, fileId.slice(0, 2), `${fileId}-${version}-${output}.${EXT[output]}`);
/** Where a worker's output waits until its result counts. `token` is the lease's own. */
export const stagedPath = (token: string, output: string): string => join(STAGING, `${token}-${output}`);
