import type { Logger } from './logger.ts';

/** Where signals come from and where the end goes to; tests hand in their own. */
export interface Stage { on(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown; exit(code: number): void }

/**
 * On the first SIGINT (pm2) or SIGTERM (systemd, containers) stops once and exits: 0 when `stop` ended, 1 when it threw or took longer than `limitMs`.
 * Later signals are swallowed, because a terminal and its script often send both.
 */
export function onShutdown(stop: () => Promise<void>, options: { limitMs: number; log: Logger; stage?: Stage }): void {
  const stage = options.stage ?? (process as Stage);
  let stopping = false;
  const end = (signal: string): void => {
    if (stopping) return;
    stopping = true;
    options.log.info({ signal }, 'stopping');
    const limit = setTimeout(() => { options.log.error({ limitMs: options.limitMs }, 'stopping took too long'); stage.exit(1); }, options.limitMs);
    stop().then(() => 0, (err: unknown) => { options.log.error({ err }, 'stopping failed'); return 1; })
      .then((code) => { clearTimeout(limit); stage.exit(code); });
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) stage.on(signal, () => end(signal));
}
