import type { NetworkInterfaceInfo } from 'node:os';
import { expect, test } from 'vitest';
import { isVirtual } from '../network-cards.ts';
import { cardAddresses, fitting } from './cards.ts';

const at = (address: string, internal = false): NetworkInterfaceInfo[] => [{ address, internal, family: 'IPv4', netmask: '255.255.255.0', mac: '02:42:00:00:00:01', cidr: null }];
const bridges = Object.fromEntries(Array.from({ length: 16 }, (_v, i) => [`br-${i.toString(16).padStart(12, '0')}`, at(`172.${17 + i}.0.1`)]));

test('a machine with many containers: the real card is heard, and said, before all bridges', () => {
  const cards = cardAddresses({ lo: at('127.0.0.1', true), ...bridges, docker0: at('172.16.0.1'), eth0: at('192.168.1.20') });
  expect([cards[0], cards.length]).toEqual(['192.168.1.20', 16]);
  const said = [{ type: 33 }, ...Object.values(bridges).map(([b]) => ({ type: 1, address: b!.address })), { type: 1, address: '192.168.1.20' }];
  expect(fitting(said, cards).slice(0, 2)).toEqual([{ type: 33 }, { type: 1, address: '192.168.1.20' }]);
  expect(fitting(said, cards)).toHaveLength(8);
});
test('where there are only bridges they are better than nothing', () => {
  expect(cardAddresses({ docker0: at('172.17.0.1') })).toEqual(['172.17.0.1']);
});
test.each([['eth0', false], ['enp3s0', false], ['wlan0', false], ['br0', false], ['br-lan', false], ['vmbr0', false], ['bond0', false], ['br-0123456789ab', true], ['docker0', true], ['veth12ab', true], ['tailscale0', true], ['wg0', true]])('%s: %s', (name, virtual) => expect(isVirtual(name)).toBe(virtual));
