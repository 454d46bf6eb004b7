// Who may come in. Every refusal is quiet and cheap; the only clock is the coordinator's.
import { randomBytes } from 'node:crypto';
import { MantelError } from '@mantel/contracts/errors.ts';
import { type Discovered, type NodeCaps, PROTOCOL } from '@mantel/contracts/models/node.ts';
import type { Knock, KnockAnswer, PairClaim, PairClaimed, PairReveal, PairStart, PairStarted } from '@mantel/contracts/models/pairing.ts';
import { isPublicKey, nodeIdOf, verifyText } from '@mantel/runtime/keys.ts';
import { claimText, commitTo, pairingCode, printable, startText } from '@mantel/runtime/pairing/code.ts';
import type { WorkerEntry } from '../../cluster/cluster.ts';
import type { Members } from '../../cluster/members.ts';
import { type Card, createCards } from './cards.ts';
import { createBuckets, origin } from './limits.ts';

export const OPEN_MS = 5 * 60_000;
export const MAX_TRIES = 3;
/** How long after the approval the token may still be claimed: a worker that was cut off just then comes back for it. */
const CLAIM_MS = 60 * 60_000;
const NOT_HEARD = 'This computer is seen in the network, but it has not called this house. If it stays so, type the address of this house at that computer.';
const OUTDATED = { worker: 'It speaks an older language than this house: update Mantel on that computer.', coordinator: 'It speaks a newer language than this house: update Mantel here.' };

/** A PC that was seen in the network by itself, whether or not it sees us. */
export interface Seen { id: string; name: string; host: string; seenAt: number }
export interface PairingDeps {
  members: Pick<Members, 'list' | 'admit'>; cid: string; /** Hex SHA-256 of this house's certificate. */ fingerprint: string; house: string; natsPort: number;
  ignored: { has: (id: string) => boolean; list: () => { id: string; name: string; at: number }[]; set: (row: { id: string; name: string; at: number }, on: boolean) => Promise<void> };
  seen?: () => Seen[]; change?: (caps: NodeCaps) => Discovered['change']; onChange?: () => void; now?: () => number; random?: (bytes: number) => Buffer;
}

const cleanCaps = (caps: NodeCaps): NodeCaps => ({ ...caps, os: printable(caps.os, 100), arch: printable(caps.arch, 20), cpu: printable(caps.cpu, 100), gpu: caps.gpu === null ? null : printable(caps.gpu, 100), missing: caps.missing.map((m) => printable(m, 300)) });

export function createPairing({ members, cid, fingerprint, house, natsPort, ignored, seen = () => [], change = () => null, onChange = () => undefined, now = Date.now, random = randomBytes }: PairingDeps) {
  const cards = createCards(now);
  const perOrigin = { knock: createBuckets({ burst: 40, perSecond: 4, now }), start: createBuckets({ burst: 6, perSecond: 0.1, now }), reveal: createBuckets({ burst: 6, perSecond: 0.1, now }), claim: createBuckets({ burst: 60, perSecond: 12, now }) };
  const inAll = { knock: createBuckets({ burst: 200, perSecond: 100, now }), start: createBuckets({ burst: 20, perSecond: 0.5, now }), reveal: createBuckets({ burst: 20, perSecond: 0.5, now }), claim: createBuckets({ burst: 200, perSecond: 50, now }) };
  const hex16 = (): string => random(16).toString('hex');
  const entryOf = (id: string): WorkerEntry | undefined => members.list().find((w) => w.id === id);
  const known = (address: string): boolean => cards.all().some((c) => cards.isOpen(c) && origin(c.address) === origin(address));

  /** A card that an admin may act on: one that knocks, or one that was only seen. */
  function cardFor(id: string): Card {
    const card = cards.get(id);
    if (card) return card;
    const found = seen().find((s) => s.id === id);
    const made = found && !entryOf(id) ? cards.enter(id, { name: printable(found.name) || id, address: found.host }) : undefined;
    if (!made) throw new MantelError('not_found', 'This computer is not there any more. Is it switched on?');
    return made;
  }
  /** An attempt ended without success; the third one closes the door. */
  const spoil = (card: Card): void => {
    card.attempt = null;
    if (card.tries >= MAX_TRIES) close(card);
    onChange();
  };
  const close = (card: Card): void => {
    card.openUntil = 0;
    card.attempt = null;
  };
  function shown(card: Card): Discovered {
    const open = cards.isOpen(card);
    const off = ignored.has(card.id);
    return {
      id: card.id, name: card.name, address: card.address, caps: card.caps, state: off ? 'ignored' : !open ? 'new' : card.attempt?.code ? 'code' : 'open', code: !off && open ? card.attempt?.code ?? null : null,
      expiresAt: open ? new Date(card.openUntil).toISOString() : null, seenAt: new Date(card.seenAt).toISOString(), change: card.caps && !off ? change(card.caps) : null,
      trouble: card.outdated ? OUTDATED[card.outdated] : card.knockedAt === null ? NOT_HEARD : null,
    };
  }

  return {
    /** Asked before a body is read. Those to whom the door is open are not held up by a flood of others. */
    admit(what: keyof typeof perOrigin, address: string): void {
      if (!perOrigin[what].take(origin(address)) || (!known(address) && !inAll[what].take(''))) throw new MantelError('rate_limited');
    },

    knock(k: Knock, address: string): KnockAnswer {
      if (!isPublicKey(k.nkey)) throw new MantelError('bad_request', 'This is no key.');
      const id = nodeIdOf(k.nkey);
      const answer = (state: KnockAnswer['state'], more: Pick<KnockAnswer, 'upgrade'> = {}): KnockAnswer => ({ id, cid, house, state, ...more });
      const entry = entryOf(id);
      if (k.paired) return answer(entry?.nkey === k.nkey ? 'known' : 'wait');
      if (ignored.has(id)) return answer('ignored'); // the list of the ignored shows it; it takes no room from others
      const card = cards.enter(id, { name: printable(k.name) || id, address });
      if (!card) return answer('full');
      const before = JSON.stringify([card.name, card.address, card.outdated, card.knockedAt === null, card.caps]);
      // what an admin looks at while the door is open does not change under their eyes: a key is no secret, and anybody may knock with it
      const fixed = cards.isOpen(card);
      const outdated = k.protocol.max < PROTOCOL.min ? 'worker' : k.protocol.min > PROTOCOL.max ? 'coordinator' : null;
      if (!fixed) Object.assign(card, { name: printable(k.name) || id, address });
      Object.assign(card, { caps: fixed && card.caps ? card.caps : k.caps ? cleanCaps(k.caps) : card.caps, outdated: fixed && card.knockedAt !== null && outdated ? card.outdated : outdated, seenAt: now(), knockedAt: now() });
      if (before !== JSON.stringify([card.name, card.address, card.outdated, false, card.caps])) onChange();
      if (outdated) return answer('outdated', { upgrade: outdated });
      if (cards.isOpen(card) && card.tries < MAX_TRIES) return answer('open');
      return answer(entry ? 'known' : 'wait');
    },

    start(p: PairStart): PairStarted {
      const id = nodeIdOf(p.nkey);
      const card = cards.get(id);
      if (!card || !cards.isOpen(card) || card.outdated || ignored.has(id)) throw new MantelError('pairing_closed');
      if (!verifyText(p.nkey, startText({ cid, fingerprint, commit: p.commit }), p.signature)) throw new MantelError('bad_pairing_signature');
      if (card.attempt?.entering) throw new MantelError('pairing_closed');
      if (card.attempt?.commit === p.commit) throw new MantelError('conflict', 'This was said before.');
      if (card.tries >= MAX_TRIES) {
        close(card);
        onChange();
        throw new MantelError('pairing_closed');
      }
      card.tries++;
      card.nkey = p.nkey;
      card.attempt = { id: hex16(), commit: p.commit, nonceC: hex16(), code: null, entering: false };
      onChange();
      return { id, attempt: card.attempt.id, nonce: card.attempt.nonceC, cid };
    },

    /** One chance per attempt: a nonce that does not fit what was committed to ends it. */
    reveal(p: PairReveal): void {
      const card = cards.get(p.id);
      const attempt = card?.attempt;
      if (!card?.nkey || attempt?.id !== p.attempt || attempt.code !== null) throw new MantelError('pairing_closed');
      if (commitTo(p.nonce, card.nkey) !== attempt.commit) {
        spoil(card);
        throw new MantelError('conflict', 'This is not what was committed to.');
      }
      attempt.code = pairingCode({ nonceW: p.nonce, nonceC: attempt.nonceC, nkey: card.nkey, fingerprint, cid });
      onChange();
    },

    claim(p: PairClaim): PairClaimed {
      const entry = entryOf(p.id);
      const card = cards.get(p.id);
      const pending = card?.attempt?.id === p.attempt && card.nkey ? card.nkey : undefined;
      const approved = !pending && entry?.claim?.attempt === p.attempt && entry.claim.until > now() ? entry : undefined; // not while nats-server does not know it yet
      const nkey = approved?.nkey ?? pending;
      if (!nkey) return { state: 'refused' };
      if (!verifyText(nkey, claimText({ cid, fingerprint, id: p.id, attempt: p.attempt }), p.signature)) throw new MantelError('bad_pairing_signature');
      if (card) card.seenAt = now();
      if (!approved) return { state: 'wait' };
      return { state: 'paired', token: approved.token, natsPort, name: approved.name };
    },

    discovered(): Discovered[] {
      const here = cards.all();
      const onlySeen = seen().filter((s) => !entryOf(s.id) && !here.some((c) => c.id === s.id)).slice(0, 20)
        .map((s) => shown({ id: s.id, nkey: null, name: printable(s.name) || s.id, address: s.host, caps: null, outdated: null, seenAt: s.seenAt, knockedAt: null, openUntil: 0, tries: 0, attempt: null }));
      const listed = [...here.map(shown), ...onlySeen];
      const away = ignored.list().filter((i) => !listed.some((d) => d.id === i.id)).map((i): Discovered => ({ id: i.id, name: i.name, address: '', caps: null, state: 'ignored', code: null, expiresAt: null, seenAt: new Date(i.at).toISOString(), change: null, trouble: null }));
      return [...listed, ...away];
    },
    /** An admin opens the door for this one, for five minutes and three tries. */
    add(id: string): Discovered {
      if (ignored.has(id)) throw new MantelError('conflict', 'This computer is ignored. Stop ignoring it first.');
      const card = cardFor(id);
      if (card.outdated) throw new MantelError('conflict', OUTDATED[card.outdated]);
      Object.assign(card, { openUntil: now() + OPEN_MS, tries: 0, attempt: null });
      onChange();
      return shown(card);
    },
    async approve(id: string, code: string): Promise<void> {
      const card = cards.get(id);
      const attempt = card?.attempt;
      if (!card?.nkey || !cards.isOpen(card) || !attempt?.code || attempt.entering) throw new MantelError('pairing_closed', 'This computer shows no code at the moment. Press Add and wait for the code.');
      if (code !== attempt.code) {
        spoil(card);
        throw new MantelError('wrong_code');
      }
      const { nkey, name } = card;
      attempt.entering = true; // two approvals at once are one
      try {
        await members.admit({ nkey, name, claim: { attempt: attempt.id, until: now() + CLAIM_MS } });
      } finally {
        attempt.entering = false;
      }
      cards.delete(id);
      onChange();
    },
    reject(id: string): void {
      const card = cards.get(id);
      if (!card || !cards.isOpen(card)) throw new MantelError('pairing_closed', 'Nothing is open for this computer.');
      if (card.attempt?.entering) throw new MantelError('conflict', 'This computer is being let in just now. Remove it afterwards if it should not be.');
      close(card);
      onChange();
    },
    async ignore(id: string, on: boolean): Promise<void> {
      const card = cards.get(id) ?? seen().find((s) => s.id === id);
      if (!card && on) throw new MantelError('not_found', 'This computer is not there any more.');
      if (on && entryOf(id)) throw new MantelError('conflict', 'This computer works here. Remove it first.');
      if (on && cards.get(id)?.attempt?.entering) throw new MantelError('conflict', 'This computer is being let in just now. Remove it afterwards if it should not be.');
      await ignored.set({ id, name: printable(card?.name ?? '') || id, at: now() }, on);
      if (on && !cards.get(id)?.attempt?.entering) cards.delete(id); // its place is free for another
      onChange();
    },
    /** What is left of the way in of one that was removed. */
    forget(id: string): void {
      cards.delete(id);
      onChange();
    },
  };
}
export type Pairing = ReturnType<typeof createPairing>;
