import type { NodeCaps } from '@mantel/contracts/models/node.ts';
import { MantelError } from '@mantel/contracts/errors.ts';
import { newSeed, nodeIdOf, publicKey, signText } from '@mantel/runtime/keys.ts';
import { claimText, commitTo, pairingCode, startText } from '@mantel/runtime/pairing/code.ts';
import { beforeEach, describe, expect, it } from 'vitest';
import type { WorkerEntry } from '../../cluster/cluster.ts';
import { MAX_CARDS, MAX_CARDS_PER_ORIGIN } from './cards.ts';
import { createPairing, MAX_TRIES, OPEN_MS, type Pairing, type Seen } from './pairing.ts';

const CID = '0123456789abcdef';
const FINGERPRINT = 'f'.repeat(64);
const CAPS: NodeCaps = { os: 'Debian', arch: 'x64', cpu: 'CPU', cores: 4, memoryBytes: 8e9, gpu: null, speed: 500, slots: 4, macs: [], missing: [] };

let now: number;
let list: WorkerEntry[];
let ignored: Map<string, { id: string; name: string; at: number }>;
let seen: Seen[];
let changes: number;
let admitting: Promise<void>;
let pairing: Pairing;
let count = 0;

beforeEach(() => {
  [now, list, ignored, seen, changes] = [1e12, [], new Map(), [], 0];
  admitting = Promise.resolve();
  const members = {
    list: () => list,
    admit: async ({ nkey, name, claim }: { nkey: string; name: string; claim?: NonNullable<WorkerEntry['claim']> }) => {
      await admitting;
      const entry: WorkerEntry = { id: nodeIdOf(nkey), nkey, token: 'the-token-of-this-one', name, local: false, ...(claim ? { claim } : {}) };
      list = [...list.filter((w) => w.id !== entry.id), entry];
      return entry;
    },
  };
  pairing = createPairing({
    members, cid: CID, fingerprint: FINGERPRINT, house: 'nas', natsPort: 4242, seen: () => seen, now: () => now, random: (n) => Buffer.alloc(n, ++count), onChange: () => { changes++; }, change: () => ({ before: 100, after: 40 }),
    ignored: { has: (id) => ignored.has(id), list: () => [...ignored.values()], set: async (row, on) => { if (on) ignored.set(row.id, row); else ignored.delete(row.id); } },
  });
});

function machine(name = 'pc1', address = '10.0.0.5') {
  const seed = newSeed();
  const nkey = publicKey(seed);
  const id = nodeIdOf(nkey);
  const nonce = Buffer.alloc(16, 7).toString('hex');
  const commit = commitTo(nonce, nkey);
  const signed = (fingerprint = FINGERPRINT, what = commit): string => signText(seed, startText({ cid: CID, fingerprint, commit: what }));
  return {
    id, nkey, nonce, seed,
    knock: (more: object = {}, from = address) => pairing.knock({ nkey, name, caps: CAPS, protocol: { min: 1, max: 1 }, ...more }, from),
    start: (more: object = {}) => pairing.start({ nkey, commit, signature: signed(), ...more }),
    /** With another nonce each time. */
    again: (n: number) => { const c = commitTo(`${n}`.padStart(32, '0'), nkey); return pairing.start({ nkey, commit: c, signature: signed(FINGERPRINT, c) }); },
    signed,
    claim: (attempt: string, by = seed) => pairing.claim({ id, attempt, signature: signText(by, claimText({ cid: CID, fingerprint: FINGERPRINT, id, attempt })) }),
  };
}
const code = (work: () => unknown): string => {
  try { work(); } catch (e) { return (e as MantelError).type; }
  return 'ok';
};
const card = (id: string) => pairing.discovered().find((d) => d.id === id);
/** As far as the code on both screens. */
function shown(pc = machine()) {
  pc.knock();
  pairing.add(pc.id);
  const started = pc.start();
  pairing.reveal({ id: pc.id, attempt: started.attempt, nonce: pc.nonce });
  return { pc, attempt: started.attempt, code: card(pc.id)!.code! };
}

describe('the way in', () => {
  it('goes from a knock to the token, and both sides compute the same code', async () => {
    const pc = machine();
    expect(pc.knock()).toEqual({ id: pc.id, cid: CID, house: 'nas', state: 'wait' });
    expect(card(pc.id)).toMatchObject({ name: 'pc1', address: '10.0.0.5', state: 'new', code: null, expiresAt: null, trouble: null, change: { before: 100, after: 40 } });
    expect(pairing.add(pc.id)).toMatchObject({ state: 'open', expiresAt: new Date(now + OPEN_MS).toISOString() });
    expect(pc.knock().state).toBe('open');
    const started = pc.start();
    expect(card(pc.id)!.code).toBeNull();
    pairing.reveal({ id: pc.id, attempt: started.attempt, nonce: pc.nonce });
    const mine = pairingCode({ nonceW: pc.nonce, nonceC: started.nonce, nkey: pc.nkey, fingerprint: FINGERPRINT, cid: CID });
    expect(card(pc.id)).toMatchObject({ state: 'code', code: mine });
    expect(pc.claim(started.attempt)).toEqual({ state: 'wait' });
    await pairing.approve(pc.id, mine);
    expect(card(pc.id)).toBeUndefined();
    expect(pc.claim(started.attempt)).toEqual({ state: 'paired', token: 'the-token-of-this-one', natsPort: 4242, name: 'pc1' });
    expect(pc.claim(started.attempt).state).toBe('paired'); // an answer that was lost is asked for again
    now += 61 * 60_000;
    expect(pc.claim(started.attempt).state).toBe('refused');
  });
  it('never opens by itself: without an admin there is no start, and only the one that was chosen may', () => {
    const [a, b] = [machine('a'), machine('b')];
    a.knock();
    b.knock();
    expect(code(() => a.start())).toBe('pairing_closed');
    pairing.add(a.id);
    expect(code(() => b.start())).toBe('pairing_closed');
    expect(b.knock().state).toBe('wait');
    expect(code(() => a.start())).toBe('ok');
  });
  it('ends after five minutes of the house, and the worker hears it', async () => {
    const { pc, attempt, code: digits } = shown();
    now += OPEN_MS + 1;
    await expect(pairing.approve(pc.id, digits)).rejects.toMatchObject({ type: 'pairing_closed' });
    expect(pc.claim(attempt)).toEqual({ state: 'refused' });
    expect(pc.knock().state).toBe('wait');
    expect(code(() => pc.again(1))).toBe('pairing_closed');
  });
  it('is closed by an admin', () => {
    const { pc, attempt } = shown();
    pairing.reject(pc.id);
    expect(pc.claim(attempt)).toEqual({ state: 'refused' });
    expect(card(pc.id)).toMatchObject({ state: 'new', code: null });
    expect(code(() => pairing.reject(pc.id))).toBe('pairing_closed');
  });
  it('finds a worker that lost its pairing: known, but it must show a code again', () => {
    const pc = machine();
    list = [{ id: pc.id, nkey: pc.nkey, token: 't'.repeat(20), name: 'pc1', local: false }];
    expect(pc.knock({ paired: true }).state).toBe('known');
    expect(pairing.discovered()).toEqual([]);
    expect(pc.knock().state).toBe('known');
    expect(code(() => pc.start())).toBe('pairing_closed');
    pairing.add(pc.id);
    expect(pc.knock().state).toBe('open');
    expect(machine().knock({ paired: true }).state).toBe('wait');
  });
});

describe('attempts', () => {
  it('one chance each: a wrong nonce, a second reveal, a wrong code end it', async () => {
    const pc = machine();
    pc.knock();
    pairing.add(pc.id);
    const first = pc.start();
    expect(code(() => pairing.reveal({ id: pc.id, attempt: first.attempt, nonce: '0'.repeat(32) }))).toBe('conflict');
    expect(code(() => pairing.reveal({ id: pc.id, attempt: first.attempt, nonce: pc.nonce }))).toBe('pairing_closed');
    expect(pc.claim(first.attempt).state).toBe('refused');
    pairing.add(pc.id);
    const second = pc.start();
    const reveal = { id: pc.id, attempt: second.attempt, nonce: pc.nonce };
    pairing.reveal(reveal);
    const { code: digits } = card(pc.id)!;
    expect(code(() => pairing.reveal(reveal))).toBe('pairing_closed');
    const wrong = digits === '000000' ? '000001' : '000000';
    await expect(pairing.approve(pc.id, wrong)).rejects.toMatchObject({ type: 'wrong_code' });
    await expect(pairing.approve(pc.id, digits!)).rejects.toMatchObject({ type: 'pairing_closed' });
    expect(pc.claim(second.attempt).state).toBe('refused');
    expect(list).toEqual([]);
  });
  it('are few: a start more makes the one before worthless, and the fourth closes the door', () => {
    const pc = machine();
    pc.knock();
    pairing.add(pc.id);
    const first = pc.again(1);
    expect(code(() => pc.again(1))).toBe('conflict'); // the same again
    const second = pc.again(2);
    expect(pc.claim(first.attempt).state).toBe('refused');
    expect(pc.claim(second.attempt).state).toBe('wait');
    for (let i = 2; i < MAX_TRIES; i++) pc.again(i + 1);
    expect(pc.knock().state).toBe('wait');
    expect(code(() => pc.again(99))).toBe('pairing_closed');
    expect(card(pc.id)!.state).toBe('new');
  });
  it('belong to the key: nobody else starts, and a signature towards another certificate or house is none', () => {
    const pc = machine();
    const other = machine('other');
    pc.knock();
    pairing.add(pc.id);
    for (const signature of [other.signed(), pc.signed('e'.repeat(64)), pc.signed(FINGERPRINT, '0'.repeat(64)), 'AAAA', signText(pc.seed, 'mantel-start')]) expect(code(() => pc.start({ signature }))).toBe('bad_pairing_signature');
    for (let i = 0; i < MAX_TRIES; i++) expect(code(() => pc.again(i))).toBe('ok'); // none of these counted
  });
  it('a claim needs the key of that attempt, before and after the approval', async () => {
    const { pc, attempt, code: digits } = shown();
    const thief = newSeed();
    expect(code(() => pc.claim(attempt, thief))).toBe('bad_pairing_signature');
    await pairing.approve(pc.id, digits);
    expect(code(() => pc.claim(attempt, thief))).toBe('bad_pairing_signature');
    expect(pc.claim('0'.repeat(32)).state).toBe('refused');
    expect(pairing.claim({ id: 'w0000000000', attempt, signature: 'AAAA' }).state).toBe('refused');
    expect(pc.claim(attempt).state).toBe('paired');
  });
  it('a claim waits while its worker is being let in, and a start does not come in between', async () => {
    const { pc, attempt, code: digits } = shown();
    let letIn = (): void => undefined;
    admitting = new Promise((resolve) => { letIn = resolve; });
    const approving = pairing.approve(pc.id, digits);
    expect(pc.claim(attempt)).toEqual({ state: 'wait' });
    expect(code(() => pc.again(5))).toBe('pairing_closed');
    expect(code(() => pairing.reject(pc.id))).toBe('conflict');
    await expect(pairing.ignore(pc.id, true)).rejects.toMatchObject({ type: 'conflict' });
    now += OPEN_MS;
    expect(pc.claim(attempt)).toEqual({ state: 'wait' });
    letIn();
    await approving;
    expect(pc.claim(attempt).state).toBe('paired');
  });
  it('the third wrong code closes the door, and says so', async () => {
    const pc = machine();
    pc.knock();
    pairing.add(pc.id);
    for (let i = 1; i <= MAX_TRIES; i++) {
      const nonce = `${i}`.padStart(32, '0');
      const { attempt } = pc.again(i);
      pairing.reveal({ id: pc.id, attempt, nonce });
      const digits = pairing.discovered()[0]!.code!;
      await expect(pairing.approve(pc.id, digits === '000000' ? '000001' : '000000')).rejects.toMatchObject({ type: 'wrong_code' });
      expect(pairing.discovered()[0]!.state).toBe(i < MAX_TRIES ? 'open' : 'new');
    }
    expect(pc.knock().state).toBe('wait');
  });
  it('an approval that fails can be repeated', async () => {
    const { pc, attempt, code: digits } = shown();
    admitting = Promise.reject(new Error('the disk is full'));
    await expect(pairing.approve(pc.id, digits)).rejects.toThrow('the disk is full');
    admitting = Promise.resolve();
    expect(pc.claim(attempt)).toEqual({ state: 'wait' });
    await pairing.approve(pc.id, digits);
    expect(pc.claim(attempt).state).toBe('paired');
  });
  it('two approvals at once are one', async () => {
    const { pc, code: digits } = shown();
    const results = await Promise.allSettled([pairing.approve(pc.id, digits), pairing.approve(pc.id, digits)]);
    expect(results.map((r) => r.status)).toEqual(['fulfilled', 'rejected']);
    expect(list).toHaveLength(1);
  });
});

describe('who is shown', () => {
  it('forgets who is silent, unless the door is open for them', () => {
    const [a, b] = [machine('a'), machine('b')];
    a.knock();
    b.knock();
    pairing.add(a.id);
    now += 16_000;
    expect(pairing.discovered().map((d) => d.name)).toEqual(['a']);
    now += OPEN_MS;
    expect(pairing.discovered()).toEqual([]);
    expect(code(() => pairing.add(b.id))).toBe('not_found');
  });
  it('shows names and machines without anything that controls a screen; keeps them while the door is open', () => {
    const pc = machine();
    pc.knock({ name: '\u202egnp.1cp\u200b', caps: { ...CAPS, cpu: '\u001b[31mred', missing: ['a\u0007b'] } });
    expect(card(pc.id)).toMatchObject({ name: 'gnp.1cp', caps: { cpu: '[31mred', missing: ['ab'] } });
    pc.knock({ name: '\u200b\u202e' });
    expect(card(pc.id)!.name).toBe(pc.id);
    pc.knock({ name: 'kitchen' });
    pairing.add(pc.id);
    pc.knock({ name: 'nas itself' }, '10.0.0.99');
    expect(card(pc.id)).toMatchObject({ name: 'kitchen', address: '10.0.0.5' });
  });
  it('refuses what is no key', () => {
    const pc = machine();
    expect(code(() => pairing.knock({ nkey: `U${'A'.repeat(55)}`, name: 'x', caps: CAPS, protocol: { min: 1, max: 1 } }, '10.0.0.1'))).toBe('bad_request');
    expect(code(() => pairing.knock({ nkey: `${pc.nkey.slice(0, -1)}${pc.nkey.endsWith('A') ? 'B' : 'A'}`, name: 'x', caps: CAPS, protocol: { min: 1, max: 1 } }, '10.0.0.1'))).toBe('bad_request');
  });
  it('shows one that does not know yet what it can do, and what it knows later stays', () => {
    const pc = machine();
    expect(pc.knock({ caps: null }).state).toBe('wait');
    expect(card(pc.id)).toMatchObject({ state: 'new', caps: null, change: null, trouble: null });
    pc.knock();
    pc.knock({ caps: null });
    expect(card(pc.id)).toMatchObject({ caps: CAPS, change: { before: 100, after: 40 } });
  });
  it('is not changed or blocked by somebody else who knocks with the same key while the door is open', () => {
    const pc = machine();
    pc.knock();
    pairing.add(pc.id);
    const before = card(pc.id);
    expect(pc.knock({ name: 'evil', protocol: { min: 99, max: 99 }, caps: { ...CAPS, cpu: 'Call 555-1234' } }, '10.0.0.66').state).toBe('outdated');
    expect(card(pc.id)).toEqual(before);
    expect(pc.knock().state).toBe('open');
    expect(code(() => pc.start())).toBe('ok');
  });
  it('that was spoilt by the first knock after it was only seen is mended by the next', () => {
    const pc = machine();
    seen = [{ id: pc.id, name: 'attic', host: '10.0.0.7', seenAt: now }];
    pairing.add(pc.id);
    pc.knock({ protocol: { min: 99, max: 99 } });
    expect(card(pc.id)!.trouble).not.toBeNull();
    expect(pc.knock().state).toBe('open');
    expect([card(pc.id)!.trouble, code(() => pc.start())]).toEqual([null, 'ok']);
  });
  it('says what is wrong with one that speaks another language', () => {
    const pc = machine();
    expect(pc.knock({ protocol: { min: -3, max: 0 } })).toMatchObject({ state: 'outdated', upgrade: 'worker' });
    expect(card(pc.id)!.trouble).toContain('update Mantel on that computer');
    expect(code(() => pairing.add(pc.id))).toBe('conflict');
    expect(pc.knock({ protocol: { min: 7, max: 9 } })).toMatchObject({ state: 'outdated', upgrade: 'coordinator' });
    expect(pc.knock().state).toBe('wait');
    expect(card(pc.id)!.trouble).toBeNull();
  });
  it('shows one that is only seen in the network, with what to do; it may be added before it knocks', () => {
    const pc = machine();
    seen = [{ id: pc.id, name: 'attic\u0000', host: '10.0.0.7', seenAt: now }];
    expect(pairing.discovered()).toMatchObject([{ id: pc.id, name: 'attic', address: '10.0.0.7', caps: null, state: 'new', trouble: expect.stringContaining('type the address') }]);
    expect(pairing.add(pc.id)).toMatchObject({ state: 'open', trouble: expect.stringContaining('type the address') });
    expect(pc.knock().state).toBe('open');
    expect(card(pc.id)).toMatchObject({ trouble: null, caps: CAPS });
    list = [{ id: 'w1111111111', nkey: 'x', token: 't', name: 'n', local: false }];
    seen = [{ id: 'w1111111111', name: 'n', host: '10.0.0.8', seenAt: now }];
    expect(pairing.discovered().map((d) => d.id)).not.toContain('w1111111111');
  });
  it('keeps ignored ones away until they are not ignored any more', async () => {
    const { pc, attempt } = shown();
    await pairing.ignore(pc.id, true);
    expect(pc.claim(attempt).state).toBe('refused');
    expect(pc.knock().state).toBe('ignored');
    expect(card(pc.id)).toMatchObject({ state: 'ignored', code: null });
    expect(code(() => pairing.add(pc.id))).toBe('conflict');
    now += 60_000;
    expect(card(pc.id)).toMatchObject({ state: 'ignored', name: 'pc1' });
    await pairing.ignore(pc.id, false);
    expect(pairing.discovered()).toEqual([]);
    expect(pc.knock().state).toBe('wait');
    await expect(pairing.ignore('w2222222222', true)).rejects.toMatchObject({ type: 'not_found' });
  });
  it('tells admins of changes, not of every knock', () => {
    const pc = machine();
    pc.knock();
    const before = changes;
    for (let i = 0; i < 10; i++) {
      now += 2000;
      pc.knock();
    }
    expect(changes).toBe(before);
    pc.knock({ name: 'new name' });
    expect(changes).toBe(before + 1);
  });
});

describe('floods', () => {
  it('ignored ones make room, however often they knock', async () => {
    const many = Array.from({ length: MAX_CARDS }, (_v, i) => machine(`m${i}`, `10.0.${i >> 3}.1`));
    for (const m of many) expect(m.knock().state).toBe('wait');
    const [near, far] = [machine('near', '10.0.0.1'), machine('far', '10.0.200.1')];
    expect(near.knock().state).toBe('full'); // eight on its own address
    for (const m of many) {
      await pairing.ignore(m.id, true);
      expect(m.knock().state).toBe('ignored');
    }
    expect([near.knock().state, far.knock().state]).toEqual(['wait', 'wait']);
    expect(pairing.discovered().filter((d) => d.state === 'ignored')).toHaveLength(MAX_CARDS);
  });
  it('from one address leave room for others, and never more than there is room for', () => {
    for (let i = 0; i < 40; i++) machine(`m${i}`, '10.0.0.66').knock();
    expect(pairing.discovered()).toHaveLength(MAX_CARDS_PER_ORIGIN);
    expect(machine('one more', '10.0.0.66').knock().state).toBe('full');
    expect(machine('other', '10.0.0.5').knock().state).toBe('wait');
  });
  it('from many addresses: a newcomer takes the place of whoever takes most; an open door is not taken away', () => {
    const mine = machine('mine', '10.0.0.5');
    mine.knock();
    pairing.add(mine.id);
    for (let a = 0; a < 10; a++) for (let i = 0; i < 8; i++) machine(`m${a}.${i}`, `10.0.9.${a}`).knock();
    expect(pairing.discovered()).toHaveLength(MAX_CARDS);
    expect(card(mine.id)).toBeDefined();
    const other = machine('other', '10.0.0.6');
    expect(other.knock().state).toBe('wait');
    expect(card(other.id)).toBeDefined();
    expect(pairing.discovered()).toHaveLength(MAX_CARDS);
  });
  it('of one IPv6 network count as one', () => {
    for (let i = 0; i < 40; i++) machine(`m${i}`, `2001:db8:1:2:${i}::9`).knock();
    expect(pairing.discovered()).toHaveLength(MAX_CARDS_PER_ORIGIN);
    expect(machine('same', '2001:db8:1:2::77').knock().state).toBe('full');
    expect(machine('other', '2001:db8:1:3::1').knock().state).toBe('wait');
  });
  it('are slowed down per address and in all; to whom the door is open is not held up', () => {
    const mine = machine('mine', '10.0.0.5');
    mine.knock();
    pairing.add(mine.id);
    const refused = (address: string, n: number): number => Array.from({ length: n }, () => code(() => pairing.admit('knock', address))).filter((c) => c === 'rate_limited').length;
    expect(refused('10.0.0.66', 100)).toBe(60);
    for (let a = 0; a < 600; a++) refused(`10.1.${a >> 8}.${a & 255}`, 1);
    expect(refused('10.2.0.1', 1)).toBe(1); // in all
    expect(refused('10.0.0.5', 20)).toBe(0);
    now += 2000;
    expect(refused('10.0.0.66', 20)).toBe(12);
    expect(Array.from({ length: 50 }, () => code(() => pairing.admit('start', '10.0.0.66'))).filter((c) => c === 'ok')).toHaveLength(6);
  });
});
