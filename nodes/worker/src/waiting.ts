// A spare PC before it is let in: it looks for its house, shows the code, and keeps what it gets.
import { existsSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type NodeCaps, PROTOCOL } from '@mantel/contracts/models/node.ts';
import type { WorkerConfig } from '@mantel/runtime/config.ts';
import { NO_DISCOVERY, startDiscovery } from '@mantel/runtime/discovery/discovery.ts';
import { nodeIdOf, publicKey } from '@mantel/runtime/keys.ts';
import type { Logger } from '@mantel/runtime/logger.ts';
import { type Paired, readPaired } from '@mantel/runtime/paired.ts';
import { pair, type PairState } from '@mantel/runtime/pairing/pair.ts';
import { stillPaired } from '@mantel/runtime/pairing/still.ts';
import { keptSeed, writeWhole } from '@mantel/runtime/pairing/store.ts';
import type { Worker } from './worker.ts';

interface Place { host: string; port: number }

const LOOK_MS = 500;
const ASK_MS = 1000;
const NO_PORT = 9; // nothing listens on a worker; mDNS wants a number
const REMOVED = 'This computer was removed from its house and is no longer paired.';

export const stateFile = (config: WorkerConfig): string => join(dirname(config.paired), 'pairing.json');

export interface Waiting { config: WorkerConfig; /** null while they are looked for: the house shows this computer all the same. */ caps: () => NodeCaps | null; /** It worked for a house before. */ removed: boolean; signal: AbortSignal; log: Logger }

/** The house that this computer was removed from, at the address where it was last. */
function lastHouse(config: WorkerConfig): Paired | undefined {
  try { return readPaired(`${config.paired}.removed`); } catch { return undefined; }
}
/** Addresses change, the house does not: where it was typed, where it is found now, where it was last. With a typed address only that house is meant: it is known by its pin, or by its identity from before. */
export function placesToKnock({ typed, pinned, last, found }: { typed?: Place; pinned: boolean; last?: Place & { cid: string }; found: { id: string; places: Place[] }[] }): Place[] {
  const meant = found.filter((f) => !typed || pinned || f.id === last?.cid).flatMap((f) => f.places);
  const all = [...(typed ? [typed] : []), ...meant, ...(last ? [last] : [])].map(({ host, port }) => ({ host, port }));
  return all.filter((a, i) => all.findIndex((b) => b.host === a.host && b.port === a.port) === i);
}

/** Until the pairing file is there: written here after a pairing, or by the setup of the house's own machine. Rejects when `signal` aborts. */
export async function waitForPairing({ config, caps, removed, signal, log }: Waiting): Promise<void> {
  const seed = keptSeed(join(dirname(config.paired), 'nkey.seed'));
  const came = new AbortController();
  const stop = AbortSignal.any([signal, came.signal]);
  const watch = setInterval(() => { if (existsSync(config.paired)) came.abort(); }, LOOK_MS);
  const onState = (s: PairState): void => {
    const says = removed && s.state !== 'code' && s.state !== 'paired' ? `${REMOVED} ${s.says ?? ''}`.trim() : s.says;
    writeWhole(stateFile(config), JSON.stringify({ ...s, ...(says ? { says } : {}) }));
    if (s.code) log.info({ ...s }, `The code of this computer is ${s.code.slice(0, 3)} ${s.code.slice(3)}. ${says}`);
    else log.info({ ...s }, says ?? s.state);
  };
  // with a typed address too: where that is wrong, the house sees this computer all the same and says so
  const discovery = config.discovery
    ? startDiscovery({ advertise: { role: 'worker', id: nodeIdOf(publicKey(seed)), name: config.name, port: NO_PORT, txt: { st: 'unpaired', proto: `${PROTOCOL.min}-${PROTOCOL.max}` } }, browse: 'coordinator', onChange: () => undefined, log })
    : NO_DISCOVERY;
  try {
    const last = lastHouse(config);
    const paired: Paired = await pair({
      name: config.name, seed, caps, houses: () => placesToKnock({ ...(config.coordinator ? { typed: config.coordinator } : {}), pinned: config.pin !== undefined, ...(last ? { last } : {}), found: discovery.found() }), onState, signal: stop, log, ...(config.pin ? { pin: config.pin } : {}),
    });
    writeWhole(config.paired, JSON.stringify(paired));
  } catch (e) {
    if (!came.signal.aborted || signal.aborted) throw e;
  } finally {
    clearInterval(watch);
    await discovery.stop();
  }
}

/** Resolves when the house says that this worker is let in no more; then its pairing is set aside. Only asked while the bus does not answer. Rejects when `signal` aborts. */
export async function untilRemoved(worker: Worker, { config, signal, log }: Omit<Waiting, 'removed' | 'caps'>): Promise<void> {
  for (;;) {
    await sleep(ASK_MS, undefined, { signal });
    if (worker.connected() || (await stillPaired(worker.paired(), signal)) !== false) continue;
    renameSync(config.paired, `${config.paired}.removed`);
    writeWhole(stateFile(config), JSON.stringify({ state: 'looking', says: REMOVED } satisfies PairState));
    log.warn(REMOVED);
    return;
  }
}
