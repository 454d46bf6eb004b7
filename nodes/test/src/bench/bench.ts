import type { Photos } from './photos.ts';
import type { Row } from './row.ts';

export interface BenchContext {
  /** Fewer rounds and smaller libraries: to see that it works, not to believe the numbers. */
  quick: boolean;
  photos(): Promise<Photos>;
  /** Folder for CPU profiles of coordinator and worker. */
  profile: string | undefined;
  progress(text: string): void;
}
/** `name`: what is written after scripts/bench. */
export interface Bench { name: string; about: string; run(context: BenchContext): Promise<Row[]> }
