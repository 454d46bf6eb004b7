// The PCs that would like to help, as they are known at the moment. In memory only: who still wants to come knocks again within seconds.
import type { NodeCaps } from '@mantel/contracts/models/node.ts';
import { origin } from './limits.ts';

/** One try: the worker's commitment, our nonce, and after the reveal the code. */
export interface Attempt { id: string; commit: string; nonceC: string; code: string | null; /** An admin has confirmed it; it is being let in just now. */ entering: boolean }
export interface Card {
  id: string; nkey: string | null; name: string; address: string; caps: NodeCaps | null; outdated: 'worker' | 'coordinator' | null;
  seenAt: number; knockedAt: number | null; openUntil: number; tries: number; attempt: Attempt | null;
}

export const MAX_CARDS = 32;
export const MAX_CARDS_PER_ORIGIN = 8;
const GONE_MS = 15_000; // knocks come every 2 s

export function createCards(now: () => number) {
  const cards = new Map<string, Card>();
  const isOpen = (c: Card): boolean => c.openUntil > now();
  /** Ends what has had its time. */
  const sweep = (): void => {
    for (const c of cards.values()) {
      if (c.attempt?.entering) continue;
      if (!isOpen(c)) c.attempt = null;
      if (!isOpen(c) && c.seenAt < now() - GONE_MS) cards.delete(c.id);
    }
  };
  /** Room for one more, by taking it from whoever takes most of it; a card that an admin opened stays. */
  const makeRoom = (from: string): boolean => {
    const byOrigin = new Map<string, Card[]>();
    for (const c of cards.values()) byOrigin.set(origin(c.address), [...(byOrigin.get(origin(c.address)) ?? []), c]);
    const mine = byOrigin.get(from)?.length ?? 0;
    if (mine >= MAX_CARDS_PER_ORIGIN) return false;
    if (cards.size < MAX_CARDS) return true;
    const most = [...byOrigin.values()].toSorted((a, b) => b.length - a.length)[0]!;
    const victim = most.filter((c) => !isOpen(c) && !c.attempt?.entering).at(-1);
    if (most.length <= mine + 1 || !victim) return false;
    cards.delete(victim.id);
    return true;
  };
  return {
    isOpen, sweep,
    get: (id: string): Card | undefined => {
      sweep();
      return cards.get(id);
    },
    /** undefined: too many wait already. */
    enter(id: string, what: { name: string; address: string }): Card | undefined {
      sweep();
      const known = cards.get(id);
      if (known) return known;
      if (!makeRoom(origin(what.address))) return undefined;
      const card: Card = { id, nkey: null, ...what, caps: null, outdated: null, seenAt: now(), knockedAt: null, openUntil: 0, tries: 0, attempt: null };
      cards.set(id, card);
      return card;
    },
    delete: (id: string): void => void cards.delete(id),
    all: (): Card[] => {
      sweep();
      return [...cards.values()];
    },
  };
}
