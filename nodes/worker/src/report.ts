// Tells the coordinator every few seconds how this computer is; the answer says what it wants to know more.
import { setTimeout as sleep } from 'node:timers/promises';
import type { GatewayResult } from '@mantel/contracts/actions/index.ts';
import type { NodeLoad, UpdateReport } from '@mantel/contracts/models/node.ts';
import type { Logger } from '@mantel/runtime/logger.ts';
import { backOff } from './back-off.ts';
import type { Gateway } from './gateway.ts';
import type { LogTail } from './log-tail.ts';

const EVERY_MS = 3000;
const CALL_MS = 3000;
const MAX_LINES = 200; // of one report

export interface ReportOptions { load: () => Promise<NodeLoad>; tail?: LogTail; log: Pick<Logger, 'debug'>; everyMs?: number; /** It takes no more work for now. */ drained?: () => boolean; /** How far an update is. */ update?: () => UpdateReport | undefined; /** What the coordinator wants. */ answered?: (answer: GatewayResult<'nodes.report'>) => void }

/** Starts after the first hello; ends with `stop`. */
export function startReports(gateway: Gateway, ready: Promise<void>, { load, tail, log, everyMs = EVERY_MS, drained = () => false, update = () => undefined, answered = () => undefined }: ReportOptions): { stop(): void; /** Something changed that cannot wait. */ now(): void } {
  let hurry = new AbortController();
  const stopping = new AbortController();
  const away = backOff(everyMs, 30_000);
  void (async () => {
    await Promise.race([ready, new Promise((resolve) => { stopping.signal.addEventListener('abort', resolve, { once: true }); })]);
    let sent: number | undefined; // set while somebody looks at the log
    let wait = everyMs;
    while (!stopping.signal.aborted) {
      try {
        const news = sent === undefined ? undefined : tail?.since(sent, MAX_LINES);
        hurry = new AbortController();
        const how = update();
        const answer = await gateway('nodes.report', { load: await load(), clock: Date.now(), ...(drained() ? { drained: true } : {}), ...(how ? { update: how } : {}), ...(news?.lines.length ? { log: news.lines } : {}) }, CALL_MS);
        if (news) sent = news.next;
        answered(answer);
        sent = answer.log ? sent ?? 0 : undefined;
        wait = Math.min(60_000, Math.max(200, answer.everyMs));
        away.reset();
      } catch (err) {
        if (stopping.signal.aborted) return;
        log.debug({ err }, 'the coordinator does not take a report');
        await away.pause(stopping.signal);
        continue;
      }
      await sleep(wait, undefined, { signal: AbortSignal.any([stopping.signal, hurry.signal]), ref: false }).catch(() => undefined);
    }
  })();
  return { stop: () => stopping.abort(), now: () => hurry.abort() };
}
