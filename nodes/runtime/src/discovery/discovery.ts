// Who is in the LAN: mDNS, spoken by a child process. Nothing that is found is trusted; it only says where to knock.
import type { Logger } from '../logger.ts';
import { type Advert, type Found, type Role, writeTxt } from './advert.ts';
import { createFound } from './found.ts';
import type { FromChild } from './messages.ts';
import { keepChild } from './process.ts';

export type { Advert, Found, Place } from './advert.ts';

/** Somebody looks: `found()` was called so recently. */
const LOOKING_MS = 15_000;
const ASK_MS = 2500;
const ASK_SELDOM_MS = 15_000;
const ANSWER_MS = 1000;

export interface DiscoveryOptions { advertise?: Advert; browse: Role; /** Somebody came, went or changed. */ onChange: () => void; log: Logger }
export interface Discovery {
  /** Who is there now; whoever vanished without a word is out after three questions (9 s while this is called again and again, 1 minute otherwise). */
  found(): Found[];
  /** Why nobody can be found at the moment, as a sentence; null while it works. */
  trouble(): string | null;
  /** Says something else from now on; null: nothing. */
  advertise(advert: Advert | null): void;
  /** Says good-bye and ends all processes. */
  stop(): Promise<void>;
}

/** For places without discovery: typed addresses only. */
export const NO_DISCOVERY: Discovery = { found: () => [], trouble: () => null, advertise: () => undefined, stop: async () => undefined };

const SENTENCES: Record<string, string> = {
  EADDRINUSE: 'Another program keeps port 5353 to itself, so computers in the LAN are not found by themselves. If it is avahi: set disallow-other-stacks=no in /etc/avahi/avahi-daemon.conf. A typed address works all the same.',
  EACCES: 'This system does not let Mantel speak mDNS (port 5353), so computers in the LAN are not found by themselves. A typed address works all the same.',
};
const sentence = (code: string): string => SENTENCES[code] ?? 'Finding computers in the LAN was interrupted and is started again. A typed address works all the same.';

export function startDiscovery(o: DiscoveryOptions): Discovery {
  const { log, browse } = o;
  const list = createFound();
  let advert = o.advertise ?? null;
  let txt = advert && writeTxt(advert);
  let trouble: string | undefined;
  let cards = '';
  let looked = -Infinity;
  let asked = -Infinity;
  let expiry: NodeJS.Timeout | undefined;

  function heard(m: FromChild): void {
    if (m.is === 'up' && m.cards.length) {
      if (m.cards.join() !== cards || trouble !== undefined) log.info({ addresses: m.cards }, 'finding computers in the LAN');
      cards = m.cards.join();
      trouble = undefined;
    } else if (m.is === 'asked') {
      list.asked();
      clearTimeout(expiry);
      expiry = setTimeout(() => { if (list.expire()) o.onChange(); }, ANSWER_MS);
    } else if (m.is === 'heard') {
      if (m.bye ? list.gone(m.advert.id, m.from) : list.seen(m.advert, m.from, m.addresses, Date.now())) o.onChange();
    }
  }
  const child = keepChild({
    start: () => ({ do: 'start', browse, advertise: advert && txt && { role: advert.role, id: advert.id, port: advert.port, txt } }),
    heard,
    died({ code, again }) {
      const key = code ?? 'died';
      if (code === 'addresses') return;
      if (key !== trouble) log.warn({ code, againInMs: again }, sentence(key)); // once, not each time
      trouble = key;
    },
  });
  const ask = (): void => { asked = performance.now(); child.ask(); };
  const clock = setInterval(() => {
    const every = performance.now() - looked < LOOKING_MS ? ASK_MS : ASK_SELDOM_MS;
    if (performance.now() - asked >= every) ask();
  }, ASK_MS / 5);

  return {
    found() {
      const now = performance.now();
      if (now - looked >= LOOKING_MS && now - asked >= ASK_MS) ask();
      looked = now;
      return list.all();
    },
    trouble: () => (trouble === undefined ? null : sentence(trouble)),
    advertise(next) {
      const written = next && writeTxt(next);
      if (JSON.stringify([next, written]) === JSON.stringify([advert, txt])) return;
      [advert, txt] = [next, written];
      child.restart();
    },
    async stop() {
      clearInterval(clock);
      clearTimeout(expiry);
      await child.stop();
    },
  };
}
