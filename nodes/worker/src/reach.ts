// Finds the house again when its address changed: by its identity, which only the pinned certificate proves. Whoever else says to be it is asked, shows another certificate, and is nobody.
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:tls';
import type { Discovery } from '@mantel/runtime/discovery/discovery.ts';
import type { Logger } from '@mantel/runtime/logger.ts';
import type { Whereabouts } from './connection.ts';

const TIMES = {
  lookMs: 500,
  /** The house is asked all the time (a long poll takes 4 s): silent for longer is a reason to look. */
  silentMs: 6000,
  /** The house is where it was, but its work bus is silent: restarting, or on another port now. */
  stuckMs: 20_000,
  /** For a new address to prove itself by an answer on the work bus. */
  settleMs: 15_000,
  /** An address that did not is left alone. */
  avoidMs: 60_000,
  askMs: 1500,
};
const MAX_CANDIDATES = 10;

export interface ReachOptions {
  cid: string;
  connection: { heardAt(): number; at(): Whereabouts; move(to: Whereabouts): void };
  /** Whether the house itself, by its certificate, answers there. */
  answers: (at: Whereabouts, limitMs: number) => Promise<boolean>;
  /** Looks around in the LAN, from now until it is stopped. */
  discover: () => Pick<Discovery, 'found' | 'stop'>;
  /** An address that a person typed. */
  typed?: { host: string; port: number };
  /** The house has answered at its new address. */
  keep: (at: Whereabouts) => void;
  log: Pick<Logger, 'info' | 'warn'>;
  times?: Partial<typeof TIMES>;
}

/** A TLS connection whose certificate is the pinned one. */
export const pinnedAnswers = (cert: string) => ({ host, port }: Whereabouts, limitMs: number): Promise<boolean> => new Promise((resolve) => {
  const socket = connect({ host, port, ca: cert, checkServerIdentity: () => undefined });
  const end = (answer: boolean): void => { clearTimeout(limit); socket.destroy(); resolve(answer); };
  const limit = setTimeout(() => end(false), limitMs);
  socket.once('secureConnect', () => end(socket.authorized)).once('error', () => end(false)).once('close', () => end(false));
});

const nameOf = (at: Whereabouts): string => `${at.host}:${at.port}:${at.natsPort}`;

export function startReach(o: ReachOptions): { stop(): Promise<void> } {
  const t = { ...TIMES, ...o.times };
  const { connection, log } = o;
  let good = connection.at();
  let moved: number | undefined;
  let discovery: Pick<Discovery, 'found' | 'stop'> | undefined;
  const avoid = new Map<string, number>();

  function candidates(): Whereabouts[] {
    const here = connection.at();
    const found = discovery?.found().filter((f) => f.id === o.cid).flatMap((f) => f.places) ?? [];
    const all = [
      ...(o.typed ? [{ ...o.typed, natsPort: here.natsPort }] : []), good,
      ...found.map(({ host, port, txt }) => ({ host, port, natsPort: Number(/^[1-9]\d{0,4}$/.exec(txt.nats ?? '')?.[0] ?? here.natsPort) })),
    ];
    const now = performance.now();
    return [...new Map(all.map((at) => [nameOf(at), at])).entries()].filter(([name, at]) => name !== nameOf(here) && at.natsPort < 65_536 && now - (avoid.get(name) ?? -Infinity) > t.avoidMs).map(([, at]) => at).slice(0, MAX_CANDIDATES);
  }

  let looked = performance.now();
  let awake = looked;
  async function look(): Promise<void> {
    const now = performance.now();
    if (now - looked > t.lookMs + t.silentMs) awake = now; // this process itself was stopped: nobody could be heard
    const silent = now - Math.max(connection.heardAt(), awake);
    if (silent < t.silentMs) {
      if (moved !== undefined && connection.heardAt() > moved) {
        moved = undefined;
        good = connection.at();
        avoid.clear();
        o.keep(good);
      }
      const looking = discovery;
      discovery = undefined;
      await looking?.stop();
      return;
    }
    const here = connection.at();
    if (!discovery) {
      log.warn({ address: nameOf(here) }, 'The house does not answer at its address; looking for it in the LAN.');
      discovery = o.discover();
    }
    if (moved !== undefined && performance.now() - moved < t.settleMs) return;
    if (silent < t.stuckMs && (await o.answers(here, t.askMs))) return;
    const to = await Promise.any(candidates().map(async (at) => { if (await o.answers(at, t.askMs)) return at; throw new Error('not there'); })).catch(() => undefined);
    if (!to || performance.now() - connection.heardAt() < t.silentMs) return;
    log.info({ from: nameOf(here), to: nameOf(to) }, 'The house has another address.');
    avoid.set(nameOf(to), performance.now());
    moved = performance.now();
    connection.move(to);
  }

  const leaving = new AbortController();
  const { signal } = leaving;
  const running = (async () => {
    while (!signal.aborted) {
      looked = performance.now();
      await sleep(t.lookMs, undefined, { signal }).catch(() => undefined);
      if (!signal.aborted) await look().catch((err: unknown) => { log.warn({ err }, 'looking for the house failed'); });
    }
    await discovery?.stop();
  })();
  return { stop: () => { leaving.abort(); return running; } };
}
