// The process that speaks mDNS. It may die at any time (of a network card that goes away, of a library): discovery.ts starts it again. It ends with its parent.
import mdns from 'mdns-js';
import factory from 'mdns-js/lib/packetfactory.js';
import { readAdvert, SERVICE } from './advert.ts';
import { Cards, cardAddresses } from './cards.ts';
import type { FromChild, ToChild } from './messages.ts';
import { readPacket } from './packet.ts';

const LOOK_MS = 500;
const PACKETS_PER_S = 5000; // 8 µs each
const HEARD_PER_S = 500;
const ANSWERS_PER_S = 4;
const GOODBYE_MS = 200;
const PTR = 12;
const ANY_SERVICE = '_services._dns-sd._udp.local';

const tell = (message: FromChild): void => { if (process.connected) process.send?.(message, () => undefined); };
const end = (): never => process.exit(0);
function fail(err: unknown): void {
  tell({ is: 'trouble', code: (err as NodeJS.ErrnoException).code ?? String(err).slice(0, 200) });
  setImmediate(end);
}
process.on('disconnect', end).on('uncaughtException', fail).on('unhandledRejection', fail);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined); // a terminal sends them to all; this one ends when it is told to, or with its parent

/** At most so many a second; the rest is dropped. */
function limiter(perSecond: number): () => boolean {
  let second = 0; let count = 0;
  return () => {
    const now = Math.floor(performance.now() / 1000);
    if (now !== second) { second = now; count = 0; }
    return ++count <= perSecond;
  };
}

class Browser extends mdns.Browser {
  override onMessage(): void { /* its own reading mixes the services of a packet and throws on strange names: see packet.ts */ }
}

async function start({ advertise, browse }: Extract<ToChild, { do: 'start' }>): Promise<void> {
  let addresses = cardAddresses();
  if (addresses.length === 0) tell({ is: 'up', cards: [] });
  while (addresses.length === 0) {
    await new Promise((r) => { setTimeout(r, LOOK_MS); });
    addresses = cardAddresses();
  }
  const cards = new Cards();
  const mayRead = limiter(PACKETS_PER_S);
  const mayTell = limiter(HEARD_PER_S);
  const mayAnswer = limiter(ANSWERS_PER_S);
  const mayAnswerAll = limiter(1);
  const type = `_${SERVICE[browse]}._tcp`;
  const own = advertise && `_${SERVICE[advertise.role]}._tcp.local`;
  await cards.open(addresses, (bytes, from) => {
    if (!mayRead()) return;
    const packet = readPacket(bytes, type);
    if (!packet) return;
    for (const said of packet.services) {
      const advert = readAdvert(browse, said.port, said.txt);
      if (advert && mayTell()) tell({ is: 'heard', from, advert, bye: said.ttl === 0, addresses: said.addresses });
    }
    if (own && (packet.asks.some((name) => name === own || name.endsWith(`.${own}`)) ? mayAnswer() : packet.asks.includes(ANY_SERVICE) && mayAnswerAll())) cards.emit('packets', [{ question: [{ name: own, type: PTR, class: 1 }], answer: [] }]);
  }, fail);
  const browser = new Browser(cards, mdns.tcp(SERVICE[browse]));
  const advert = advertise && new mdns.Advertisement(cards, mdns.tcp(SERVICE[advertise.role]), advertise.port, { name: advertise.id, txt: advertise.txt });
  advert?.start();
  browser.discover();
  tell({ is: 'up', cards: addresses });
  // other addresses: start anew, which is the only thing that mdns-js can do about it
  setInterval(() => { if (cardAddresses().join() !== addresses.join()) fail({ code: 'addresses' }); }, LOOK_MS);
  process.on('message', (m: ToChild) => {
    if (m.do === 'ask') { browser.discover(); tell({ is: 'asked' }); }
    if (m.do === 'stop' && advert) cards.send(factory.buildANPacket.call(advert, 0));
  });
}

process.once('message', (m: ToChild) => { if (m.do === 'start') start(m).catch(fail); else end(); });
process.on('message', (m: ToChild) => { if (m.do === 'stop') setTimeout(end, GOODBYE_MS); });
