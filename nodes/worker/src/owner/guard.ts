// A PC that works only while nobody uses it: its owner comes first, within a second, whatever the coordinator does meanwhile.
import type { Logger } from '@mantel/runtime/logger.ts';
import type { JobLoop } from '../job-loop.ts';
import { type OwnerWatch, PACE } from './owner.ts';

export function guardOwner(watch: OwnerWatch, loop: Pick<JobLoop, 'pause' | 'resume'>, { log, changed }: { log: Pick<Logger, 'info'>; /** To be told to the coordinator at once. */ changed: () => void }): { wants(whenIdle: boolean): void } {
  let wanted = false;
  let resting = false;
  const apply = (): void => {
    const rest = wanted && watch.state() !== 'away';
    if (rest === resting) return;
    resting = rest;
    if (rest) loop.pause();
    else loop.resume();
    log.info({ owner: watch.state() }, rest ? 'resting while this computer is used' : 'at work again');
  };
  watch.onChange(() => {
    apply();
    changed();
  });
  return {
    /** What the admin decided for this worker. */
    wants(whenIdle) {
      if (whenIdle !== wanted) watch.pace(whenIdle ? PACE.watchful : PACE.calm);
      wanted = whenIdle;
      apply();
    },
  };
}
