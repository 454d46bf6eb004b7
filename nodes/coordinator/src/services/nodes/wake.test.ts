import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { NetworkInterfaceInfo } from 'node:os';
import { DEFAULT_SETTINGS } from '@mantel/contracts/models/node.ts';
import { expect, it } from 'vitest';
import { within } from '../jobs/admission.ts';
import { broadcasts, createWake, magicPacket, sendWake, type Sleeper } from './wake.ts';

const MAC = '0a:1b:2c:3d:4e:5f';
const MINUTE = 60_000;

it('a magic packet is six ff and sixteen addresses, and arrives', async () => {
  const packet = magicPacket(MAC);
  expect(packet.toString('hex')).toBe('ff'.repeat(6) + '0a1b2c3d4e5f'.repeat(16));
  const listener = createSocket('udp4');
  await new Promise<void>((resolve) => { listener.bind(0, '127.0.0.1', resolve); });
  const heard = once(listener, 'message') as Promise<[Buffer]>;
  expect(await sendWake([MAC], ['127.0.0.1'], listener.address().port)).toBe(3);
  expect((await heard)[0].equals(packet)).toBe(true);
  listener.close();
});

it('goes to the last address of each network, not to this machine itself', () => {
  const at = (address: string, netmask: string, internal = false) => ({ address, netmask, internal, family: 'IPv4', mac: MAC, cidr: null }) as NetworkInterfaceInfo;
  expect(broadcasts({ lo: [at('127.0.0.1', '255.0.0.0', true)], eth0: [at('10.77.0.1', '255.255.255.0'), at('10.77.0.2', '255.255.255.0')], eth1: [at('172.20.5.9', '255.255.240.0')] })).toEqual(['10.77.0.255', '172.20.15.255']);
});

const SLEEPER: Sleeper = { id: 'wa', name: 'pc1', local: false, state: 'asleep', caps: { os: '', arch: '', cpu: '', cores: 1, memoryBytes: 1, gpu: null, speed: 1, slots: 1, macs: [MAC], missing: [] }, settings: { ...DEFAULT_SETTINGS, wake: true } };
/** What a look every 30 s sends within `minutes`. */
async function sent(minutes: number, seconds: (at: number) => number | null, sleeper: Partial<Sleeper> = {}): Promise<number> {
  let at = new Date(2026, 0, 1, 12, 0).getTime();
  let n = 0;
  const wake = createWake({ sleepers: () => [{ ...SLEEPER, ...sleeper }], backlogSeconds: async () => ({ seconds: seconds(at), waiting: seconds(at) !== 0 }), within, send: async () => ++n, log: { info: () => undefined }, now: () => at });
  for (const end = at + minutes * MINUTE; at < end; at += 30_000) await wake.look();
  return n;
}
it('wakes for much work, at most every ten minutes, and only who may be woken now', async () => {
  expect(await sent(1, () => 601)).toBe(1);
  expect(await sent(30, () => 601)).toBe(3);
  expect(await sent(30, () => 599)).toBe(0);
  for (const settings of [{ wake: false }, { paused: true }, { hours: { from: '22:00', to: '07:00' } }]) expect(await sent(30, () => 9999, { settings: { ...SLEEPER.settings, ...settings } }), JSON.stringify(settings)).toBe(0);
  expect(await sent(1, () => 9999, { settings: { ...SLEEPER.settings, hours: { from: '11:00', to: '13:00' } } })).toBe(1);
  for (const s of [{ state: 'lost' as const }, { state: 'online' as const }, { local: true }, { caps: null }]) expect(await sent(30, () => 9999, s), JSON.stringify(s)).toBe(0);
});
it('when nobody is there at all, work that waits for ten minutes is much work', async () => {
  expect(await sent(9, () => null)).toBe(0);
  expect(await sent(11, () => null)).toBe(1);
  expect(await sent(30, () => 0)).toBe(0);
});
it('by hand: says why it cannot', async () => {
  const by = (s: Partial<Sleeper>) => createWake({ sleepers: () => [{ ...SLEEPER, ...s }], backlogSeconds: async () => ({ seconds: 0, waiting: false }), within, send: async () => 0, log: { info: () => undefined } }).now('wa');
  await expect(by({})).rejects.toThrow(/in no network/);
  await expect(by({ state: 'busy' })).rejects.toThrow(/awake/);
  await expect(by({ caps: null })).rejects.toThrow(/MAC/);
  await expect(by({ id: 'wb' })).rejects.toMatchObject({ type: 'not_found' });
});
