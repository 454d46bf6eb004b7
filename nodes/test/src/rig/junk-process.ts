// A LAN full of other things: services of 60 other types with TXT of all sorts, broken packets, and random bytes, to everybody's port 5353. The seed says which.
import { createSocket } from 'node:dgram';

const [address, seed, rounds] = process.argv.slice(2) as [string, string, string];
let state = Number(seed) >>> 0;
const random = (below: number): number => { state = (Math.imul(state, 1664525) + 1013904223) >>> 0; return Math.floor((state / 2 ** 32) * below); };
const bytes = (n: number): Buffer => Buffer.from(Array.from({ length: n }, () => random(256)));
const name = (...labels: (string | Buffer)[]): Buffer => Buffer.concat([...labels.map((l) => { const b = Buffer.from(l as string); return Buffer.concat([Buffer.from([b.length]), b]); }), Buffer.from([0])]);
function packet(flags: number, questions: Buffer[], records: Buffer[]): Buffer {
  const head = Buffer.alloc(12);
  for (const [at, value] of [[2, flags], [4, questions.length], [6, records.length]] as const) head.writeUInt16BE(value, at);
  return Buffer.concat([head, ...questions, ...records]);
}
function record(owner: Buffer, type: number, data: Buffer, ttl = 120): Buffer {
  const head = Buffer.alloc(10);
  head.writeUInt16BE(type, 0); head.writeUInt16BE(0x8001, 2); head.writeUInt32BE(ttl, 4); head.writeUInt16BE(data.length, 8);
  return Buffer.concat([owner, head, data]);
}
const txt = (...strings: (string | Buffer)[]): Buffer => Buffer.concat(strings.map((s) => { const b = Buffer.from(s as string); return Buffer.concat([Buffer.from([b.length]), b]); }));
function service(type: string, instance: string | Buffer, data: Buffer, port = 80): Buffer {
  const owner = name(instance, type, '_tcp', 'local');
  const srv = Buffer.concat([Buffer.from([0, 0, 0, 0, port >> 8, port & 255]), name('somewhere', 'local')]);
  return packet(0x8400, [], [record(name(type, '_tcp', 'local'), 12, owner), record(owner, 33, srv), record(owner, 16, data), record(name('somewhere', 'local'), 1, Buffer.from([10, 77, 0, 12]))]);
}

const junk: (() => Buffer)[] = [
  () => packet(0x8400, [], [Buffer.concat([Buffer.from([0xc0, 12]), Buffer.alloc(10)])]), // a name that points at itself
  () => packet(0, [Buffer.from([0xc0, 14, 0xc0, 12, 0, 12, 0, 1])], []),
  () => Buffer.alloc(1400), // a hundred empty packets in one
  () => bytes(random(1200)),
  () => service('_mantel-node', 'w9999999999', txt(...Array.from({ length: 40 }, (_, i) => `k${i}=${'x'.repeat(200)}`))),
  () => service('_mantel-node', bytes(40), txt('v=1', 'id=<script>', 'name=x')),
  () => service('_mantel-node', 'x', txt('v=1', bytes(255), 'id=w', bytes(30))),
  () => service('_mantel', 'house', txt('v=1', 'id=../../../etc/passwd', bytes(200))),
  () => packet(0x8400, [], [record(name('_strange'), 12, name('x', '_no-protocol')), record(name('_services', '_dns-sd', '_udp', 'local'), 12, name('_a', '_b', '_c', '_d'))]), // a type that mdns-js throws at
  () => packet(0, Array.from({ length: 200 }, () => Buffer.concat([name('_services', '_dns-sd', '_udp', 'local'), Buffer.from([0, 12, 0, 1])])), []), // 200 questions that all are to answer
];
const socket = createSocket({ type: 'udp4', reuseAddr: true });
socket.bind(5353, async () => {
  socket.setMulticastInterface(address);
  const send = (b: Buffer): Promise<void> => new Promise((done) => { socket.send(b, 5353, '224.0.0.251', () => done()); });
  for (let i = 0; i < Number(rounds); i++) {
    for (let n = 0; n < 60; n++) await send(service(`_other${n}`, `thing ${n}`, n % 3 ? txt(`path=/${n}`, 'note=a.b.c', bytes(n * 4)) : bytes(n)));
    for (const make of junk) await send(make());
    await new Promise((r) => { setTimeout(r, 20); });
  }
  console.log('sent');
  socket.close();
});
