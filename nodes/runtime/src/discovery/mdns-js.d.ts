// The part of mdns-js that is used here; the package ships no types.
declare module 'mdns-js/lib/networking.js' {
  import type { Socket } from 'node:dgram';
  import { EventEmitter } from 'node:events';
  export interface Question { name: string; type: number; class: number }
  export interface Packet { question: Question[]; answer: object[]; additional: object[] }
  export default class Networking extends EventEmitter {
    connections: { socket: Socket; counters: { sent: number; received: number } }[];
    startRequest(callback: () => void): void;
    send(packet: Packet): void;
  }
}
declare module 'mdns-js' {
  import type Networking from 'mdns-js/lib/networking.js';
  interface ServiceType { name: string; protocol: string }
  const mdns: {
    tcp(name: string): ServiceType;
    Browser: new (networking: Networking, type: ServiceType) => { onMessage(): void; discover(): void };
    Advertisement: new (networking: Networking, type: ServiceType, port: number, options: { name: string; txt: Record<string, string> }) => { start(): void };
  };
  export default mdns;
}
declare module 'mdns-js/lib/packetfactory.js' {
  import type { Packet } from 'mdns-js/lib/networking.js';
  const factory: { buildQDPacket(this: object): Packet; buildANPacket(this: object, ttl: number): Packet };
  export default factory;
}
