// How a PC gets in: it knocks until an admin opens the door for it, shows the code, and claims its token once the admin has confirmed the same code.
import { createHash, randomBytes, X509Certificate } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode } from '@mantel/contracts/errors.ts';
import { Ok } from '@mantel/contracts/models/common.ts';
import { type NodeCaps, PROTOCOL } from '@mantel/contracts/models/node.ts';
import { KnockAnswer, PairClaimed, PairStarted } from '@mantel/contracts/models/pairing.ts';
import { nodeIdOf, publicKey, signText } from '../keys.ts';
import { Paired } from '../paired.ts';
import { matches } from '../validate.ts';
import { claimText, commitTo, pairingCode, printable, startText } from './code.ts';
import { type Address, type House, houseAt, OtherCertificate, pemOf } from './house.ts';

const KNOCK_MS = 2000;
const LOOK_MS = 250; // while there is nobody to knock at
const CLAIM_MS = 250;
/** At most so many are asked at once; of more, all in turn, so that a crowd of liars does not hide the right one. */
const AT_ONCE = 8;
const MAX_HOUSES = 64;
/** Somebody in the middle could make this side start again and again until its code fits: it does so only a few times in the length of a pairing window. */
const MAX_STARTS = 3;
/** Counted for each certificate, so that one liar in the LAN does not use up the tries of the right house; a crowd of them gets no more than this. */
const MAX_STARTS_IN_ALL = 9;
const STARTS_MS = 5 * 60_000;
/** A code is shown for no longer than a door stays open, with some room for a coordinator that restarts. */
const ATTEMPT_MS = 6 * 60_000;

/** `says`: a sentence for the person at this PC. */
export interface PairState { state: 'looking' | 'waiting' | 'code' | 'paired' | 'refused' | 'ignored' | 'full'; house?: string; address?: string; code?: string; says?: string }
interface Log { info(fields: object, text: string): void; warn(fields: object, text: string): void; debug(fields: object, text: string): void }
export interface PairOptions {
  name: string; seed: string; /** Asked for each knock; null: not known yet. */ caps: () => NodeCaps | null; houses: () => Address[]; onState: (s: PairState) => void; signal: AbortSignal; log: Log;
  /** base64 SHA-256 of the public key that the coordinator's certificate must have, when the person who installed this brought it along. */
  pin?: string; knockMs?: number;
}

const SAYS: Record<KnockAnswer['state'], string> = {
  wait: 'Open Admin → Nodes in Mantel and press Add for this computer.', open: 'Pairing starts.', ignored: 'An admin chose to ignore this computer. Admin → Nodes shows it under the ignored ones.',
  full: 'Too many computers wait already. Remove or ignore some of them in Admin → Nodes.', known: 'This house knows this computer, but its pairing is lost here. Press Add in Admin → Nodes to pair it again.', outdated: '',
};
const OUTDATED = { worker: 'This worker is older than its house. Update Mantel on this computer.', coordinator: 'The house is older than this worker. Update Mantel there.' };
const STATE: Record<KnockAnswer['state'], PairState['state']> = { wait: 'waiting', open: 'waiting', known: 'waiting', ignored: 'ignored', full: 'full', outdated: 'refused' };
const RANK: PairState['state'][] = ['code', 'waiting', 'full', 'refused', 'ignored', 'looking']; // what is told when several houses answer

const shown = (a: Address): string => `${a.host.includes(':') ? `[${a.host}]` : a.host}:${a.port}`;
/** What curl calls a pinned public key: base64 SHA-256 of the key of a certificate (DER). */
export const keyPin = (der: Buffer): string => createHash('sha256').update(new X509Certificate(der).publicKey.export({ type: 'spki', format: 'der' })).digest('base64');

/**
 * Resolves when an admin let this PC in; rejects only when `signal` aborts. Nothing is stored here: the caller keeps what it gets.
 * Limits count on this machine's own clock running, never on its time of day.
 */
export async function pair(o: PairOptions): Promise<Paired> {
  const nkey = publicKey(o.seed);
  const id = nodeIdOf(nkey);
  const name = printable(o.name) || 'PC';
  const sessions = new Map<string, House>();
  const starts: { at: number; fingerprint: string }[] = [];
  const over = new AbortController(); // one house has let it in
  const signal = AbortSignal.any([o.signal, over.signal]);
  const won = Promise.withResolvers<Paired>();
  /** Houses that it tries to get into now: several at once, because one that keeps it waiting may be a liar. With the code that is to be shown, the newest last. */
  const attempts = new Map<string, { address: string; shows?: PairState }>();
  let told = '';
  const tell = (s: PairState): void => {
    const text = JSON.stringify(s);
    if (text !== told) o.onState(s);
    told = text;
  };
  const pause = (ms: number): Promise<void> => sleep(ms, undefined, { signal: signal });

  /** Asks for the token until there is an answer that is final. */
  async function claim(house: House, cid: string, attempt: string): Promise<Paired | undefined> {
    const signature = signText(o.seed, claimText({ cid, fingerprint: house.fingerprint, id, attempt }));
    for (const until = performance.now() + ATTEMPT_MS; performance.now() < until; await pause(CLAIM_MS)) {
      const answer = await house.ask('claim', { id, attempt, signature }, PairClaimed, signal).catch((e: unknown) => {
        if (e instanceof OtherCertificate || ['forbidden', 'bad_request', 'not_found'].includes(errorCode(e))) throw e;
        o.log.debug({ err: e }, 'the house does not answer just now'); // it may be starting again
        return undefined;
      });
      if (answer?.state === 'refused') return undefined;
      if (answer?.state !== 'paired') continue;
      const paired = { id, token: answer.token, seed: o.seed, cid, cert: pemOf(house.cert), host: house.host, port: house.port, natsPort: answer.natsPort, name: printable(answer.name ?? name) || name };
      if (!matches(Paired, paired)) throw new Error('What the house answered is not complete.');
      return paired;
    }
    return undefined;
  }

  const newest = (): PairState | undefined => [...attempts.values()].findLast((a) => a.shows)?.shows;

  async function tryOnce(house: House, cid: string, where: { house: string; address: string }): Promise<Paired | PairState> {
    const now = performance.now();
    while (starts.length > 0 && starts[0]!.at < now - STARTS_MS) starts.shift();
    const { fingerprint } = house;
    if (starts.length >= MAX_STARTS_IN_ALL || starts.filter((t) => t.fingerprint === fingerprint).length >= MAX_STARTS) return { state: 'waiting', ...where, says: `This computer tried ${MAX_STARTS} times and waits for a few minutes now.` };
    starts.push({ at: now, fingerprint });
    const nonceW = randomBytes(16).toString('hex');
    const commit = commitTo(nonceW, nkey);
    const started = await house.ask('start', { nkey, commit, signature: signText(o.seed, startText({ cid, fingerprint: house.fingerprint, commit })) }, PairStarted, signal);
    if (started.id !== id || started.cid !== cid) throw new Error('The house answered for somebody else.');
    await house.ask('reveal', { id, attempt: started.attempt, nonce: nonceW }, Ok, signal);
    const code = pairingCode({ nonceW, nonceC: started.nonce, nkey, fingerprint: house.fingerprint, cid });
    attempts.delete(fingerprint);
    attempts.set(fingerprint, { address: shown(house), shows: { state: 'code', ...where, code, says: 'Compare this code with the one in Admin → Nodes.' } });
    tell(newest()!);
    return (await claim(house, cid, started.attempt)) ?? { state: 'waiting', ...where, says: 'This try has ended. A new one starts when the house still has its door open; otherwise press Add in Admin → Nodes.' };
  }

  /** Looked at before a word is said: a stranger hears nothing of this computer. */
  const isPinned = (der: Buffer): boolean => !o.pin || keyPin(der) === o.pin.replace(/^sha256\/\//, '');
  async function knock(to: Address): Promise<{ house: House; answer: KnockAnswer } | PairState | undefined> {
    const key = shown(to);
    const house = sessions.get(key) ?? houseAt(to, undefined, isPinned);
    sessions.set(key, house);
    try {
      return { house, answer: await house.ask('knock', { nkey, name, caps: o.caps(), protocol: PROTOCOL }, KnockAnswer, signal) };
    } catch (e) {
      if (e instanceof OtherCertificate) sessions.delete(key); // a house that was set up anew, or somebody else: from the start
      o.log.debug({ err: e, address: key }, 'no answer to a knock');
      if (e instanceof OtherCertificate && o.pin) return { state: 'refused', address: key, says: 'What answers there is not the house that this computer was set up for (another certificate).' };
      return undefined;
    }
  }

  function begin(house: House, cid: string, where: { house: string; address: string }): void {
    const { fingerprint } = house;
    attempts.set(fingerprint, { address: shown(house) });
    void tryOnce(house, cid, where).catch((err: unknown): PairState | undefined => {
      if (signal.aborted) return undefined;
      sessions.delete(shown(house));
      const middle = err instanceof OtherCertificate || errorCode(err) === 'bad_pairing_signature';
      const says = middle ? 'The certificate changed on the way: somebody may be in the middle. Nothing was agreed.' : `Pairing ended: ${(err as Error).message}`;
      o.log.warn({ err, ...where }, says);
      return { state: 'refused', ...where, says };
    }).then((outcome) => {
      attempts.delete(fingerprint);
      if (!outcome || signal.aborted) return;
      if (!('token' in outcome)) return tell(newest() ?? outcome);
      won.resolve(outcome);
      over.abort();
      tell({ state: 'paired', ...where });
    });
  }

  async function search(): Promise<never> {
    for (let round = 0, wait = 0; ; round++, await pause(wait)) {
      signal.throwIfAborted();
      const all = o.houses().slice(0, MAX_HOUSES);
      wait = all.length === 0 ? LOOK_MS : o.knockMs ?? KNOCK_MS;
      for (const key of sessions.keys()) if (!all.some((a) => shown(a) === key)) sessions.delete(key);
      const addresses = all.length <= AT_ONCE ? all : Array.from({ length: AT_ONCE }, (_v, i) => all[(round * AT_ONCE + i) % all.length]!);
      const busy = new Set([...attempts.values()].map((a) => a.address));
      const answers = (await Promise.all(addresses.filter((a) => !busy.has(shown(a))).map(knock))).filter((a) => a !== undefined);
      const states: PairState[] = [];
      for (const a of answers) {
        if ('state' in a) {
          states.push(a);
          continue;
        }
        const { house, answer } = a;
        const where = { house: printable(answer.house) || 'Mantel', address: shown(house) };
        if (answer.state !== 'open') {
          states.push({ state: STATE[answer.state], ...where, says: answer.state === 'outdated' ? OUTDATED[answer.upgrade ?? 'worker'] : SAYS[answer.state] });
          continue;
        }
        if (!attempts.has(house.fingerprint)) begin(house, answer.cid, where);
      }
      signal.throwIfAborted();
      const best = newest() ?? states.toSorted((a, b) => RANK.indexOf(a.state) - RANK.indexOf(b.state))[0];
      if (best || (answers.length === 0 && attempts.size === 0)) tell(best ?? { state: 'looking', says: addresses.length ? `Nobody answers at ${addresses.map(shown).join(', ')}.` : 'Looking for a Mantel in this network.' });
    }
  }
  return Promise.race([won.promise, search()]);
}
