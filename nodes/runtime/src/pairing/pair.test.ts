// The worker's side of a pairing, against houses that are not what they should be.
import { execFileSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NodeCaps } from '@mantel/contracts/models/node.ts';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { newSeed, nodeIdOf, publicKey, verifyText } from '../keys.ts';
import { createLogger } from '../logger.ts';
import { claimText, commitTo, pairingCode, printable, startText } from './code.ts';
import { keyPin, pair, type PairOptions, type PairState } from './pair.ts';
import { stillPaired } from './still.ts';
import { keptSeed } from './store.ts';

const CAPS: NodeCaps = { os: 'Debian', arch: 'x64', cpu: 'CPU', cores: 4, memoryBytes: 8e9, gpu: null, speed: 500, slots: 4, macs: [], missing: [] };
const CID = '0123456789abcdef';
const NONCE = 'ab'.repeat(16);
const seed = newSeed();
const nkey = publicKey(seed);
const id = nodeIdOf(nkey);
const log = createLogger('test', { level: 'silent' });

let dir: string;
const certs: { key: string; cert: string }[] = [];
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'mantel-pair-'));
  for (const n of ['a', 'b']) {
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', join(dir, `${n}.key`), '-out', join(dir, `${n}.crt`), '-days', '2', '-subj', `/CN=${CID}.mantel`], { stdio: 'pipe' });
    certs.push({ key: readFileSync(join(dir, `${n}.key`), 'utf8'), cert: readFileSync(join(dir, `${n}.crt`), 'utf8') });
  }
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const servers: Server[] = [];
const stops: AbortController[] = [];
afterEach(() => {
  for (const s of stops.splice(0)) s.abort();
  for (const s of servers.splice(0)) {
    s.close();
    s.closeAllConnections();
  }
});

type Said = { what: string; body: Record<string, string> };
const derOf = (n: number): Buffer => Buffer.from(new X509Certificate(certs[n]!.cert).raw);
const fingerprint = (n: number): string => createHash('sha256').update(derOf(n)).digest('hex');
const USUAL: Record<string, (b: Said['body']) => unknown> = {
  knock: () => ({ id, cid: CID, house: 'nas', state: 'open' }), start: () => ({ id, attempt: 'cd'.repeat(16), nonce: NONCE, cid: CID }), reveal: () => ({ ok: true }),
  claim: () => ({ state: 'paired', token: 'a-token-of-some-length', natsPort: 4242, name: 'kitchen' }),
};
/** A house that says what it is told to say. */
async function house(answers: Partial<typeof USUAL> = {}, cert = 0) {
  const said: Said[] = [];
  const server = createServer(certs[cert]!, (req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (d: Buffer) => chunks.push(d)).on('end', () => {
      const what = req.url!.replace('/api/v1/pair/', '');
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Said['body'];
      said.push({ what, body });
      const answer = (answers[what] ?? USUAL[what]!)(body);
      res.writeHead(answer instanceof Error ? 403 : 200, { 'content-type': 'application/json' });
      res.end(answer instanceof Error ? JSON.stringify({ code: answer.message, message: 'no' }) : typeof answer === 'string' ? answer : JSON.stringify(answer));
    });
  });
  servers.push(server);
  await new Promise<void>((r) => { server.listen(0, '127.0.0.1', r); });
  return { said, server, port: (server.address() as AddressInfo).port, count: (what: string) => said.filter((s) => s.what === what).length };
}
function begin(ports: number[] | (() => number[]), more: Partial<PairOptions> = {}) {
  const states: PairState[] = [];
  const stop = new AbortController();
  stops.push(stop);
  const list = typeof ports === 'function' ? ports : () => ports;
  const paired = pair({ name: 'pc1', seed, caps: () => CAPS, houses: () => list().map((port) => ({ host: '127.0.0.1', port })), onState: (s) => { states.push(s); }, signal: stop.signal, log, knockMs: 20, ...more });
  paired.catch(() => undefined);
  const until = (fits: (s: PairState) => boolean): Promise<PairState> => expect.poll(() => states.find(fits), { timeout: 5000, interval: 10 }).toBeTruthy().then(() => states.find(fits)!);
  return { paired, states, until };
}

it('commits, reveals, shows the code and signs for exactly this house and certificate', async () => {
  const h = await house();
  const p = begin([h.port]);
  const paired = await p.paired;
  expect(h.said.map((s) => s.what)).toEqual(['knock', 'start', 'reveal', 'claim']);
  const [knock, start, reveal, claim] = h.said.map((s) => s.body) as [Said['body'], Said['body'], Said['body'], Said['body']];
  expect(knock).toMatchObject({ nkey, name: 'pc1', caps: CAPS });
  expect(start.commit).toBe(commitTo(reveal.nonce!, nkey));
  expect(verifyText(nkey, startText({ cid: CID, fingerprint: fingerprint(0), commit: start.commit! }), start.signature!)).toBe(true);
  expect(verifyText(nkey, claimText({ cid: CID, fingerprint: fingerprint(0), id, attempt: 'cd'.repeat(16) }), claim.signature!)).toBe(true);
  expect(p.states.map((s) => s.state)).toEqual(['code', 'paired']);
  expect(p.states[0]!.code).toBe(pairingCode({ nonceW: reveal.nonce!, nonceC: NONCE, nkey, fingerprint: fingerprint(0), cid: CID }));
  expect(paired).toMatchObject({ id, token: 'a-token-of-some-length', seed, cid: CID, host: '127.0.0.1', port: h.port, natsPort: 4242, name: 'kitchen' });
  expect(Buffer.from(new X509Certificate(paired.cert).raw)).toEqual(derOf(0));
  expect(JSON.stringify(h.said)).not.toContain(seed);
});

it('somebody who lets it try again and again gets three tries', async () => {
  const h = await house({ claim: () => ({ state: 'refused' }) });
  const p = begin([h.port]);
  await p.until((s) => s.says?.includes('tried 3 times') === true);
  const knocks = h.count('knock');
  await expect.poll(() => h.count('knock'), { timeout: 5000 }).toBeGreaterThan(knocks + 5);
  expect(h.count('start')).toBe(3);
  expect(new Set(p.states.flatMap((s) => s.code ?? [])).size).toBe(3);
});

it('another certificate between the code and the claim ends it', async () => {
  const first = await house({ claim: () => ({ state: 'wait' }) });
  const p = begin([first.port]);
  await p.until((s) => s.state === 'code');
  first.server.setSecureContext(certs[1]!);
  const state = await p.until((s) => s.state === 'refused');
  expect(state.says).toContain('somebody may be in the middle');
});

it('a certificate with another key than the pinned one is not the house', async () => {
  const [wrong, right] = [await house({}, 1), await house({}, 0)];
  const p = begin([wrong.port, right.port], { pin: `sha256//${keyPin(derOf(0))}` });
  expect((await p.paired).port).toBe(right.port);
  expect(wrong.said).toEqual([]); // not even a name
  const alone = begin([wrong.port], { pin: keyPin(derOf(0)) });
  expect((await alone.until((s) => s.state === 'refused')).says).toContain('another certificate');
});

it.each<[string, Partial<typeof USUAL>]>([
  ['no JSON', { knock: () => '<html>' }], ['JSON of another kind', { knock: () => ({ state: 'open' }) }], ['an endless answer', { knock: () => `"${'x'.repeat(1 << 20)}"` }], ['an identity that is none', { knock: () => ({ id, cid: '../../etc', house: 'nas', state: 'open' }) }],
  ['a start for somebody else', { start: () => ({ id: 'w0000000000', attempt: 'cd'.repeat(16), nonce: NONCE, cid: CID }) }], ['a start of another house', { start: () => ({ id, attempt: 'cd'.repeat(16), nonce: NONCE, cid: 'ffffffffffffffff' }) }], ['a pairing without a token', { claim: () => ({ state: 'paired' }) }],
])('%s is no pairing', async (_what, answers) => {
  const h = await house(answers);
  const p = begin([h.port]);
  await p.until((s) => s.state === 'looking' || s.state === 'refused');
  expect(p.states.map((s) => s.state)).not.toContain('paired');
});

it('a refused signature is told as what it may mean', async () => {
  const h = await house({ start: () => new Error('bad_pairing_signature') });
  expect((await begin([h.port]).until((s) => s.state === 'refused')).says).toContain('somebody may be in the middle');
});

it('what the house calls itself does not control this screen', async () => {
  const h = await house({ knock: () => ({ id, cid: CID, house: '\u001b[2Jnas\u202e', state: 'wait' }) });
  expect(await begin([h.port]).until((s) => s.state === 'waiting')).toMatchObject({ house: '[2Jnas', address: `127.0.0.1:${h.port}` });
});

it.each([['ignored', 'ignored'], ['full', 'full'], ['known', 'waiting'], ['wait', 'waiting'], ['outdated', 'refused']])('"%s" is told to the person at this PC as %s', async (state, told) => {
  const h = await house({ knock: () => ({ id, cid: CID, house: 'nas', state, upgrade: 'worker' }) });
  expect((await begin([h.port]).until((s) => s.state === told)).says).toMatch(/\.$/);
});

it('the right house is found among many that only waste time', async () => {
  const many = await Promise.all(Array.from({ length: 20 }, () => house({ knock: () => ({ id, cid: CID, house: 'liar', state: 'wait' }) })));
  const right = await house();
  expect((await begin([...many.map((h) => h.port), right.port]).paired).port).toBe(right.port);
});

it('a liar that opens its door and keeps it waiting hides no other house and uses up nobody else\'s tries', async () => {
  let open = false;
  const liar = await house({ claim: () => ({ state: 'wait' }) }, 1);
  const right = await house({ knock: () => ({ id, cid: CID, house: 'nas', state: open ? 'open' : 'wait' }) });
  const p = begin([liar.port, right.port]);
  await p.until((s) => s.state === 'code' && s.address === `127.0.0.1:${liar.port}`);
  const knocks = right.count('knock');
  await expect.poll(() => right.count('knock'), { timeout: 5000 }).toBeGreaterThan(knocks + 3); // its card stays there
  open = true;
  expect(await p.paired).toMatchObject({ port: right.port, cert: certs[0]!.cert });
  expect(p.states.at(-1)).toMatchObject({ state: 'paired', address: `127.0.0.1:${right.port}` });
  expect(liar.count('start')).toBe(1);
});
it('a house that is away for a moment while the code is shown is waited for', async () => {
  let calls = 0;
  const h = await house({ claim: () => (++calls < 3 ? new Error('internal') : USUAL.claim!({})) });
  expect((await begin([h.port]).paired).token).toBe('a-token-of-some-length');
});

it('asks whether it is still let in only behind the pinned certificate', async () => {
  const paired = await begin([(await house()).port]).paired;
  const ask = async (state: string, cert: number, cid = CID): Promise<boolean | undefined> => {
    const h = await house({ knock: (b) => { expect(b.paired).toBe(true); return { id, cid, house: 'nas', state }; } }, cert);
    return stillPaired({ ...paired, port: h.port }, AbortSignal.timeout(5000));
  };
  expect(await ask('known', 0)).toBe(true);
  expect(await ask('wait', 0)).toBe(false);
  expect(await ask('wait', 1)).toBeUndefined();
  expect(await ask('wait', 0, 'ffffffffffffffff')).toBeUndefined();
  expect(await stillPaired({ ...paired, port: 1 }, AbortSignal.timeout(5000))).toBeUndefined();
});

it('keeps its key for good, for its owner only', () => {
  const file = join(dir, 'sub', 'nkey.seed');
  const made = keptSeed(file);
  expect(keptSeed(file)).toBe(made);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  writeFileSync(file, 'spoilt');
  expect(() => keptSeed(file)).toThrow(/Delete the file/);
  expect(() => keptSeed(file)).not.toThrow(/spoilt/);
});

it('codes depend on every part, and parts cannot flow into each other', () => {
  const parts = { nonceW: 'a'.repeat(32), nonceC: 'b'.repeat(32), nkey, fingerprint: 'c'.repeat(64), cid: CID };
  const code = pairingCode(parts);
  expect(code).toMatch(/^\d{6}$/);
  for (const key of Object.keys(parts) as (keyof typeof parts)[]) expect(pairingCode({ ...parts, [key]: `${parts[key]}0` }), key).not.toBe(code);
  expect(pairingCode({ ...parts, nonceW: 'ab', nonceC: 'c' })).not.toBe(pairingCode({ ...parts, nonceW: 'a', nonceC: 'bc' }));
  expect(commitTo('ab', 'c')).not.toBe(commitTo('a', 'bc'));
  expect(printable(' a\u0000\u001b[31m\u202eb\u2066\u200b\nc ')).toBe('a[31mbc');
  expect([...printable('😀'.repeat(100))]).toHaveLength(63);
});
