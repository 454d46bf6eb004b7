// mdns-js speaks through this instead of its own sockets: those hear one network card only, never see an address that comes later, and end the process when there is none.
import { createSocket, type Socket } from 'node:dgram';
import { networkInterfaces } from 'node:os';
import { isVirtual } from '../network-cards.ts';
import Networking, { type Packet } from 'mdns-js/lib/networking.js';

const GROUP = '224.0.0.251';
const PORT = 5353;
const MAX_CARDS = 16; // the kernel lets a socket join 20 groups
const MAX_ADDITIONAL = 8; // addresses in a packet: mdns-js writes 512 bytes at most

/** The IPv4 addresses of this machine that others can reach, those of real cards first: a machine with many containers has more bridges than there is room for. */
export function cardAddresses(interfaces = networkInterfaces()): string[] {
  const all = Object.entries(interfaces).flatMap(([name, list]) => (list ?? []).filter((i) => i.family === 'IPv4' && !i.internal).map(({ address }) => ({ address, virtual: isVirtual(name) })));
  const some = (virtual: boolean): string[] => all.filter((a) => a.virtual === virtual).map((a) => a.address).toSorted();
  return [...some(false), ...some(true)].slice(0, MAX_CARDS);
}

const bound = (socket: Socket): Promise<Socket> => new Promise((resolve, reject) => {
  socket.once('error', reject).bind({ port: PORT, exclusive: true }, () => resolve(socket.off('error', reject)));
});
const open = (): Promise<Socket> => bound(createSocket({ type: 'udp4', reuseAddr: true }));

/** What there is room for: everything that is no address, then addresses in this order. */
export function fitting<T extends object>(additional: T[], order: string[]): T[] {
  const place = (record: T): number => {
    if (!('address' in record)) return -1;
    const i = order.indexOf(String(record.address));
    return i < 0 ? order.length : i;
  };
  return additional.toSorted((a, b) => place(a) - place(b)).slice(0, MAX_ADDITIONAL);
}

export class Cards extends Networking {

  /** One socket hears all cards; one per card speaks, because the card is chosen per socket. Rejects with the system's error (EADDRINUSE, ENODEV …). */
  async open(addresses: string[], heard: (packet: Buffer, from: string) => void, broke: (err: Error) => void): Promise<void> {
    const ears = await open();
    for (const address of addresses) ears.addMembership(GROUP, address);
    ears.on('message', (packet, from) => heard(packet, from.address)).on('error', broke);
    for (const address of addresses) {
      const mouth = await open();
      mouth.setMulticastInterface(address);
      mouth.setMulticastTTL(255);
      mouth.setMulticastLoopback(true);
      mouth.on('error', broke);
      this.connections.push({ socket: mouth, counters: { sent: 0, received: 0 } });
    }
  }

  override startRequest(callback: () => void): void { setImmediate(callback); }
  override send(packet: Packet): void {
    packet.additional = fitting(packet.additional, cardAddresses());
    super.send(packet); // a card that is down now may be up at the next question: its error is dropped there
  }
}
