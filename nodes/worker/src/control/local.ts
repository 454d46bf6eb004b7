// What `mantel worker …` may do on this machine, for main.ts.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ControlStatus } from '@mantel/contracts/models/control.ts';
import { buildId } from '@mantel/runtime/build.ts';
import type { WorkerConfig } from '@mantel/runtime/config.ts';
import type { Logger } from '@mantel/runtime/logger.ts';
import type { PairState } from '@mantel/runtime/pairing/pair.ts';
import type { Updater } from '../update/updater.ts';
import { stateFile } from '../waiting.ts';
import { VERSION } from '../version.ts';
import type { Worker } from '../worker.ts';
import { startControl } from './control.ts';

export interface LocalControl { config: WorkerConfig; missing: () => string[]; worker: () => Worker | undefined; updater: Updater; /** False: the house did not hear it. */ leave: () => Promise<boolean>; log: Logger }

/** Where it is kept that somebody told it to take no work: that outlives a restart of this PC. */
export const drainedFile = (config: WorkerConfig): string => join(dirname(config.paired), 'drained');

export function openLocalControl({ config, missing, worker, updater, leave, log }: LocalControl): Promise<{ stop(): void }> {
  const pairing = (): Partial<PairState> => { try { return JSON.parse(readFileSync(stateFile(config), 'utf8')) as PairState; } catch { return { state: 'looking' }; } };
  const status = (): ControlStatus => {
    const w = worker();
    const p = w ? undefined : pairing();
    const at = w?.paired();
    const update = updater.report();
    return {
      state: w ? 'working' : (p?.state ?? 'looking'), house: p?.house ?? null, address: at ? `${at.host}:${at.port}` : (p?.address ?? null), code: p?.code ?? null, name: at?.name ?? config.name, id: w?.id ?? null, version: VERSION, build: buildId(),
      connected: w?.connected() ?? false, drained: existsSync(drainedFile(config)), running: w?.running() ?? [], update: update ? { build: update.build, state: update.state, error: update.error } : null, missing: missing(),
    };
  };
  const hold = (on: boolean) => async (): Promise<void> => {
    const w = worker();
    if (!w) throw new Error('This computer is not let in yet, so there is no work to stop.');
    if (on) writeFileSync(drainedFile(config), '');
    else rmSync(drainedFile(config), { force: true });
    w.hold(on);
  };
  return startControl({
    path: join(dirname(config.paired), 'control.sock'), status, log,
    act: {
      drain: hold(true), resume: hold(false),
      async leave() {
        if (!process.env.MANTEL_VERSIONS && /^(127\.|localhost$|::1$)/.test(worker()?.paired().host ?? '')) throw new Error('This is the worker of the house itself. It goes with the house; pause it in Admin → Nodes if it shall not work.');
        const heard = await leave();
        writeFileSync(join(dirname(config.paired), 'left'), ''); // the launcher starts nothing any more
        for (const file of [config.paired, `${config.paired}.removed`, stateFile(config), drainedFile(config), join(dirname(config.paired), 'nkey.seed')]) rmSync(file, { force: true });
        return heard;
      },
    },
  });
}
