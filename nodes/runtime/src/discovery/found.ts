// Who is in the LAN, by identity. Nothing is believed but that somebody at an address said so just now.
import type { Advert, Found, Place } from './advert.ts';

const MAX = 64;
/** One computer may run several programs, but not fill the list. */
const MAX_PER_HOST = 16;
const MAX_PLACES = 8;
export const MISSES = 3;

interface Entry { advert: Advert; host: string; seenAt: number; missed: number; places: (Place & { missed: number })[] }
export interface FoundList {
  all(): Found[];
  /** Somebody said this. `addresses`: all that the same computer has. True when something to be shown changed. */
  seen(advert: Advert, from: string, addresses: readonly string[], now: number): boolean;
  /** Somebody says good-bye: counts from where it was. */
  gone(id: string, from: string): boolean;
  /** A question went out: who does not answer has missed one. */
  asked(): void;
  /** Drops who missed three. True when somebody went. */
  expire(): boolean;
}

export function createFound(): FoundList {
  const entries = new Map<string, Entry>();
  const shown = (e: Entry): string => JSON.stringify([e.advert, e.host]);

  function seen(advert: Advert, from: string, addresses: readonly string[], now: number): boolean {
    const e = entries.get(advert.id);
    if (!e) {
      if (entries.size >= MAX || [...entries.values()].filter((o) => o.host === from).length >= MAX_PER_HOST) return false;
      entries.set(advert.id, { advert, host: from, seenAt: now, missed: 0, places: [{ host: from, port: advert.port, txt: advert.txt, missed: 0 }] });
      return true;
    }
    const before = shown(e);
    // a computer with two cards answers from both: it stays where it is as long as it has that address and answers there
    const here = e.places.find((p) => p.host === e.host);
    if (from === e.host || !addresses.includes(e.host) || (here?.missed ?? MISSES) > 1) {
      e.host = from;
      e.advert = advert;
    }
    const others = e.places.filter((p) => p.host !== from).toSorted((a, b) => a.missed - b.missed);
    e.places = [{ host: from, port: advert.port, txt: advert.txt, missed: 0 }, ...others].slice(0, MAX_PLACES);
    e.missed = 0;
    e.seenAt = now;
    return shown(e) !== before;
  }

  return {
    all: () => [...entries.values()].map((e) => ({ ...e.advert, host: e.host, seenAt: e.seenAt, places: e.places.toSorted((a, b) => Number(b.host === e.host) - Number(a.host === e.host)).map(({ host, port, txt }) => ({ host, port, txt })) })),
    seen,
    gone(id, from) {
      const e = entries.get(id);
      if (e?.host !== from) return false;
      return entries.delete(id);
    },
    asked() {
      for (const e of entries.values()) {
        e.missed++;
        for (const p of e.places) p.missed++;
      }
    },
    expire() {
      let went = false;
      for (const [id, e] of entries) {
        e.places = e.places.filter((p) => p.missed < MISSES);
        if (e.missed >= MISSES) went = entries.delete(id) || went;
      }
      return went;
    },
  };
}
