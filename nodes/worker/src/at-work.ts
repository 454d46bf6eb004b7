import type { Execute } from './executors/context.ts';

export interface RunningJob { id: number; kind: string; since: number }

/** Knows which jobs run at the moment: `wrap` what does them. */
export function atWork() {
  const running = new Map<string, RunningJob>();
  const waiting: (() => void)[] = [];
  return {
    wrap: (execute: Execute): Execute => async (lease, signal) => {
      running.set(lease.token, { id: lease.id, kind: lease.kind, since: Date.now() });
      try { return await execute(lease, signal); } finally {
        running.delete(lease.token);
        if (running.size === 0) for (const tell of waiting.splice(0)) tell();
      }
    },
    running: (): RunningJob[] => [...running.values()],
    /** Resolves when no job runs. */
    idle: (): Promise<void> => (running.size === 0 ? Promise.resolve() : new Promise((resolve) => { waiting.push(resolve); })),
  };
}
