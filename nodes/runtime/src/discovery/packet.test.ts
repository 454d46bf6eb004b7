import mdns from 'mdns-js';
import factory from 'mdns-js/lib/packetfactory.js';
import Networking from 'mdns-js/lib/networking.js';
import { describe, expect, it } from 'vitest';
import { type Advert, readAdvert, SERVICE, writeTxt } from './advert.ts';
import { readPacket } from './packet.ts';

const TYPE = '_mantel-node._tcp';
const NODE: Advert = { role: 'worker', id: 'w0123456789', name: 'PC im Büro 2.0 (50 %)', port: 9, txt: { proto: '1-1', st: '' } };

/** What mdns-js would put on the wire. */
function spoken(advert: Advert, ttl = 120): Buffer {
  let sent: Buffer | undefined;
  const net = new Networking();
  net.connections.push({ socket: { address: () => ({ address: '' }), send: (b: Buffer) => { sent = Buffer.from(b); } } as never, counters: { sent: 0, received: 0 } });
  const ad = new mdns.Advertisement(net, mdns.tcp(SERVICE[advert.role]), advert.port, { name: advert.id, txt: writeTxt(advert) });
  factory.buildQDPacket.call(ad); // gives it its name
  net.send(factory.buildANPacket.call(ad, ttl));
  return sent!;
}
const heard = (advert: Advert): Advert | undefined => {
  const s = readPacket(spoken(advert), `_${SERVICE[advert.role]}._tcp`)!.services[0]!;
  return readAdvert(advert.role, s.port, s.txt);
};

describe('what mdns-js says is read', () => {
  const house: Advert = { role: 'coordinator', id: '0123456789abcdef', name: 'nas', port: 65535, txt: { proto: '1-1', nats: '23456' } };
  it.each([[NODE], [house], [{ ...NODE, name: 'x'.repeat(63) }], [{ ...NODE, name: '<b>"日本のPC"&\\' }]])('%j', (advert) => { expect(heard(advert)).toEqual(advert); });
  it('a name that is too long is cut, one of nothing is the id', () => {
    expect(heard({ ...NODE, name: '日'.repeat(90) })!.name).toBe('日'.repeat(33));
    expect(heard({ ...NODE, name: ' \u0000\u202e ' })!.name).toBe(NODE.id);
  });
  it('a good-bye', () => { expect(readPacket(spoken(NODE, 0), TYPE)!.services[0]).toMatchObject({ instance: NODE.id, ttl: 0 }); });
  it('another type is not heard', () => { expect(readPacket(spoken(NODE), '_mantel._tcp')!.services).toEqual([]); });
});

it.each([[{ id: 'nas' }], [{ id: 'W0123456789' }], [{ port: 0 }], [{ port: 70_000 }], [{ txt: { A: '1' } }], [{ txt: { id: '1' } }], [{ txt: { a: 'x'.repeat(41) } }], [{ txt: { a: 'x\ny' } }], [{ txt: Object.fromEntries([...'abcdefghi'].map((k) => [k, '1'])) }]])('%j is not advertised', (wrong) => {
  expect(() => writeTxt({ ...NODE, ...wrong })).toThrow(/cannot be advertised|is no/);
});

describe('what others say is not believed', () => {
  const good = ['v=1', 'id=w0123456789', 'name=PC'];
  it.each([[[]], [['v=1']], [['v=2', ...good.slice(1)]], [['v=1', 'id=../../etc', 'name=x']], [['v=1', 'id=w012345678', 'name=x']], [['v=1', 'id=w0123456789\n', 'name=x']]])('%j is nobody', (txt) => { expect(readAdvert('worker', 1, txt)).toBeUndefined(); });
  it('junk beside the good', () => {
    const txt = [...good, 'id=w9999999999', '=x', 'x', '__proto__=1', 'K=1', 'long=' + 'x'.repeat(200), 'turn=\u202eabc', 'fine=1'];
    expect(readAdvert('worker', 1, txt)).toEqual({ role: 'worker', id: 'w0123456789', name: 'PC', port: 1, txt: { fine: '1' } });
    expect(readAdvert('worker', 0, good)).toBeUndefined();
    expect(readAdvert('worker', 1, ['v=1', 'id=w0123456789', `name=${'y'.repeat(200)}`])!.name).toHaveLength(63);
  });
});

describe('packets that nobody should send', () => {
  const header = (q: number, a: number): Buffer => { const b = Buffer.alloc(12); b.writeUInt16BE(0x8400, 2); b.writeUInt16BE(q, 4); b.writeUInt16BE(a, 6); return b; };
  it.each([
    ['nothing', Buffer.alloc(0)], ['half a header', Buffer.alloc(7)], ['a name that points at itself', Buffer.concat([header(0, 1), Buffer.from([0xc0, 12]), Buffer.alloc(10)])],
    ['two names that point at each other', Buffer.concat([header(1, 0), Buffer.from([0xc0, 14, 0xc0, 12]), Buffer.alloc(4)])], ['65535 questions', header(65_535, 0)], ['65535 answers of nothing', Buffer.concat([header(0, 65_535), Buffer.alloc(9000)])],
    ['a label without end', Buffer.concat([header(1, 0), Buffer.from([63]), Buffer.alloc(10)])], ['a record longer than its packet', Buffer.concat([header(0, 1), Buffer.from([0, 0, 16, 0, 1, 0, 0, 0, 1, 0xff, 0xff])])],
  ])('%s', (_name, packet) => { expect(readPacket(packet, TYPE)).toBeUndefined(); });
  it('a name of many jumps ends', () => {
    const chain = Array.from({ length: 4000 }, (_, i) => (i === 0 ? [0, 0] : [0xc0 | ((12 + 2 * (i - 1)) >> 8), (12 + 2 * (i - 1)) & 255])).flat();
    const began = performance.now();
    readPacket(Buffer.concat([header(100, 0), Buffer.from(chain)]), TYPE);
    expect(performance.now() - began).toBeLessThan(500);
  });
  it('chance', () => {
    const seed = Number(process.env.MANTEL_TEST_SEED ?? Date.now() % 1e6);
    let state = seed >>> 0;
    const random = (below: number): number => { state = (Math.imul(state, 1664525) + 1013904223) >>> 0; return Math.floor((state / 2 ** 32) * below); };
    const good = spoken(NODE);
    const began = performance.now();
    for (let i = 0; i < 20_000; i++) {
      const p = i % 2 ? Buffer.from(good) : Buffer.from(Array.from({ length: random(200) }, () => random(256)));
      for (let n = random(6); n > 0 && p.length; n--) p[random(p.length)] = random(256);
      const got = readPacket(p, TYPE);
      for (const s of got?.services ?? []) {
        const advert = readAdvert('worker', s.port, s.txt);
        if (advert) expect([/^w[0-9a-f]{10}$/.test(advert.id), [...advert.name].length <= 63, /\p{C}/u.test(advert.name)], `seed ${seed}`).toEqual([true, true, false]);
      }
    }
    expect(performance.now() - began, `seed ${seed}`).toBeLessThan(10_000);
  });
});
